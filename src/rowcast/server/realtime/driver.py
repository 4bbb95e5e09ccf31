"""Drives one session of our own messages: brings it frames and time, and does what it says. Must not know which kind of socket
it is on.

A verb that needs no waiting is done within the call that brought its frame; no task is made for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from rowcast.api.realtime import Connection, context_of
from rowcast.engine.hooks import Caller
from rowcast.engine.telling import eager
from rowcast.errors import RowcastError
from rowcast.live import Outbox
from rowcast.protocol import Auth, Check, Close, Demote, Effects, Items, Request, Run, Send, Session, frames
from rowcast.server.realtime.base import REFUSED, BaseDriver, Wire, log

if TYPE_CHECKING:
    from rowcast.server.realtime.gate import Admission
    from rowcast.server.realtime.hub import Hub


class Driver(BaseDriver[Session]):
    """See ``BaseDriver``."""

    kind = "websocket"
    __slots__ = ("_connection",)

    def __init__(self, hub: Hub, wire: Wire, admission: Admission) -> None:
        super().__init__(hub, wire)
        self._outbox = Outbox(wire.write, self.too_slow, wire.reply)
        self._connection = Connection(hub.engine, admission.actor, self._outbox, self._dismiss, self)
        expires = self._on_loop_clock(admission.actor.expires)
        self._session = Session(hub.rules, self._loop.time(), known=admission.known, expires=expires)
        self._begin()
        if hub.engine.hooks.opened:
            self._extend(self._open())

    @property
    def caller(self) -> Caller:
        """Whoever is at the other end, as extensions see it."""
        return self._connection

    @property
    def _waiting(self) -> int:
        return self._session.waiting

    def _leave(self) -> None:
        self._connection.close()
        if self._hub.engine.hooks.closed:
            self._hub.run(self._connection.gone())

    # ---- effects ------------------------------------------------------------------------------------------------------

    def _perform(self, effects: Effects) -> None:
        for effect in effects:
            if isinstance(effect, Run):
                self._run(effect.message)
            elif isinstance(effect, Send):
                self._outbox.send(effect.frame)
            elif isinstance(effect, Check):
                self._start(self._judge(self._check(effect.message)))
            elif isinstance(effect, Demote):
                self._start(self._connection.demote())
            elif isinstance(effect, Close):
                self._close(effect.code, effect.reason)
        self._look()

    def _run(self, message: Request) -> None:
        work = self._connection.handle(message)
        if (hooks := self._hub.engine.hooks.messages) and context_of(message) in hooks:
            self._extend(work)
            return
        if not isinstance(message, Items):
            self._start(work)
            return
        store = self._hub.engine.store
        queued = store.queued
        if eager.run_light(work, self._ended):
            self._session.suspend(queued=store.queued != queued)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if eager.run(work, self._finished) is not None:
            self._session.suspend()

    def _extend(self, work: Coroutine[Any, Any, None]) -> None:
        """Run somebody's code, which may want a task of its own. Messages wait meanwhile."""
        self._session.suspend()
        self._hub.run(work).add_done_callback(self._finished)

    def _finished(self, task: asyncio.Future[Any]) -> None:
        self._ended(None if task.cancelled() else task.exception())

    def _ended(self, error: BaseException | None) -> None:
        if error is not None:
            log.error("a message could not be finished", exc_info=error)
        self._session.resume()
        while (effects := self._session.following(self._loop.time())) is not None:
            self._perform(effects)
        self._relax()

    async def _open(self) -> None:
        """Extensions meet the caller before anything that it says is looked at."""
        try:
            await self._connection.opened()
        except RowcastError as error:
            self._outbox.send(frames.error("server", error))
            self.end(REFUSED, error.message[:100])

    async def _check(self, message: Auth) -> Effects:
        refresh_token = await self._connection.authenticate(message)
        expires = self._on_loop_clock(self._connection.actor.expires)
        return self._session.accepted(expires, refresh_token, self._loop.time())

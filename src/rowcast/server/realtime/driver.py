"""Drives one session: brings it frames and time, and does what it says. Must not know which kind of socket it is on.

A verb that needs no waiting is done within the call that brought its frame; no task is made for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from rowcast.api.realtime import Connection, context_of
from rowcast.engine import eager
from rowcast.engine.hooks import Caller
from rowcast.engine.listener import Traffic
from rowcast.errors import Disconnected, InternalError, RowcastError
from rowcast.live import Outbox
from rowcast.protocol import Auth, Check, Close, Demote, Effects, Items, Request, Run, Send, Session, frames

if TYPE_CHECKING:
    from rowcast.server.realtime.gate import Admission
    from rowcast.server.realtime.hub import Hub

log = structlog.get_logger("rowcast.realtime")
DISMISSED, DISCONNECTED, TOO_SLOW, GOING_AWAY, TOO_BIG, REFUSED = 4401, 4403, 1013, 1001, 1009, 1008
"""Close codes: the user may not ask any more; an administrator closed the connection; too much waits for the connection; the server
stops; a message over the limit; an extension turned the caller away."""
_PAUSE, _RESUME = 256, 64


class Wire(Protocol):
    """A socket as the driver needs it."""

    def write(self, frame: bytes) -> None:
        """Send a text frame; after ``close``: nothing."""

    def reply(self, frame: bytes) -> None:
        """Send a text frame by the end of the loop's turn, behind those that were sent before and before those sent later."""

    @property
    def waiting(self) -> int:
        """How many bytes wait for the peer."""

    @property
    def replied(self) -> int:
        """How many frames ``reply`` was given."""

    def close(self, code: int | None, reason: str) -> None:
        """Send a close frame and let go of the socket soon."""

    def pause(self, on: bool) -> None:
        """Stop or go on reading."""


class Driver:
    """One connection. Calls come from the event loop only."""

    kind = "websocket"
    __slots__ = (
        "_armed",
        "_connection",
        "_deadline",
        "_hub",
        "_loop",
        "_outbox",
        "_paused",
        "_received",
        "_session",
        "_wire",
        "is_open",
    )

    def __init__(self, hub: Hub, wire: Wire, admission: Admission) -> None:
        self._hub, self._wire, self._loop = hub, wire, asyncio.get_running_loop()
        self._outbox = Outbox(wire.write, self.too_slow, wire.reply)
        self._connection = Connection(hub.engine, admission.actor, self._outbox, self._dismiss, self)
        self._received = 0
        expires = self._on_loop_clock(admission.actor.expires)
        self._session = Session(hub.rules, self._loop.time(), known=admission.known, expires=expires)
        self._armed: asyncio.TimerHandle | None = None
        self._deadline: float | None = None
        self._paused = False
        self.is_open = True
        hub.add(self)
        self._arm()
        if hub.engine.hooks.opened:
            self._extend(self._open())

    def receive(self, text: bytes) -> None:
        """A message has arrived. ``text`` is the driver's to keep."""
        self._received += 1
        self._perform(self._session.receive(text, self._loop.time()))
        if self._session.waiting > _PAUSE and not self._paused:
            self._paused = True
            self._wire.pause(True)

    def beat(self) -> None:
        """The heart beats."""
        self._perform(self._session.beat())

    def end(self, code: int | None, reason: str = "") -> None:
        """Close from our side."""
        if self.is_open:
            self._perform((self._session.close(code, reason),))

    def choke(self, on: bool) -> None:
        """The peer takes no more for the moment, or does again."""
        (self._outbox.choke if on else self._outbox.relieve)()

    def too_slow(self) -> None:
        """More waits for the peer than may."""
        self._hub.engine.broadcast.slow_closes += self.is_open
        self.end(TOO_SLOW, "Too slow")

    def lost(self) -> None:
        """The socket is gone, or as good as gone."""
        if self.is_open:
            self.is_open = False
            self._session.close()
            self._arm()
            self._connection.close()
            self._hub.remove(self)
            if self._hub.engine.hooks.closed:
                self._hub.run(self._connection.gone())

    def traffic(self) -> Traffic:
        """See ``Carrier``."""
        return Traffic(self._received, self._wire.replied, self._wire.waiting)

    @property
    def caller(self) -> Caller:
        """Whoever is at the other end, as extensions see it."""
        return self._connection

    # ---- effects ------------------------------------------------------------------------------------------------------

    def _perform(self, effects: Effects) -> None:
        for effect in effects:
            if isinstance(effect, Run):
                self._run(effect.message)
            elif isinstance(effect, Send):
                self._outbox.send(effect.frame)
            elif isinstance(effect, Check):
                self._start(self._check(effect.message))
            elif isinstance(effect, Demote):
                self._start(self._connection.demote())
            elif isinstance(effect, Close):
                self._wire.close(effect.code, effect.reason)
                self.lost()
        if self._session.deadline != self._deadline:
            self._arm()

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
        if self._paused and self._session.waiting < _RESUME and self.is_open:
            self._paused = False
            self._wire.pause(False)

    async def _open(self) -> None:
        """Extensions meet the caller before anything that it says is looked at."""
        try:
            await self._connection.opened()
        except RowcastError as error:
            self._outbox.send(frames.error("server", error))
            self.end(REFUSED, error.message[:100])

    async def _check(self, message: Auth) -> None:
        try:
            refresh_token = await self._connection.authenticate(message)
        except RowcastError:
            self._perform(self._session.rejected())
        except Exception:
            log.exception("credentials could not be checked")
            self._perform(self._session.rejected())
        else:
            expires = self._on_loop_clock(self._connection.actor.expires)
            self._perform(self._session.accepted(expires, refresh_token, self._loop.time()))

    def _dismiss(self, error: RowcastError) -> None:
        """The engine says that the caller may not ask any more."""
        code = DISCONNECTED if isinstance(error, Disconnected) else DISMISSED
        self.end(code, (InternalError() if error.status >= 500 else error).message[:100])

    # ---- time ---------------------------------------------------------------------------------------------------------

    def _arm(self) -> None:
        """Have ``tick`` called at the session's deadline."""
        if self._armed is not None:
            self._armed.cancel()
        self._deadline = self._session.deadline
        self._armed = None if self._deadline is None else self._loop.call_at(self._deadline, self._tick)

    def _tick(self) -> None:
        self._deadline = self._armed = None
        self._perform(self._session.tick(self._loop.time()))
        if self._session.deadline is not None and self._armed is None:
            self._arm()

    def _on_loop_clock(self, expires: int | None) -> float | None:
        return None if expires is None else self._loop.time() + (expires - time.time())


Opened = Callable[[Wire], Driver]

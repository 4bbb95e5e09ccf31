"""Drives one session of the GraphQL sub-protocol: brings it messages and time, and does what it says. Must not know which kind of
socket it is on. Operations are begun one after the other, so that their order is the caller's."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.engine.account.identify import identify
from rowcast.errors import InvalidCredentials
from rowcast.protocol.graph import Authenticate, Begin, GraphEffect, GraphEffects, GraphSession, Stop
from rowcast.protocol.session import Close, Send
from rowcast.server.realtime.base import BaseDriver, Wire

if TYPE_CHECKING:
    from rowcast.server.realtime.gate import Admission
    from rowcast.server.realtime.hub import Hub


class GraphDriver(BaseDriver[GraphSession]):
    """See ``BaseDriver``."""

    kind = "graphql"
    __slots__ = ("_actor", "_conversation", "_queue", "_working")

    def __init__(self, hub: Hub, wire: Wire, admission: Admission) -> None:
        from rowcast.api.graphql.live import Conversation  # loads the language: not before somebody speaks it

        super().__init__(hub, wire)
        self._actor = admission.actor
        self._conversation = Conversation(
            hub.engine, admission.actor, wire.write, self.too_slow, self._dismiss, self._over, self
        )
        self._outbox = self._conversation.outbox
        self._session = GraphSession(hub.graph_rules, self._loop.time(), known=admission.known)
        self._queue: deque[Begin | Authenticate] = deque()
        self._working: asyncio.Task[None] | None = None
        self._begin()

    @property
    def _waiting(self) -> int:
        return len(self._queue)

    def _leave(self) -> None:
        self._queue.clear()
        self._conversation.close()

    # ---- effects ------------------------------------------------------------------------------------------------------

    def _perform(self, effects: Sequence[GraphEffect]) -> None:
        for effect in effects:
            match effect:
                case Send(frame):
                    self._wire.write(frame)
                case Begin() | Authenticate():
                    self._queue.append(effect)
                    self._work()
                case Stop(name):
                    self._conversation.end(name)
                case Close(code, reason):
                    self._close(code, reason)
        self._look()

    def _work(self) -> None:
        if self._working is None:
            self._working = self._loop.create_task(self._work_off())

    async def _work_off(self) -> None:
        """Do what waits, one after the other."""
        while self._queue and self.is_open:
            what = self._queue.popleft()
            await (self._judge(self._check(what)) if isinstance(what, Authenticate) else self._ask(what))
            self._relax()
        self._working = None

    async def _ask(self, what: Begin) -> None:
        if not self._is_wanted(what.id):
            return  # stopped while it waited
        if not await self._conversation.begin(what.id, what.payload, lambda: self._is_wanted(what.id)):
            self._over(what.id)
        elif not self._is_wanted(what.id):
            self._conversation.end(what.id)

    def _is_wanted(self, name: str) -> bool:
        return self.is_open and name in self._session.open

    def _over(self, name: str) -> None:
        self._session.open.discard(name)

    async def _check(self, what: Authenticate) -> GraphEffects:
        place = actor = self._actor
        if what.token is not None:
            where = {"ip": place.ip, "user_agent": place.user_agent, "origin": place.origin}
            actor = await identify(self._hub.engine, what.token, **where)
            if actor.user is None:
                raise InvalidCredentials
            await self._conversation.become(actor)
        return self._session.accepted(self._on_loop_clock(actor.expires))

"""Drives one session of the GraphQL sub-protocol: brings it messages and time, and does what it says. Must not know which kind of
socket it is on. Operations are begun one after the other, so that their order is the caller's."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

import structlog

from rowcast.engine.identify import identify
from rowcast.engine.listener import Traffic
from rowcast.errors import Disconnected, InternalError, InvalidCredentials, RowcastError
from rowcast.protocol.graph import Authenticate, Begin, GraphEffects, GraphSession, Stop
from rowcast.protocol.session import Close, Send
from rowcast.server.realtime.driver import DISCONNECTED, DISMISSED, TOO_SLOW, Wire

if TYPE_CHECKING:
    from rowcast.server.realtime.gate import Admission
    from rowcast.server.realtime.hub import Hub

log = structlog.get_logger("rowcast.realtime")
_PAUSE, _RESUME = 256, 64


class GraphDriver:
    """One connection. Calls come from the event loop only."""

    kind = "graphql"

    def __init__(self, hub: Hub, wire: Wire, admission: Admission) -> None:
        from rowcast.api.graphql.live import Conversation  # loads the language: not before somebody speaks it

        self._hub, self._wire, self._loop = hub, wire, asyncio.get_running_loop()
        self._actor, self._received, self._paused = admission.actor, 0, False
        self._conversation = Conversation(
            hub.engine, admission.actor, wire.write, self.too_slow, self._dismiss, self._over, self
        )
        self._session = GraphSession(hub.graph_rules, self._loop.time(), known=admission.known)
        self._waiting: deque[Begin | Authenticate] = deque()
        self._working: asyncio.Task[None] | None = None
        self._armed: asyncio.TimerHandle | None = None
        self._deadline: float | None = None
        self.is_open = True
        hub.add(self)
        self._arm()

    def receive(self, text: bytes) -> None:
        """A message has arrived."""
        self._received += 1
        self._perform(self._session.receive(text, self._loop.time()))
        if len(self._waiting) > _PAUSE and not self._paused:
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
        (self._conversation.outbox.choke if on else self._conversation.outbox.relieve)()

    def too_slow(self) -> None:
        """More waits for the peer than may."""
        self._hub.engine.broadcast.slow_closes += self.is_open
        self.end(TOO_SLOW, "Too slow")

    def lost(self) -> None:
        """The socket is gone, or as good as gone."""
        if self.is_open:
            self.is_open = False
            self._session.close()
            self._waiting.clear()
            self._arm()
            self._conversation.close()
            self._hub.remove(self)

    def traffic(self) -> Traffic:
        """See ``Carrier``."""
        return Traffic(self._received, self._wire.replied, self._wire.waiting)

    # ---- effects ------------------------------------------------------------------------------------------------------

    def _perform(self, effects: GraphEffects) -> None:
        for effect in effects:
            match effect:
                case Send(frame):
                    self._wire.write(frame)
                case Begin() | Authenticate():
                    self._waiting.append(effect)
                    self._work()
                case Stop(name):
                    self._conversation.end(name)
                case Close(code, reason):
                    self._wire.close(code, reason)
                    self.lost()
        if self._session.deadline != self._deadline:
            self._arm()

    def _work(self) -> None:
        if self._working is None:
            self._working = self._loop.create_task(self._work_off())

    async def _work_off(self) -> None:
        """Do what waits, one after the other."""
        while self._waiting and self.is_open:
            what = self._waiting.popleft()
            await (self._check(what) if isinstance(what, Authenticate) else self._begin(what))
            if self._paused and len(self._waiting) < _RESUME and self.is_open:
                self._paused = False
                self._wire.pause(False)
        self._working = None

    async def _begin(self, what: Begin) -> None:
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

    async def _check(self, what: Authenticate) -> None:
        place = actor = self._actor
        try:
            if what.token is not None:
                where = {"ip": place.ip, "user_agent": place.user_agent, "origin": place.origin}
                actor = await identify(self._hub.engine, what.token, **where)
                if actor.user is None:
                    raise InvalidCredentials
                await self._conversation.become(actor)
        except RowcastError:
            self._perform(self._session.rejected())
        except Exception:
            log.exception("credentials could not be checked")
            self._perform(self._session.rejected())
        else:
            self._perform(self._session.accepted(self._on_loop_clock(actor.expires)))

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

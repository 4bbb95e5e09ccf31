"""All open sockets of a server: their number, their common heartbeat, their end. Must not know what is said on them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from rowcast.engine.background import Background
from rowcast.engine.engine import Engine
from rowcast.engine.hooks import Caller
from rowcast.errors import ServiceUnavailable
from rowcast.protocol import Rules
from rowcast.protocol.graph import GraphRules
from rowcast.server.realtime.base import GOING_AWAY, BaseDriver, Wire
from rowcast.server.realtime.driver import Driver
from rowcast.server.realtime.gate import Admission, Handshake, admit, door_of
from rowcast.server.realtime.graph import GraphDriver
from rowcast.server.realtime.logs import LogDriver

AnyDriver = BaseDriver[Any]
_DRIVERS: Mapping[str, Callable[[Hub, Wire, Admission], AnyDriver]] = {
    "websocket": Driver,
    "graphql": GraphDriver,
    "logs": LogDriver,
}
OWN_TYPES = frozenset({"channel", "items", "subscribe", "unsubscribe"})


class Hub:
    """Owns the drivers. Counts those of each door, and the upgrades that are being decided, so that the limits
    of connections hold."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        settings, limit = engine.settings.websockets, engine.settings.rate_limiter_websockets
        self.rules = Rules(
            mode=settings.rest_auth,
            auth_timeout=settings.rest_auth_timeout,
            answer_pings=settings.heartbeat_enabled,
            limit=(limit.points, limit.duration) if limit.enabled else None,
            custom=frozenset(engine.hooks.messages) - OWN_TYPES,
        )
        self.graph_rules = GraphRules(settings.graphql_auth, settings.graphql_auth_timeout, self.rules.limit)
        self._drivers: set[AnyDriver] = set()
        self._open: Counter[str] = Counter()
        self._pending: Counter[str] = Counter()
        self._beating: asyncio.TimerHandle | None = None
        self._later: list[Callable[[], None]] = []
        self._tasks = Background()

    def __len__(self) -> int:
        return len(self._drivers) + self._pending.total()

    async def admit(self, request: Handshake) -> Admission:
        """Decide about an upgrade. Raises Refused."""
        door = door_of(self.engine.settings.websockets, request)
        connections = self._pending[door.kind] + self._open[door.kind]
        self._pending[door.kind] += 1
        try:
            return await admit(self.engine, request, door, connections)
        finally:
            self._pending[door.kind] -= 1

    def open(self, wire: Wire, admission: Admission) -> AnyDriver:
        """The driver of a socket that was let in."""
        return _DRIVERS[admission.door.kind](self, wire, admission)

    def add(self, driver: AnyDriver) -> None:
        """A socket was opened."""
        self._drivers.add(driver)
        self._open[driver.kind] += 1
        if self._beating is None and self.engine.settings.websockets.heartbeat_enabled:
            self._arm()

    def remove(self, driver: AnyDriver) -> None:
        """A socket is gone."""
        self._drivers.discard(driver)
        self._open[driver.kind] -= 1
        if not self._drivers and self._beating is not None:
            self._beating.cancel()
            self._beating = None

    def later(self, call: Callable[[], None]) -> None:
        """Call it at the end of this turn of the loop, together with all others that are put off."""
        if not self._later:
            asyncio.get_running_loop().call_soon(self._call_later)
        self._later.append(call)

    def _call_later(self) -> None:
        calls, self._later = self._later, []
        for call in calls:
            call()

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have an extension called; ``settle`` waits for it."""
        return self._tasks.begin(work)

    async def settle(self, patience: float) -> None:
        """Wait for the extensions that are being called, but not for ever."""
        await self._tasks.settle(patience)

    def callers(self) -> list[Caller]:
        """Everybody who is connected and speaks the messages that extensions know."""
        return [driver.caller for driver in self._drivers if isinstance(driver, Driver)]

    def shutdown(self) -> None:
        """The server stops: say so on every socket and stream."""
        self.end_streams()
        for driver in list(self._drivers):
            driver.end(GOING_AWAY, "Server stops")

    def end_streams(self) -> None:
        """The server stops: end the event streams, or it would wait for them."""
        for listener in list(self.engine.broadcast.listeners):
            if listener.carrier is not None and listener.carrier.kind == "sse":
                listener.dismiss(ServiceUnavailable("The server stops.", service="rowcast"))

    def _arm(self) -> None:
        self._beating = asyncio.get_running_loop().call_later(
            self.engine.settings.websockets.heartbeat_period, self._beat
        )

    def _beat(self) -> None:
        self._arm()
        for driver in list(self._drivers):
            driver.beat()

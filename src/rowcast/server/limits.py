"""How much one caller may ask in a time, as pure ASGI. Must not know what is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from rowcast.api.rest.answer import failure
from rowcast.api.rest.client import client_of
from rowcast.engine.settings import RateLimit, Settings
from rowcast.errors import RequestsExceeded

_SWEEP = 10_000


class Windows:
    """Counts per key in fixed windows that open with the key's first request. Forgets closed windows."""

    def __init__(self, limit: RateLimit, clock: Callable[[], float] = monotonic) -> None:
        self.limit, self.clock = limit, clock
        self._open: dict[str, tuple[float, int]] = {}

    def count(self, key: str) -> tuple[int, float]:
        """Count one request. Returns how many are left (below 0: too many) and the seconds until the window closes."""
        now = self.clock()
        ends, used = self._open.get(key, (0.0, 0))
        if ends <= now:
            if len(self._open) >= _SWEEP:
                self._open = {name: window for name, window in self._open.items() if window[0] > now}
            ends, used = now + self.limit.duration, 0
        self._open[key] = (ends, used + 1)
        return self.limit.points - used - 1, ends - now


class RateLimiter:
    """ASGI: refuses the requests of an address (or of everybody ``together``) that come too fast."""

    def __init__(self, app: ASGIApp, settings: Settings, limit: RateLimit, *, together: bool = False) -> None:
        self.app, self.settings, self.together = app, settings, together
        self.windows = Windows(limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        left, wait = self.windows.count("" if self.together else client_of(scope, self.settings)[0] or "")
        if left >= 0:
            return await self.app(scope, receive, send)
        refusal = failure(_refusal(self.windows.limit.points, wait), {"Retry-After": str(ceil(wait))})
        return await refusal(scope, receive, send)


def _refusal(points: int, wait: float) -> RequestsExceeded:
    reset = datetime.fromtimestamp(datetime.now(UTC).timestamp() + wait, UTC)
    moment = reset.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return RequestsExceeded(f"Too many requests, retry after {ceil(wait)}s.", limit=points, reset=moment)

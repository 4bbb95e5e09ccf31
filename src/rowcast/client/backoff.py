"""How long to wait before connecting again. Knows no clock: the waits are handed out, the randomness is handed in."""

from __future__ import annotations

from random import Random

from msgspec import Struct


class Reconnect(Struct, frozen=True, kw_only=True):
    """After a cut: wait ``delay`` seconds, each further time ``factor`` times as long up to ``longest``; at most ``retries``
    times in a row (None: for ever), which a connection that lasts for five seconds ends. ``jitter`` is the share of the wait that
    is left to chance, so that a thousand clients do not come back at once."""

    delay: float = 0.25
    factor: float = 2.0
    longest: float = 30.0
    jitter: float = 0.5
    retries: int | None = None

    def wait(self, attempt: int, random: Random, asked: float = 0.0) -> float | None:
        """Seconds before attempt number ``attempt`` (from 0); None: give up. ``asked``: as many as the server asks for, up to
        ``longest``."""
        if self.retries is not None and attempt >= self.retries:
            return None
        full = min(self.longest, self.delay * self.factor ** min(attempt, 64))
        return max(full * (1 - self.jitter * random.random()), min(asked, self.longest))

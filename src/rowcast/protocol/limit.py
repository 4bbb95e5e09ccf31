"""How many messages a connection may send. Must not read a clock: time is handed in."""

from __future__ import annotations


class Limit:
    """At most ``points`` messages in each window of ``duration`` seconds, counted from the window's first message."""

    __slots__ = ("_left", "_until", "duration", "points")

    def __init__(self, points: int, duration: float) -> None:
        self.points, self.duration = points, duration
        self._left, self._until = points, 0.0

    def take(self, now: float) -> float:
        """Count one message at ``now``. 0 if it is within the limit, else the seconds until the next window."""
        if now >= self._until:
            self._left, self._until = self.points, now + self.duration
        self._left -= 1
        return 0.0 if self._left >= 0 else self._until - now

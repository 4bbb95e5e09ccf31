"""Failed logins of each user, in memory, forgotten after a while. Must not know what follows from them."""

from __future__ import annotations

import time
from collections.abc import Callable

_MEMORY = 15 * 60.0
_MOST = 50_000


class Attempts:
    """Counts failures by user. The ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: dict[str, tuple[int, float]] = {}

    def failures(self, user: str) -> int:
        """How often the user failed since the last success, or in the last quarter of an hour."""
        count, last = self._failed.get(user, (0, 0.0))
        return count if self._clock() - last < _MEMORY else 0

    def fail(self, user: str) -> None:
        """Count one failure."""
        count = self.failures(user) + 1
        if len(self._failed) >= _MOST:
            self._failed.clear()
        self._failed[user] = (count, self._clock())

    def forget(self, user: str) -> None:
        """A success."""
        self._failed.pop(user, None)

"""How much may wait for a connection that does not read. Must not know what waits, nor where."""

from __future__ import annotations


class Backlog:
    """At most ``most`` bytes, and one frame besides, however large: a reader that is not too slow must get a long answer whole, and
    may be told something else while it does."""

    __slots__ = ("_bound", "most")

    def __init__(self, most: int) -> None:
        self.most = self._bound = most

    def is_over(self, waiting: int, added: int, largest: int | None = None) -> bool:
        """Whether too much waits, now that ``added`` bytes are among the ``waiting`` ones; ``largest`` of them are one frame (None:
        all)."""
        if waiting <= self.most:
            return False
        if waiting - added <= self.most:  # what is added now makes it too many
            self._bound = self.most + (added if largest is None else largest)
        return waiting > self._bound

"""The end of the log in memory, for those who come back after a short absence. Must not know where older commits are kept."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from itertools import islice

from rowcast.feed.commit import Commit, Position


class Tail:
    """All commits after ``start``, at most ``most`` changes and ``room`` bytes of rows, about."""

    def __init__(self, start: Position, most: int = 10_000, room: int = 16 << 20) -> None:
        self.start, self._most, self._room = start, most, room
        self._commits: deque[Commit] = deque()
        self._changes = self._size = 0

    @property
    def end(self) -> Position:
        """The position of the newest commit."""
        return self._commits[-1].position if self._commits else self.start

    def add(self, commit: Commit) -> None:
        """One more commit."""
        self._commits.append(commit)
        self._count(commit, 1)
        while self._is_full():
            oldest = self._commits.popleft()
            self._count(oldest, -1)
            self.start = oldest.position

    def extend(self, start: Position, commits: Sequence[Commit]) -> None:
        """``commits`` are those after the position ``start``. They are put before those that are here if they reach so far; those
        that are too many are not kept."""
        if all(commit.position != self.start for commit in commits):
            return
        older = [commit for commit in commits if commit.position <= self.start]
        starts = [start, *(commit.position for commit in older)]
        for commit, before in reversed(list(zip(older, starts, strict=False))):
            self._count(commit, 1)
            if self._is_full():
                self._count(commit, -1)
                return
            self._commits.appendleft(commit)
            self.start = before

    def _count(self, commit: Commit, times: int) -> None:
        self._changes += times * len(commit.changes)
        self._size += times * commit.size

    def _is_full(self) -> bool:
        return self._changes > self._most or self._size > self._room

    def since(self, position: Position) -> list[Commit] | None:
        """The commits after the position, oldest first; None if some of them are not here."""
        if position.epoch != self.start.epoch or not self.start <= position <= self.end:
            return None
        first = bisect_right(self._commits, position, key=lambda commit: commit.position)
        return list(islice(self._commits, first, None))

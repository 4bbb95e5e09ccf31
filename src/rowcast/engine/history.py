"""What was told lately, for those who come back: from memory, or from the log of the store for as long as that reaches. Must not
know who comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from rowcast.feed import Commit, Position, Tail
from rowcast.live import Audience, Event, replay
from rowcast.store.base import Store


class History:
    """``told`` gives the position up to which everything was told. What equal views have missed since equal positions is found
    once."""

    def __init__(self, store: Store, told: Callable[[], Position]) -> None:
        self._store, self._told = store, told
        self._tail = Tail(Position("", 0))
        self._loading = asyncio.Lock()
        self._replays: dict[tuple[str, Position], list[Event] | None] = {}

    def begin(self, position: Position) -> None:
        """Everything that follows will be added."""
        self._tail = Tail(position)

    def add(self, commit: Commit) -> None:
        """A commit that is told now."""
        self._tail.add(commit)
        self._replays.clear()

    async def reach(self, position: Position) -> bool:
        """Have what follows the position in memory; False if that is not possible."""
        if self._tail.since(position) is not None:
            return True
        if position.epoch != self._tail.start.epoch or position > self._tail.start:
            return False
        async with self._loading:
            if self._tail.since(position) is None:
                self._tail.extend(position, await self._store.since(position) or ())
        return self._tail.since(position) is not None

    def missed(self, audience: Audience, position: Position) -> Sequence[Event] | None:
        """The events of the audience's view after the position; None if they cannot be told. Ask ``reach`` before."""
        name = (audience.name, position)
        if name not in self._replays:
            commits = self._tail.since(position)
            self._replays[name] = None if commits is None else replay(audience, commits, position)
        return self._replays[name]

"""What was told lately, for those who come back: from memory, or from the log of the store for as long as that reaches. Must not
know who comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from rowcast.auth import Actor
from rowcast.engine.telling.views import is_decisive
from rowcast.feed import NONE, Commit, Position, Tail
from rowcast.live import Audience, Event, replay
from rowcast.schema.system import METADATA
from rowcast.store.base import Store

DECISIVE = METADATA | {"directus_roles", "directus_access", "directus_policies", "directus_permissions"}
"""Collections whose changes may change what anybody may see, or what rows look like."""
Unrest = tuple[frozenset[str], frozenset[object], frozenset[str]]
"""The collections that were touched, the users that may have other rights since, and the collections whose rows may have changed
without being logged."""


def unrest(commits: Sequence[Commit]) -> Unrest:
    """What might stand between what was told and what is to be told."""
    collections = frozenset[str]().union(*(commit.decisive for commit in commits))
    users = (change.key for commit in commits for change in commit.changes if is_decisive(change))
    gaps = NONE.union(*(commit.gaps for commit in commits))
    return collections, frozenset(users) if "directus_users" in collections else frozenset(), gaps


class History:
    """``told`` gives the position up to which everything was told, ``is_folded`` which commits were told as one unit. What equal
    views have missed since equal positions is found once."""

    def __init__(self, store: Store, told: Callable[[], Position], is_folded: Callable[[Commit], bool]) -> None:
        self._store, self._told, self._is_folded = store, told, is_folded
        self._tail = Tail(Position("", 0))
        self._loading = asyncio.Lock()
        self._replays: dict[tuple[str, Position], list[Event] | None] = {}
        self._unrest: dict[Position, Unrest] = {}
        self._model: Position | None = None

    def begin(self, position: Position) -> None:
        """Everything that follows will be added."""
        self._tail = Tail(position)

    def add(self, commit: Commit) -> None:
        """A commit that is told now."""
        self._tail.add(commit)
        self._replays.clear()
        self._unrest.clear()

    def remodelled(self) -> None:
        """The data model is another one: rows of before do not tell what they look like now."""
        self._model = self._store.position

    def is_steady(self, position: Position, actor: Actor, depends: frozenset[str], shows: Collection[str]) -> bool:
        """Whether rights and data model have been since the position what they are now, for an actor whose view depends on these
        collections, and all that happened to those that it ``shows`` was logged. Otherwise what was missed cannot be told, though
        the view be the same again: not all of it might be read at its time."""
        if self._model is not None and position < self._model:
            return False
        if position not in self._unrest:
            self._unrest[position] = unrest(self._tail.since(position) or ())
        collections, users, gaps = self._unrest[position]
        decisive = DECISIVE | depends | ({"directus_shares"} if actor.share is not None else set())
        return collections.isdisjoint(decisive) and actor.user not in users and gaps.isdisjoint(shows)

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
            self._replays[name] = None if commits is None else replay(audience, commits, position, self._is_folded)
        return self._replays[name]

"""The flows of an engine: which there are, and what sets them off. Must not know what they do.

Flows that changes set off are run after the commit, once, by the server that runs then; while there are none, a commit
costs one look.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from rowcast.auth import Actor
from rowcast.engine.account.identify import identify_again
from rowcast.engine.background import Background
from rowcast.engine.flows.flow import FLOWS, OPERATIONS, Flow, load
from rowcast.engine.flows.run import run
from rowcast.errors import RowcastError
from rowcast.feed import Change, Commit
from rowcast.feed.commit import Kind

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int
MOST_WAITING = 10_000
"""Runs that may wait; further changes set off none."""
AT_ONCE = 8
_SOURCES = frozenset({FLOWS, OPERATIONS})
log = structlog.get_logger("rowcast.flows")


class Flows:
    """Known from the first question on; read again when a commit has changed one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, Flow] | None = None
        self._by_event: dict[tuple[str, str], list[Flow]] = {}
        self._hushed: Counter[tuple[str, Key]] = Counter()
        self._tasks = Background(_failed)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self.epoch = 0

    async def all(self) -> Mapping[str, Flow]:
        """All active flows."""
        while self._known is None:
            epoch = self.epoch
            found = await load(self._engine)
            if epoch == self.epoch:
                self._known, self._by_event = found, dict(_by_event(found.values()))
        return self._known

    async def get(self, key: str) -> Flow | None:
        """The active flow of that id."""
        return (await self.all()).get(key)

    def hush(self, collection: str, keys: Iterable[Key]) -> None:
        """What will be committed of these rows sets off nothing."""
        if self._by_event:
            self._hushed.update((collection, key) for key in keys)

    def committed(self, commit: Commit) -> None:
        """Set off what the commit is to set off."""
        if not commit.collections.isdisjoint(_SOURCES):
            self._known = None
            self.epoch += 1
            self.begin(self.all())
        if self._by_event:
            for collection, changes in _grouped(commit, self._by_event).items():
                self._set_off(collection, changes)

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Have something done that nobody waits for."""
        self._tasks.begin(work)

    def _set_off(self, event: tuple[str, str, int], changes: list[Change]) -> None:
        collection, kind, _ = event
        loud = [change for change in changes if not self._is_hushed(change)]
        for flow in self._by_event.get((collection, kind), ()) if loud else ():
            if len(self._tasks) >= MOST_WAITING:
                log.error("too many flows wait: one is left out", flow=flow.name)
                continue
            self.begin(self._told(flow, loud))

    def _is_hushed(self, change: Change) -> bool:
        place = (change.collection, change.key)
        if change.kind is Kind.DELETE or place not in self._hushed:
            return False
        self._hushed[place] -= 1
        if self._hushed[place] <= 0:
            del self._hushed[place]
        return True

    async def _told(self, flow: Flow, changes: list[Change]) -> None:
        async with self._turn:
            for trigger in _events(changes):
                await run(self._engine, flow, await self._who(changes[0].user), trigger)

    async def _who(self, user: str | None) -> Actor:
        try:
            return await identify_again(self._engine, Actor(user=user))
        except RowcastError:  # gone since
            return await identify_again(self._engine, Actor())

    async def close(self) -> None:
        """End what runs."""
        await self._tasks.end()


def _failed(error: BaseException) -> None:
    log.error("a flow has failed", exc_info=error)


def _by_event(flows: Iterable[Flow]) -> Iterator[tuple[tuple[str, str], list[Flow]]]:
    """(collection, kind) → the flows that it sets off."""
    found: dict[tuple[str, str], list[Flow]] = {}
    for flow in flows:
        if flow.trigger == "event" and flow.options.get("type", "action") == "action":
            for scope in flow.names("scope"):
                family, _, kind = scope.rpartition(".")
                names = flow.names("collections") if family == "items" else (f"directus_{family}",)
                for name in names:
                    found.setdefault((name, kind), []).append(flow)
    yield from found.items()


def _grouped(commit: Commit, wanted: Mapping[tuple[str, str], Any]) -> dict[tuple[str, str, int], list[Change]]:
    """The changes that somebody heeds, by collection, kind and mutation."""
    found: dict[tuple[str, str, int], list[Change]] = {}
    for change in commit.changes:
        if (change.collection, str(change.kind)) in wanted:
            found.setdefault((change.collection, str(change.kind), change.unit), []).append(change)
    return found


def _events(changes: list[Change]) -> Iterator[dict[str, Any]]:
    """What the flow is told: of new rows each for itself, of changed and deleted ones together."""
    first = changes[0]
    name = first.collection.removeprefix("directus_") if first.collection.startswith("directus_") else first.collection
    told: dict[str, Any] = {"event": f"{name}.items.{first.kind}", "collection": first.collection}
    if first.collection.startswith("directus_"):
        told["event"] = f"{name}.{first.kind}"
    keys = [change.key for change in changes]
    if first.kind is Kind.CREATE:
        for change in changes:
            yield {**told, "key": change.key, "payload": dict(change.after.values) if change.after else {}}
    elif first.kind is Kind.UPDATE:
        yield {**told, "keys": keys, "payload": _changed(first)}
    else:
        yield {**told, "keys": keys, "payload": keys}


def _changed(change: Change) -> dict[str, Any]:
    before = change.before.values if change.before else {}
    after = change.after.values if change.after else {}
    return {name: value for name, value in after.items() if before.get(name) != value}

"""The live engine: from commits to events. Must not ask the database, wait, or know sockets: what it cannot decide it returns
as asks.

commit → units → index: which audiences? → match old and new row → write once per audience → outboxes
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import msgspec

from rowcast.feed import Change, Commit, Kind, Position
from rowcast.feed.commit import Key
from rowcast.live.ask import Answer, Ask, Part
from rowcast.live.audience import Audience
from rowcast.live.encode import join
from rowcast.live.event import Event
from rowcast.live.index import Index
from rowcast.live.subscription import Subscription
from rowcast.live.units import units
from rowcast.live.view import View
from rowcast.protocol import frames

Waiting = dict[Audience, list[Part]]


@dataclass(slots=True)
class Counters:
    """What was done so far: commits seen, (audience, row) pairs matched, frames written, events handed to a subscriber, asks,
    bytes of the events that were handed to subscribers (without their uids)."""

    commits: int = 0
    matches: int = 0
    encodings: int = 0
    deliveries: int = 0
    asks: int = 0
    bytes: int = 0


class Live:
    """All audiences. Owned by the engine's loop; nothing here is safe for threads."""

    def __init__(self) -> None:
        self.counters = Counters()
        self._audiences: dict[View, Audience] = {}
        self._indexes: dict[str, Index] = {}
        self._spelled: dict[tuple[str, Key], str] = {}

    def __len__(self) -> int:
        return len(self._audiences)

    def audiences(self) -> Iterator[Audience]:
        """Those of all views."""
        return iter(self._audiences.values())

    def watched(self) -> frozenset[str]:
        """The collections that somebody looks at."""
        return frozenset(self._indexes)

    def join(self, view: View, primary: str, subscription: Subscription) -> Audience:
        """Make the subscriber see the view; ``primary`` is the key field of its collection. One that saw another leaves it."""
        self.leave(subscription)
        audience = self._audiences.get(view)
        if audience is None:
            audience = self._audiences[view] = Audience(view, primary)
            self._indexes.setdefault(view.collection, Index()).add(audience)
        audience.add(subscription)
        return audience

    def leave(self, subscription: Subscription) -> None:
        """Make the subscriber see nothing."""
        audience = subscription.audience
        if audience is None:
            return
        audience.remove(subscription)
        if not len(audience):
            del self._audiences[audience.view]
            index = self._indexes[audience.view.collection]
            index.remove(audience)
            if not index:
                del self._indexes[audience.view.collection]

    @contextmanager
    def spelled(self, collection: str, keys: Iterable[tuple[Key, str]]) -> Iterator[None]:
        """While this lasts, deletes of these rows are told with their keys as they were written: (key, text)."""
        names = {(collection, key): text for key, text in keys} if collection in self._indexes else {}
        self._spelled.update(names)
        try:
            yield
        finally:
            for name in names:
                self._spelled.pop(name, None)

    def publish(self, commit: Commit) -> list[Ask]:
        """Tell all whom the commit concerns. The asks must be answered (see ``answer``), or what follows stays behind them."""
        self.counters.commits += 1
        if commit.collections.isdisjoint(self._indexes):
            return []
        parts: Waiting = {}
        for collection, changes in units(commit):
            index = self._indexes.get(collection)
            if index is not None:
                for audience, concerned in _by_audience(index, changes):
                    self._announce(audience, concerned, commit.position, parts)
        self.counters.asks += len(parts)
        return [Ask(a.view, commit.position, tuple(waiting), a.decides) for a, waiting in parts.items()]

    def answer(self, ask: Ask, answer: Answer) -> None:
        """What the database said; the events of the ask are told, or dropped if there is nothing to tell."""
        wholes = iter(answer.wholes)
        for part in ask.parts:
            data = next(wholes, b"[]") if part.whole else self._data(ask, part, answer)
            part.event.resolve(self._head(part.kind, data, answer.counts) if data not in (None, b"[]") else b"")
            self.counters.bytes += part.event.told * len(part.event.head)

    # ---- from changes to events ---------------------------------------------------------------------------------------

    def _announce(self, audience: Audience, changes: Sequence[Change], at: Position, waiting: Waiting) -> None:
        """The events of one unit for one audience: one for each created row, one for all updated, one for all deleted."""
        self.counters.matches += len(changes)
        audience.matched += len(changes)
        created: list[Change] = []
        updated: list[Change] = []
        deleted: list[Change] = []
        for change in changes:
            if change.kind is Kind.DELETE:
                if audience.holds(change.before):
                    deleted.append(change)
            elif audience.holds(change.after):
                (created if change.kind is Kind.CREATE else updated).append(change)
        if created and audience.listens(Kind.CREATE):
            for change in created:
                self._rows(audience, Kind.CREATE, [change], at, waiting)
        if updated and audience.listens(Kind.UPDATE):
            updated.sort(key=_as_text)
            self._rows(audience, Kind.UPDATE, updated, at, waiting)
        if deleted and audience.listens(Kind.DELETE):
            self._gone(audience, deleted, at, waiting)

    def _rows(self, audience: Audience, kind: Kind, changes: list[Change], at: Position, waiting: Waiting) -> None:
        view, encode = audience.view, audience.encode
        whole = view.needs_whole(len(changes))
        if encode is None or whole or view.counts or not audience.decides:
            event = Event(kind, at)
            waiting.setdefault(audience, []).append(Part(event, kind, tuple(changes), whole))
        else:
            rows = [encode(change.after) for change in changes if change.after is not None]
            event = Event(kind, at, self._head(kind, rows[0] if view.single else join(rows)))
        self._tell(audience, event)

    def _gone(self, audience: Audience, changes: list[Change], at: Position, waiting: Waiting) -> None:
        if audience.decides and not audience.view.counts:
            event = Event(Kind.DELETE, at, self._head(Kind.DELETE, self._keys(audience.view, changes)))
        else:
            changes = [self._as_spelled(change) for change in changes]
            event = Event(Kind.DELETE, at)
            waiting.setdefault(audience, []).append(Part(event, Kind.DELETE, tuple(changes)))
        self._tell(audience, event)

    def _tell(self, audience: Audience, event: Event) -> None:
        event.told = audience.tell(event)
        self.counters.deliveries += event.told
        self.counters.bytes += event.told * len(event.head)

    # ---- what is told -------------------------------------------------------------------------------------------------

    def _head(self, kind: Kind, data: bytes | None, counts: bytes | None = None) -> bytes:
        self.counters.encodings += 1
        return frames.event_head(kind, data or b"null", counts)

    def _data(self, ask: Ask, part: Part, answer: Answer) -> bytes | None:
        if part.kind is Kind.DELETE:
            held = [c for c in part.changes if ask.decided or str(c.key) in answer.held]
            return self._keys(ask.view, held) if held else None
        rows = [row for change in part.changes if (row := answer.rows.get(str(change.key))) is not None]
        if not rows:
            return None
        return rows[0] if ask.view.single else join(rows)

    def _keys(self, view: View, changes: Sequence[Change]) -> bytes:
        """The keys of deleted rows; of an item, its key as text."""
        if view.single:
            return msgspec.json.encode(str(changes[0].key))
        return msgspec.json.encode([self._as_spelled(change).key for change in changes])

    def _as_spelled(self, change: Change) -> Change:
        text = self._spelled.get((change.collection, change.key)) if self._spelled else None
        return change if text is None else replace(change, key=text)


def _as_text(change: Change) -> str:
    return str(change.key)


def _by_audience(index: Index, changes: list[Change]) -> Iterable[tuple[Audience, Sequence[Change]]]:
    """The audiences that the changes may concern, each with those that do."""
    if len(changes) == 1:
        return [(audience, changes) for audience in index.touched(changes[0])]
    found: dict[Audience, list[Change]] = {}
    for change in changes:
        for audience in index.touched(change):
            found.setdefault(audience, []).append(change)
    return found.items()

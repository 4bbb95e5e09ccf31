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
from rowcast.live.event import Event, Row
from rowcast.live.exact import keys_of, outcomes
from rowcast.live.held import Difference
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
    """All audiences. Owned by the engine's loop; nothing here is safe for threads. ``previous`` is the position of the newest
    commit that was told; ``stale`` are the audiences that must be refreshed (see ``refreshed``)."""

    def __init__(self, previous: Position | None = None) -> None:
        self.counters = Counters()
        self.previous = previous
        self.stale: dict[Audience, None] = {}
        self._audiences: dict[View, Audience] = {}
        self._indexes: dict[str, Index] = {}
        self._spelled: dict[tuple[str, Key], str] = {}

    def __len__(self) -> int:
        return len(self._audiences)

    def audiences(self) -> Iterator[Audience]:
        """Those of all views."""
        return iter(self._audiences.values())

    def watched(self) -> frozenset[str]:
        """The collections whose changes somebody wants to hear of."""
        return frozenset(self._indexes)

    def join(self, view: View, primary: str, subscription: Subscription) -> Audience:
        """Make the subscriber see the view; ``primary`` is the key field of its collection. One that saw another leaves it."""
        self.leave(subscription)
        audience = self._audiences.get(view)
        if audience is None:
            audience = self._audiences[view] = Audience(view, primary)
            self._indexes.setdefault(view.collection, Index()).add(audience)
            for collection in audience.related:
                self._indexes.setdefault(collection, Index()).related[audience] = None
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
            self.stale.pop(audience, None)
            self._indexes[audience.view.collection].remove(audience)
            for collection in audience.related:
                self._indexes[collection].related.pop(audience, None)
            self._prune({audience.view.collection, *audience.related})

    def _prune(self, collections: Iterable[str]) -> None:
        for collection in collections:
            if not self._indexes[collection]:
                del self._indexes[collection]

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
        asks: list[Ask] = []
        if not commit.collections.isdisjoint(self._indexes):
            asks = self._publish(commit)
        self.previous = commit.position
        return asks

    def _publish(self, commit: Commit) -> list[Ask]:
        parts: Waiting = {}
        for collection, changes in units(commit):
            index = self._indexes.get(collection)
            if index is not None:
                for audience, concerned in _by_audience(index, changes):
                    if audience.held is not None:
                        self._touch(audience, concerned, commit.position)
                    elif audience.view.is_exact:
                        self._announce_exact(audience, concerned, commit.position)
                    else:
                        self._announce(audience, concerned, commit.position, parts)
        self._publish_related(commit, parts)
        self.counters.asks += len(parts)
        return [Ask(a.view, commit.position, tuple(waiting), a.decides) for a, waiting in parts.items()]

    def answer(self, ask: Ask, answer: Answer) -> None:
        """What the database said; the events of the ask are told, or dropped if there is nothing to tell."""
        wholes, relations = iter(answer.wholes), iter(answer.relations)
        for part in ask.parts:
            data: bytes | None
            if part.related:
                rows = next(relations, b"[]")
                data = rows[1:-1] if ask.view.single and rows != b"[]" else rows
            else:
                data = next(wholes, b"[]") if part.whole else self._data(ask, part, answer)
            part.event.resolve(self._head(part.kind, data, answer.counts) if data not in (None, b"[]") else b"")
            self.counters.bytes += part.event.told * len(part.event.head)

    def refreshed(self, audience: Audience, found: Difference, at: Position, counts: bytes | None = None) -> None:
        """A difference that was found by asking for the rows of an exact view as they were at that position."""
        for event in self.steps(audience, found, at, counts):
            self._hand_out(audience, event)

    def renewed(self, audience: Audience, answer: bytes, at: Position) -> None:
        """Numbers about rows are others now; ``answer`` is the whole new list."""
        event = audience.event(Kind.UPDATE, at, at)
        event.number = 0
        event.resolve(self._head(Kind.UPDATE, answer))
        self._hand_out(audience, event)

    def steps(self, audience: Audience, found: Difference, at: Position, counts: bytes | None = None) -> list[Event]:
        """The events that lead to the rows as they were at that position. Nobody can go on from between them."""
        events = self._events(audience, found, at, counts)
        for event in events:
            event.previous, event.number = at, 0
            if event is not events[-1]:
                event.source = None
        return events

    # ---- from changes to events ---------------------------------------------------------------------------------------

    def _announce(self, audience: Audience, changes: Sequence[Change], at: Position, waiting: Waiting) -> None:
        """The events of one unit for one audience: one for each created row, one for all updated, one for all deleted."""
        self._matched(audience, changes)
        created: list[Change] = []
        updated: list[Change] = []
        deleted: list[Change] = []
        for change in changes:
            if change.kind is Kind.DELETE:
                if audience.holds(change.before):
                    deleted.append(change)
            elif audience.holds(change.after):
                (created if change.kind is Kind.CREATE else updated).append(change)
        for change in created:
            self._rows(audience, Kind.CREATE, [change], at, waiting)
        if updated:
            updated.sort(key=_as_text)
            self._rows(audience, Kind.UPDATE, updated, at, waiting)
        if deleted:
            self._gone(audience, deleted, at, waiting)

    def _rows(self, audience: Audience, kind: Kind, changes: list[Change], at: Position, waiting: Waiting) -> None:
        view, encode = audience.view, audience.encode
        event = audience.event(kind, at, self.previous or at)
        if not audience.listens(kind):
            return
        whole = view.needs_whole(len(changes))
        if encode is None or whole or view.counts or not audience.decides:
            waiting.setdefault(audience, []).append(Part(event, kind, tuple(changes), whole))
        else:
            rows = [encode(change.after) for change in changes if change.after is not None]
            event.resolve(self._head(kind, rows[0] if view.single else join(rows)))
        self._hand_out(audience, event)

    def _gone(self, audience: Audience, changes: list[Change], at: Position, waiting: Waiting) -> None:
        event = audience.event(Kind.DELETE, at, self.previous or at)
        if not audience.listens(Kind.DELETE):
            return
        if audience.decides and not audience.view.counts:
            event.resolve(self._head(Kind.DELETE, self._keys(audience.view, changes)))
        else:
            changes = [self._as_spelled(change) for change in changes]
            waiting.setdefault(audience, []).append(Part(event, Kind.DELETE, tuple(changes)))
        self._hand_out(audience, event)

    # ---- exact sets ---------------------------------------------------------------------------------------------------

    def _announce_exact(self, audience: Audience, changes: Sequence[Change], at: Position) -> None:
        self._matched(audience, changes)
        for event in self._events(audience, outcomes(audience, changes), at):
            self._hand_out(audience, event)

    def _events(self, audience: Audience, found: Difference, at: Position, counts: bytes | None = None) -> list[Event]:
        """At most three events: what left, what entered, what is another."""
        gone = [(key, None) for key in found.deleted]
        kinds = ((Kind.DELETE, gone), (Kind.CREATE, found.created), (Kind.UPDATE, found.updated))
        return [self._exact(audience, kind, rows, at, counts) for kind, rows in kinds if rows]

    def _exact(self, audience: Audience, kind: Kind, rows: Sequence[Row], at: Position, counts: bytes | None) -> Event:
        event = audience.event(kind, at, self.previous or at)
        event.rows, event.single = (rows if counts is None else ()), audience.view.single
        texts = [key if row is None else row for key, row in rows]
        event.resolve(self._head(kind, texts[0] if audience.view.single else join(texts), counts))
        return event

    def _touch(self, audience: Audience, changes: Sequence[Change], at: Position) -> None:
        """Rows that must be looked at again; all of them where one decides about another."""
        self._matched(audience, changes)
        assert audience.held is not None
        audience.held.touch(keys_of(changes, audience.primary) if audience.is_keyed else None, at)
        self.stale[audience] = None

    # ---- related rows -------------------------------------------------------------------------------------------------

    def _publish_related(self, commit: Commit, waiting: Waiting) -> None:
        """Changes of rows that views of other rows depend on."""
        concerned: dict[Audience, list[Change]] = {}
        for change in commit.changes:
            index = self._indexes.get(change.collection)
            if index is not None:
                for audience in index.related:
                    if audience.concerns(change):
                        concerned.setdefault(audience, []).append(change)
        for audience, changes in concerned.items():
            if audience.held is not None:
                audience.held.touch(None, commit.position)
                self.stale[audience] = None
            elif not audience.view.is_grouped and audience.listens(Kind.UPDATE):
                self._relate(audience, changes, commit, waiting)

    def _relate(self, audience: Audience, changes: list[Change], commit: Commit, waiting: Waiting) -> None:
        own = tuple(change for change in commit.changes if change.collection == audience.view.collection)
        event = audience.event(Kind.UPDATE, commit.position, self.previous or commit.position)
        part = Part(event, Kind.UPDATE, own, related=tuple(changes))
        waiting.setdefault(audience, []).append(part)
        self._hand_out(audience, event)

    def _matched(self, audience: Audience, changes: Sequence[Change]) -> None:
        self.counters.matches += len(changes)
        audience.matched += len(changes)

    def _hand_out(self, audience: Audience, event: Event) -> None:
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

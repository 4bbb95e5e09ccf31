"""The default mode: what one commit means to those who hear of each change. What changes cannot tell is asked for; the place of
such an event is kept. Must not know exact sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import msgspec

from rowcast.feed import Change, Commit, Kind
from rowcast.feed.commit import Key
from rowcast.live.ask import Answer, Ask, Part
from rowcast.live.audience import Audience
from rowcast.live.encode import appended, join
from rowcast.live.event import Event
from rowcast.live.passage import counting
from rowcast.live.telling import Teller, asked
from rowcast.live.view import View

SLICE = 8
"""Created rows that are told at once."""


class Spelling:
    """How keys were written by whoever deleted the rows."""

    __slots__ = ("_names",)

    def __init__(self) -> None:
        self._names: dict[tuple[str, Key], str] = {}

    @contextmanager
    def use(self, collection: str, keys: Iterable[tuple[Key, str]]) -> Iterator[None]:
        """While this lasts, those keys are spelled like that: (key, text)."""
        names = {(collection, key): text for key, text in keys}
        self._names.update(names)
        try:
            yield
        finally:
            for name in names:
                self._names.pop(name, None)

    def of(self, change: Change) -> Change:
        """The change with its key as it was written."""
        text = self._names.get((change.collection, change.key)) if self._names else None
        return change if text is None else replace(change, key=text)


class Announcement:
    """What is told of one commit, and ``asks``: what the database must be asked for that."""

    __slots__ = ("_commit", "_spelling", "_teller", "_waiting")

    def __init__(self, teller: Teller, spelling: Spelling, commit: Commit) -> None:
        self._teller, self._spelling, self._commit = teller, spelling, commit
        self._waiting: dict[tuple[Audience, View], list[Part]] = {}

    @property
    def asks(self) -> list[Ask]:
        """One for each audience whose events wait, and for each view that is asked about on its behalf."""
        waiting = self._waiting.items()
        return [Ask(view, self._commit, tuple(parts), a.decides_deletes) for (a, view), parts in waiting]

    def tell(self, audience: Audience, changes: Sequence[Change]) -> None:
        """The events of one unit for one audience: one for each created row, one for all updated, one for all deleted."""
        self._teller.matched(audience, changes)
        created: list[Change] = []
        updated: list[Change] = []
        deleted: list[Change] = []
        for change in changes:
            if change.kind is Kind.DELETE:
                if audience.had(change.before):
                    deleted.append(change)
            elif audience.holds(change.after):
                (created if change.kind is Kind.CREATE else updated).append(change)
        for change in created:
            self._rows(audience, Kind.CREATE, [change])
        if updated:
            updated.sort(key=_as_text)
            self._rows(audience, Kind.UPDATE, updated)
        if deleted:
            self._gone(audience, deleted)

    def relate(self, audience: Audience, changes: Sequence[Change]) -> None:
        """Rows changed that the rows of the audience are related to."""
        if audience.view.is_grouped or not audience.listens(Kind.UPDATE):
            return
        own = tuple(change for change in self._commit.changes if change.collection == audience.view.collection)
        event = self._teller.event(audience, Kind.UPDATE, self._commit.position)
        self._ask(audience, Part(event, Kind.UPDATE, own, related=tuple(changes)))
        self._teller.hand_out(audience, event)

    def _rows(self, audience: Audience, kind: Kind, changes: list[Change]) -> None:
        view, encode = audience.view, audience.encode
        event = self._teller.event(audience, kind, self._commit.position)
        if not audience.listens(kind):
            return
        whole = view.needs_whole(len(changes))
        if encode is None or whole or view.counts or not audience.decides:
            self._ask(audience, Part(event, kind, tuple(changes), whole))
        else:
            rows = [encode(change.after) for change in changes if change.after is not None]
            event.resolve(self._teller.head(kind, rows[0] if view.single else appended(join(rows), view.more)))
        self._teller.hand_out(audience, event)

    def _gone(self, audience: Audience, changes: list[Change]) -> None:
        event = self._teller.event(audience, Kind.DELETE, self._commit.position)
        if not audience.listens(Kind.DELETE):
            return
        changes = [self._spelling.of(change) for change in changes]
        if audience.decides_deletes and not audience.view.counts:
            event.resolve(self._teller.head(Kind.DELETE, keys_of(audience.view, changes)))
        else:
            self._ask(audience, Part(event, Kind.DELETE, tuple(changes), view=audience.deletes_by))
        self._teller.hand_out(audience, event)

    def _ask(self, audience: Audience, part: Part) -> None:
        view = part.view or audience.view
        self._waiting.setdefault((audience, view), []).append(asked(part.event, self._commit, part))


def slices(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """The changes of one unit in parts that are told one after the other as they would be together: each created row is told by
    itself, all others of a kind in one event."""
    if len(changes) <= SLICE:
        yield changes
        return
    created = [change for change in changes if change.kind is Kind.CREATE]
    for start in range(0, len(created), SLICE):
        yield created[start : start + SLICE]
    others = [change for change in changes if change.kind is not Kind.CREATE]
    if others:
        yield others


def ask_again(audience: Audience, events: Iterable[Event]) -> tuple[Mapping[Event, Event], list[Ask]]:
    """Events that are being asked for on behalf of another view, as they are for this audience, and the asks for them. Deleted rows
    are those that the other view held."""
    instead: dict[Event, Event] = {}
    asks: list[Ask] = []
    for event in events:
        if event.part is not None and event.commit is not None:
            other = instead[event] = Event(event.kind, event.position)
            other.source, other.previous, other.number, other.told = audience, event.previous, event.number, 1
            former = event.part.view if event.kind is Kind.DELETE else None
            view = None if former is None else counting(former, audience.view)
            part = asked(other, event.commit, replace(event.part, event=other, view=view))
            asks.append(Ask(view or audience.view, event.commit, (part,), decided=False))
    return instead, asks


def settle(teller: Teller, ask: Ask, answer: Answer) -> None:
    """What the database said; the events of the ask are told, or dropped if there is nothing to tell."""
    wholes, relations = iter(answer.wholes), iter(answer.relations)
    for part in ask.parts:
        data: bytes | None
        if part.related:
            rows = next(relations, b"[]")
            data = rows[1:-1] if ask.view.single and rows != b"[]" else rows
        else:
            data = next(wholes, b"[]") if part.whole else _data(ask, part, answer)
        if ask.view.more and data not in (None, b"[]") and part.kind is not Kind.DELETE:
            data = appended(data, ask.view.more)
        teller.resolve(part.event, teller.head(part.kind, data, answer.counts) if data not in (None, b"[]") else b"")


def _data(ask: Ask, part: Part, answer: Answer) -> bytes | None:
    if part.kind is Kind.DELETE:
        held = [c for c in part.changes if ask.decided or str(c.key) in answer.held]
        return keys_of(ask.view, held) if held else None
    rows = [row for change in part.changes if (row := answer.rows.get(str(change.key))) is not None]
    if not rows:
        return None
    return rows[0] if ask.view.single else join(rows)


def keys_of(view: View, changes: Sequence[Change]) -> bytes:
    """The keys of deleted rows; of an item, its key as text."""
    if view.single:
        return msgspec.json.encode(str(changes[0].key))
    return msgspec.json.encode([change.key for change in changes])


def _as_text(change: Change) -> str:
    return str(change.key)

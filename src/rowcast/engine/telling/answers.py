"""Answers the asks of the live engine: one statement for the rows of a view, one for the deleted rows it held, one for the rows
that changes of other collections lead to, one for each count. Must not know who listens.

Rows are read as they are now, not as they were at the commit: a later commit has its own ask behind this one. So the position of
what was read belongs to each answer: nobody may be told it whose rights have changed until then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.engine.plans import KEYS
from rowcast.engine.telling.views import count_of
from rowcast.feed import Change, Commit, Position
from rowcast.feed.commit import Key
from rowcast.live import Answer, Ask, Part, View
from rowcast.live.view import Form
from rowcast.policy.rights import both
from rowcast.query.reach import changed, pointed, reaches, related_to
from rowcast.query.sql import Statement, bind, keys, rows
from rowcast.query.sql.shadow import shadow
from rowcast.query.tree import All, Leaf, Not, Order, Ref, Select, Some, Test, Variable
from rowcast.query.variables import is_now, moment
from rowcast.schema import Collection, Schema
from rowcast.store.base import Row, Store

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

_MARK = "$key"
_MOST = 512


class _Keyed(msgspec.Struct, rename={"key": _MARK}):
    key: msgspec.Raw


_decode = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_key = msgspec.json.Decoder(_Keyed).decode


class _Reading:
    """Reads, and notes the newest position of the states that were read."""

    __slots__ = ("_store", "position")

    def __init__(self, store: Store, position: Position) -> None:
        self._store, self.position = store, position

    async def rows(self, text: str, args: Sequence[Any]) -> list[Row]:
        rows, position = await self._store.snapshot(text, args)
        self.position = max(self.position, position)
        return rows


class Answers:
    """Statements by the form of a view, written once. Dropped when there are too many, and with the schema."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[str, Form], Statement] = {}

    def clear(self) -> None:
        """Forget all statements."""
        self._known.clear()

    async def answer(self, ask: Ask) -> tuple[Answer, Position]:
        """Ask the database what the ask needs; the position of the newest state that was read."""
        reading = _Reading(self._engine.store, ask.commit.position)
        answer = Answer(
            await self._rows(reading, ask) if ask.keys else {},
            [await self._whole(reading, ask.view, part) for part in ask.wholes],
            [await self._related(reading, ask.view, part) for part in ask.relations],
            await self._held(reading, ask) if ask.gone else frozenset(),
            await self._counts(reading, ask.view),
        )
        return answer, reading.position

    async def shown(
        self, view: View, keys: Sequence[Key] | None = None, now: datetime | None = None
    ) -> tuple[str, Position]:
        """The answer of an exact view as it is now, each row with its key at its head (see ``keyed``), and the position of exactly
        that state. ``keys``: of these rows alone. ``now``: what ``$NOW`` is."""
        statement = self._statement("all" if keys is None else "rows", view)
        now_of = self._engine.clock.now if now is None else lambda: now
        args = bind(statement, lambda name: _value(name, keys or (), now_of), view.constants)
        found, position = await self._engine.store.snapshot(statement.text, args)
        return found[0][0], position

    async def counts(self, view: View) -> tuple[bytes | None, Position | None]:
        """The numbers that events of the view carry, as a JSON object, and the position of the state that was read; None if there
        are none."""
        if not view.counts:
            return None, None
        reading = _Reading(self._engine.store, self._engine.store.position)
        return await self._counts(reading, view), reading.position

    async def _rows(self, reading: _Reading, ask: Ask) -> dict[str, bytes]:
        """The rows that the view holds of those keys: finished JSON by key as text."""
        found = await self._read(reading, "rows", ask.view, ask.keys)
        return dict(map(_split, _decode(found)))

    async def _whole(self, reading: _Reading, view: View, part: Part) -> bytes:
        found: str = await self._read(reading, "whole", view, [change.key for change in part.changes])
        return found.encode()

    async def _held(self, reading: _Reading, ask: Ask) -> frozenset[str]:
        """Which of the deleted rows the view held before the commit, by all rows as they were then."""
        view, names = ask.view, [change.key for change in ask.gone]
        statement, past = self._statement("held", view), self._past(ask.view, ask.commit)
        text = shadow(statement, [collection for collection, _ in past]).text
        images = [text for _, changes in past for text in (_keys(changes), _images(changes))]
        args = (*images, *bind(statement, lambda name: _value(name, names, self._engine.clock.now), view.constants))
        return frozenset(str(row[0]) for row in await reading.rows(text, args))

    def _past(self, view: View, commit: Commit) -> list[tuple[Collection, list[Change]]]:
        """The first change of each row that the commit touched, in the collections that decide what the view holds."""
        asked = {view.collection, *(way.collection for way in reaches(replace(view.form.select, nodes=(), order=())))}
        first: dict[str, dict[Key, Change]] = {}
        for change in commit.changes:
            if change.collection in asked:
                first.setdefault(change.collection, {}).setdefault(change.key, change)
        return [(self._engine.schema.collections[name], list(rows.values())) for name, rows in first.items()]

    async def _related(self, reading: _Reading, view: View, part: Part) -> bytes:
        """The rows of the view that the changed rows are or were related to, but for those that were told already."""
        collections = sorted({change.collection for change in part.related})
        statement = self._statement("related " + " ".join(collections), view, collections)
        told = [change.key for change in part.changes]
        args = bind(
            statement,
            lambda name: (
                _value(name, told, self._engine.clock.now) if name == KEYS or is_now(name) else _of(part, name)
            ),
            view.constants,
        )
        found: str = (await reading.rows(statement.text, args))[0][0]
        return found.encode()

    async def _counts(self, reading: _Reading, view: View) -> bytes | None:
        if not view.counts:
            return None
        counts = {}
        for name, question in view.counts:
            text, args = count_of(question)
            counts[name] = (await reading.rows(text, args))[0][0]
        return msgspec.json.encode(counts)

    async def _read(self, reading: _Reading, form: str, view: View, names: Sequence[str | int]) -> Any:
        statement = self._statement(form, view)
        args = bind(statement, lambda name: _value(name, names, self._engine.clock.now), view.constants)
        return (await reading.rows(statement.text, args))[0][0]

    def _statement(self, form: str, view: View, related: Sequence[str] = ()) -> Statement:
        found = self._known.get((form, view.form))
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[form, view.form] = self._write(form, view.form.select, related)
        return found

    def _write(self, form: str, asked: Select, related: Sequence[str]) -> Statement:
        schema = self._engine.schema
        collection = schema.collections[asked.collection]
        key, keys_of = Ref(collection.key), Variable(KEYS, collection.key.type, many=True)
        if form == "all":
            order = asked.order or (() if asked.aggregates or asked.groups else (Order(key),))
            return rows(_marked(replace(asked, order=order), key), schema)
        if related:
            return rows(_affected(asked, Test(key, "in", keys_of), related, schema), schema)
        select = replace(asked, where=both(Test(key, "in", keys_of), asked.where))
        if form == "whole":
            return rows(select, schema)
        single: Select = replace(select, order=(), limit=None, offset=0, aggregates=(), groups=())
        if form == "held":
            return keys(single, schema)
        return rows(_marked(single, key), schema)


def _marked(select: Select, key: Ref) -> Select:
    """The question with the key at the head of each row; one about numbers has no keys."""
    if select.aggregates or select.groups:
        return select
    return replace(select, nodes=(Leaf(_MARK, key), *select.nodes))


def _affected(select: Select, told: Test, collections: Sequence[str], schema: Schema) -> Select:
    """The rows that changed rows of the collections are or were related to, but for those ``told``."""
    ways = reaches(select)
    leads = tuple(related_to(ways, select.collection, name, schema) for name in collections)
    return replace(select, where=both(All((Some(leads), Not(told))), select.where))


def _of(part: Part, name: str) -> list[Any]:
    """What a variable of ``related_to`` stands for."""
    found: list[Any] = []
    for change in part.related:
        if name == changed(change.collection):
            found.append(change.key)
        elif name.startswith(pointed(change.collection, "")):
            column = name.removeprefix(pointed(change.collection, ""))
            found += [image.values.get(column) for image in (change.before, change.after) if image is not None]
    return list(dict.fromkeys(value for value in found if value is not None))


def keyed(text: str) -> list[tuple[bytes, bytes]]:
    """(key as JSON, row) of each row of an answer that has keys at the heads."""
    return [_keyed(row) for row in _decode(text)]


def _value(name: str, names: Sequence[str | int], now: Callable[[], datetime]) -> Any:
    """What is left to bind: the keys, ``$NOW``, and variables that have no value."""
    if name == KEYS:
        return list(names)
    return moment(name, now()) if is_now(name) else None


def _split(row: msgspec.Raw) -> tuple[str, bytes]:
    """A row that begins with its key, as (key as text, row without it)."""
    mark, rest = _keyed(row)
    return str(msgspec.json.decode(mark)), rest


def _keyed(row: msgspec.Raw) -> tuple[bytes, bytes]:
    text = bytes(row)
    mark = bytes(_decode_key(text).key)
    rest = text[len(_MARK) + 4 + len(mark) :]
    return mark, b"{" + rest[1:] if rest[:1] == b"," else b"{}"


def _keys(changes: Sequence[Change]) -> str:
    return msgspec.json.encode([change.key for change in changes]).decode()


def _images(changes: Sequence[Change]) -> str:
    texts = [change.before.raw for change in changes if change.before is not None]
    return "[" + ",".join(text if isinstance(text, str) else text.decode() for text in texts) + "]"

"""Answers the asks of the live engine: one statement for the rows of a view, one for the deleted rows it held, one for each count.
Must not know who listens.

Rows are read as they are now, not as they were at the commit: a later commit has its own ask behind this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.engine.plans import KEYS
from rowcast.engine.views import count_of
from rowcast.feed import Change
from rowcast.live import Answer, Ask, Part, View
from rowcast.policy.rights import both
from rowcast.query.sql import Statement, bind, keys, rows
from rowcast.query.sql.shadow import shadow
from rowcast.query.tree import Leaf, Ref, Select, Test, Variable
from rowcast.query.variables import is_now, moment

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

_MARK = "$key"
_MOST = 512


class _Keyed(msgspec.Struct, rename={"key": _MARK}):
    key: msgspec.Raw


_decode = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_key = msgspec.json.Decoder(_Keyed).decode


class Answers:
    """Statements by view, written once. Dropped when there are too many, and with the schema."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[str, View], Statement] = {}

    def clear(self) -> None:
        """Forget all statements."""
        self._known.clear()

    async def answer(self, ask: Ask) -> Answer:
        """Ask the database what the ask needs."""
        return Answer(
            await self._rows(ask) if ask.keys else {},
            [await self._whole(ask.view, part) for part in ask.wholes],
            await self._held(ask.view, ask.gone) if ask.gone else frozenset(),
            await self._counts(ask.view) if ask.view.counts else None,
        )

    async def _rows(self, ask: Ask) -> dict[str, bytes]:
        """The rows that the view holds of those keys: finished JSON by key as text."""
        found = await self._read(self._statement("rows", ask.view), ask.keys)
        return dict(map(_split, _decode(found)))

    async def _whole(self, view: View, part: Part) -> bytes:
        found: str = await self._read(self._statement("whole", view), [change.key for change in part.changes])
        return found.encode()

    async def _held(self, view: View, gone: Sequence[Change]) -> frozenset[str]:
        statement = self._statement("held", view)
        images = "[" + ",".join(_text(change) for change in gone) + "]"
        names = [change.key for change in gone]
        args = (images, *bind(statement, lambda name: _value(name, names)))
        return frozenset(str(row[0]) for row in await self._engine.store.read(statement.text, args))

    async def _counts(self, view: View) -> bytes:
        counts = {}
        for name, question in view.counts:
            text, args = count_of(question)
            counts[name] = (await self._engine.store.read(text, args))[0][0]
        return msgspec.json.encode(counts)

    async def _read(self, statement: Statement, names: Sequence[str | int]) -> Any:
        args = bind(statement, lambda name: _value(name, names))
        return (await self._engine.store.read(statement.text, args))[0][0]

    def _statement(self, form: str, view: View) -> Statement:
        found = self._known.get((form, view))
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[form, view] = self._write(form, view)
        return found

    def _write(self, form: str, view: View) -> Statement:
        schema = self._engine.schema
        collection = schema.collections[view.collection]
        key, keys_of = Ref(collection.key), Variable(KEYS, collection.key.type, many=True)
        select = replace(view.select, where=both(Test(key, "in", keys_of), view.select.where))
        if form == "whole":
            return rows(select, schema)
        single: Select = replace(select, order=(), limit=None, offset=0, aggregates=(), groups=())
        if form == "held":
            return shadow(keys(single, schema), collection)
        return rows(replace(single, nodes=(Leaf(_MARK, key), *single.nodes)), schema)


def _value(name: str, names: Sequence[str | int]) -> Any:
    """What is left to bind: the keys, ``$NOW``, and variables that have no value."""
    if name == KEYS:
        return list(names)
    return moment(name, datetime.now(UTC)) if is_now(name) else None


def _split(row: msgspec.Raw) -> tuple[str, bytes]:
    """A row that begins with its key, as (key as text, row without it)."""
    text = bytes(row)
    mark = bytes(_decode_key(text).key)
    rest = text[len(_MARK) + 4 + len(mark) :]
    key = msgspec.json.decode(mark)
    return str(key), b"{" + rest[1:] if rest[:1] == b"," else b"{}"


def _text(change: Change) -> str:
    raw = change.before.raw if change.before is not None else "null"
    return raw if isinstance(raw, str) else raw.decode()

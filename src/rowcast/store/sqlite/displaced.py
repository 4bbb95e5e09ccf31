"""Rows that make room: ``REPLACE`` deletes whatever has a value that must be unique, and calls no trigger for it. Knows how such
rows get into the log and what they mean there; must not know who reads it.

A trigger before each insert notes the rows that have the new row's unique values, if there are any. What becomes of them the log
itself tells: when the new row stands there with the value that only one row can have, and nothing was said of the noted row, that
one is gone. When it does not (``OR IGNORE``), or the noted row was changed instead (an upsert), the note means nothing. *The
obvious way*, to look in a trigger after the insert whether the noted rows are still there, costs every insert a look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import apsw
import msgspec

from rowcast.query.sql.wire import wire
from rowcast.schema import Collection
from rowcast.store.sqlite.connection import ask, literal, quote

NOTED = "displace"
"""What the log says of a noted row. ``after`` are the values that it may have to make room for: a list of objects, null where
it has others."""

_UNIQUE = """SELECT i.name, c.name, c.coll FROM pragma_index_list(?) i, pragma_index_xinfo(i.name) c
 WHERE i."unique" = 1 AND i.partial = 0 AND c.key = 1 ORDER BY i.name, c.seqno"""

LogRow = tuple[Any, ...]
"""seq, collection, key, op, before, after"""

Unique = tuple[tuple[str, str], ...]
"""The columns that must be unique together, each with its collation."""


def uniques(connection: apsw.Connection, collection: Collection) -> list[Unique]:
    """What must be unique in a table, the primary key first. Indexes of expressions and of some rows are left out."""
    found: dict[str, list[tuple[str | None, str]]] = {}
    for index, column, collation in ask(connection, _UNIQUE, (collection.name,)):
        found.setdefault(index, []).append((column, collation))
    known = {column.name for column in collection.columns}
    primary: Unique = ((collection.primary, "BINARY"),)
    whole = [
        tuple((c, coll) for c, coll in each if c in known) for each in found.values() if {c for c, _ in each} <= known
    ]
    return list(dict.fromkeys([primary, *whole]))


def triggers(collection: Collection, unique: Sequence[Unique], image: str) -> Iterator[tuple[str, str, str]]:
    """(event, when it is called, statement) of the triggers; ``image`` is the row ``it`` as JSON."""
    columns = dict.fromkeys(column for each in unique for column, _ in each)
    key = quote(collection.primary)
    yield "displace", "INSERT", _noting(collection, unique, image, "")
    of = ", ".join(quote(column) for column in columns)
    yield "oust", f"UPDATE OF {of}", _noting(collection, unique, image, f" AND it.{key} IS NOT OLD.{key}")


def _noting(collection: Collection, unique: Sequence[Unique], image: str, more: str) -> str:
    """``more``: a condition on the row ``it`` besides."""
    values = ", ".join(_object(collection, each) for each in unique)
    where = " OR ".join(f"({_agrees(each)}{more})" for each in unique)
    name, key = literal(collection.name), quote(collection.primary)
    return (
        f"INSERT INTO rowcast_changes(collection, key, op, before, after) SELECT {name}, it.{key}, '{NOTED}', {image}, "
        f"json_array({values}) FROM {quote(collection.name)} it WHERE {where};"
    )


def _agrees(unique: Unique) -> str:
    """Whether the row ``it`` has the values of the new one."""
    return " AND ".join(f"it.{quote(c)} = NEW.{quote(c)} COLLATE {quote(collation)}" for c, collation in unique)


def _object(collection: Collection, unique: Unique) -> str:
    """The values of the new row if the row ``it`` has them. (A key that SQLite is yet to give is -1 before the insert.)"""
    pairs = (f"{literal(c)}, {wire(collection.fields[c], 'NEW.' + quote(c))}" for c, _ in unique)
    return f"CASE WHEN {_agrees(unique)} THEN json_object({', '.join(pairs)}) END"


# ---- reading ------------------------------------------------------------------------------------------------------------


def settled(rows: Sequence[LogRow]) -> list[LogRow]:
    """The rows of the log, with each note either a delete or, where it means nothing, as it was."""
    found = list(rows)
    noted: dict[tuple[Any, Any], int] = {}
    for place, row in enumerate(rows):
        collection, key, op = row[1:4]
        if op == NOTED:
            noted[collection, key] = place
            continue
        for name in _displaced(rows, noted, row) if noted else ():
            gone = noted.pop(name)
            found[gone] = (*rows[gone][:3], "delete", rows[gone][4], None, *rows[gone][6:])
        noted.pop((collection, key), None)
    return found


def _displaced(rows: Sequence[LogRow], noted: dict[tuple[Any, Any], int], row: LogRow) -> list[tuple[Any, Any]]:
    """Which of the noted rows must be gone, now that this one stands there."""
    _, collection, key, op, _, after = row[:6]
    if op not in ("create", "update") or after is None:
        return []
    values = msgspec.json.decode(after)
    return [
        name
        for name, place in noted.items()
        if name[0] == collection and (op == "create" if name[1] == key else _has(values, rows[place][5]))
    ]


def _has(values: dict[str, Any], unique: str) -> bool:
    """Whether the row has the values of one of these."""
    return any(each and all(values.get(c) == v for c, v in each.items()) for each in msgspec.json.decode(unique))

"""Reads what the database has: columns and foreign keys of every table, and the rows of metadata. Knows SQLite's catalogue; must
not know what a collection is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import apsw

from rowcast.schema import Column, ForeignKey, Schema
from rowcast.schema.assemble import assemble
from rowcast.schema.types import default_of, field_type
from rowcast.store.sqlite.connection import ask, quote

_TABLES = """SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
 AND name NOT LIKE 'rowcast\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"""
_COLUMNS = 'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)'
_SINGLE_INDEXES = """SELECT i.name, i."unique", i.origin, i.partial, min(c.name), count(*) FROM pragma_index_list(?) i,
 pragma_index_info(i.name) c WHERE i.name NOT GLOB 'rowcast_by_*' GROUP BY i.name"""
_TYPE = re.compile(r"^\s*([^(]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$")


def read_schema(connection: apsw.Connection, version: int) -> Schema:
    """The data model as the connection sees it now."""
    tables = ask(connection, _TABLES)
    keys = [key for name, _ in tables for key in foreign_keys(connection, name)]
    pointing = {(key.table, key.column): key for key in keys}
    columns = [column for name, sql in tables for column in _columns(connection, name, sql, pointing)]
    rows = [list(_rows(connection, name)) for name in ("collections", "fields", "relations")]
    return assemble(version, columns, keys, *rows)


def foreign_keys(connection: apsw.Connection, table: str) -> Iterator[ForeignKey]:
    """The foreign keys of one column each that the table has."""
    rows = ask(connection, f"PRAGMA foreign_key_list({quote(table)})")
    several = {row[0] for row in rows if row[1] > 0}
    for number, _, foreign_table, column, foreign_column, on_update, on_delete, _ in rows:
        if number not in several:
            target = foreign_column or _primary(connection, foreign_table)
            yield ForeignKey(table, column, foreign_table, target, None, on_update, on_delete)


def _primary(connection: apsw.Connection, table: str) -> str:
    rows = ask(connection, "SELECT name FROM pragma_table_info(?) WHERE pk = 1", (table,))
    return str(rows[0][0]) if rows else "rowid"


def _columns(
    connection: apsw.Connection, table: str, sql: str, keys: dict[tuple[str, str], ForeignKey]
) -> Iterator[Column]:
    rows = ask(connection, _COLUMNS, (table,))
    unique, indexed = _indexed(connection, table)
    counts = "autoincrement" in sql.lower()
    for name, declared, not_null, default, position, hidden in rows:
        if hidden == 1:
            continue
        data_type, length, precision, scale = split_type(declared)
        key = keys.get((table, name))
        yield Column(
            name=name,
            table=table,
            data_type=data_type,
            default_value=default_of(field_type(data_type, length), default),
            max_length=length,
            numeric_precision=precision,
            numeric_scale=scale,
            is_generated=hidden in (2, 3),
            is_nullable=not not_null and not position,
            is_unique=name in unique,
            is_indexed=name in indexed,
            is_primary_key=bool(position),
            has_auto_increment=bool(position) and counts,
            foreign_key_table=key.foreign_table if key else None,
            foreign_key_column=key.foreign_column if key else None,
        )


def split_type(declared: str) -> tuple[str, int | None, int | None, int | None]:
    """A declared type as (type in lower case, length of a text, precision, scale of a number)."""
    match = _TYPE.match(declared)
    if match is None:
        return declared.lower(), None, None, None
    name, first, second = match[1].lower(), match[2], match[3]
    if first is None or "char" in name:
        return name, int(first) if first else None, None, None
    return name, None, int(first), int(second) if second else None


def _indexed(connection: apsw.Connection, table: str) -> tuple[set[str], set[str]]:
    """The columns that are unique, and those that have another index, each by itself."""
    unique: set[str] = set()
    indexed: set[str] = set()
    for _, is_unique, _, partial, column, count in ask(connection, _SINGLE_INDEXES, (table,)):
        if count == 1 and not partial:
            (unique if is_unique else indexed).add(column)
    return unique, indexed


def _rows(connection: apsw.Connection, name: str) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(f"SELECT * FROM directus_{name} ORDER BY 1")
    names: list[str] | None = None
    for row in cursor:
        if names is None:
            names = [str(column[0]) for column in cursor.get_description()]
        yield dict(zip(names, row, strict=True))

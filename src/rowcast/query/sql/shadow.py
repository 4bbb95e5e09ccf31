"""Lets a statement see rows as they were before they changed. SQLite's text of it; must not know why.

Within the statement a table is replaced by what it holds less the changed rows plus the given images; the real table is reached
by the name of its database. An image holds wire form: columns whose stored form differs in more than notation are approximately
restored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rowcast.query.sql import Statement
from rowcast.schema import Collection, Field


def shadow(statement: Statement, collections: Iterable[Collection]) -> Statement:
    """The statement with the tables of ``collections`` as they were. For each of them it takes two arguments, before those that it
    is bound to: JSON arrays of the keys of the changed rows, and of the images of those that existed."""
    tables = ", ".join(map(_table, collections))
    return replace(statement, text=f"WITH {tables} {statement.text}")


def _table(collection: Collection) -> str:
    table, key = _quote(collection.name), _quote(collection.primary)
    names = ", ".join(_quote(field.name) for field in collection.columns)
    images = ", ".join(f"{_typed(collection, field)} AS {_quote(field.name)}" for field in collection.columns)
    unchanged = f"SELECT {names} FROM main.{table} WHERE {key} NOT IN (SELECT value FROM json_each(?))"
    return f"{table} AS ({unchanged} UNION ALL SELECT {images} FROM json_each(?) AS image)"


def _typed(collection: Collection, field: Field) -> str:
    """A key has the type of its column, so that it is equal to a text that points to it."""
    stored = _stored(field)
    if field.name != collection.primary:
        return stored
    return f"CAST({stored} AS {'INTEGER' if field.type in ('integer', 'bigInteger') else 'TEXT'})"


def _stored(field: Field) -> str:
    path = _text("$." + _json_name(field.name))
    if field.type == "csv":
        joined = f"(SELECT coalesce(group_concat(value, ','), '') FROM json_each(image.value, {path}))"
        return f"iif(json_extract(image.value, {path}) IS NULL, NULL, {joined})"
    return f"json_extract(image.value, {path})"


def _json_name(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

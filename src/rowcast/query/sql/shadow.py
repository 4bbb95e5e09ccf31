"""Lets a statement see rows that are deleted already, as they were. SQLite's text of it; must not know why.

Within the statement the table is replaced by what it holds plus the given images; the real table is reached by the name of its
database. An image holds wire form: columns whose stored form differs in more than notation are approximately restored.
"""

from __future__ import annotations

from dataclasses import replace

from rowcast.query.sql import Statement
from rowcast.schema import Collection, Field


def shadow(statement: Statement, collection: Collection) -> Statement:
    """The statement with the table of ``collection`` extended by rows that its first argument holds, as a JSON array of images.
    That argument comes before those that the statement is bound to."""
    table = _quote(collection.name)
    names = ", ".join(_quote(field.name) for field in collection.columns)
    images = ", ".join(f"{_stored(field)} AS {_quote(field.name)}" for field in collection.columns)
    parts = f"SELECT {names} FROM main.{table} UNION ALL SELECT {images} FROM json_each(?) AS image"
    return replace(statement, text=f"WITH {table} AS ({parts}) {statement.text}")


def _stored(field: Field) -> str:
    path = _text("$." + _json_name(field.name))
    if field.type == "csv":
        return f"(SELECT group_concat(value, ',') FROM json_each(image.value, {path}))"
    return f"json_extract(image.value, {path})"


def _json_name(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

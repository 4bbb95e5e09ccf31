"""The reading statements of a question. Each is one SQL text."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from rowcast.query.sql.answer import restrict, rows_of, window
from rowcast.query.sql.groups import groups_of
from rowcast.query.sql.statement import Statement
from rowcast.query.sql.writer import Writer
from rowcast.query.tree import Select
from rowcast.schema import Schema


def rows(select: Select, schema: Schema, *, reveal: bool = False) -> Statement:
    """One row of one column: the JSON text of a list of objects, whatever is nested. ``reveal`` shows concealed values."""
    writer = Writer(schema, reveal)
    table = writer.table(select.collection)
    if select.aggregates or select.groups:
        return writer.finish(sa.select(groups_of(writer, select, table)))
    return writer.finish(sa.select(rows_of(writer, select, table)))


def count(select: Select, schema: Schema) -> Statement:
    """One row of one column: the number of rows, whatever limit and offset are."""
    writer = Writer(schema)
    table = writer.table(select.collection)
    query = sa.select(sa.func.count()).select_from(table.clause)
    return writer.finish(restrict(writer, query, table, select.where))


def keys(select: Select, schema: Schema) -> Statement:
    """One column: the primary keys, in the order of the question."""
    writer = Writer(schema)
    table = writer.table(select.collection)
    key: sa.ColumnElement[Any] = sa.literal_column(table(schema.collections[select.collection].primary))
    query = restrict(writer, sa.select(key).select_from(table.clause), table, select.where)
    return writer.finish(window(writer, query, table, select))

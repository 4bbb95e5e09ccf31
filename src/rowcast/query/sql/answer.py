"""Writes the JSON of an answer as SQL: a row is one JSON text, lists of rows are joined from them, relations are correlated
sub-queries. Knows nodes; conditions and columns are written elsewhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import reduce
from typing import Any

import sqlalchemy as sa

from rowcast.query.sql.dialect import text
from rowcast.query.sql.writer import Element, Table, Writer
from rowcast.query.tree import AnyOf, Condition, Const, Fixed, Inner, Keys, Leaf, Many, Node, One, Order, Select, Slot
from rowcast.schema import Field, Link

_CHAIN = 60
"""Longer concatenations are nested, since the depth of an expression is limited; a function around each keeps them apart."""


def rows_of(writer: Writer, select: Select, table: Table, met: Element | None = None) -> Element:
    """The JSON list of the rows of ``select``; of those that are ``met``, if given."""
    one = sa.select(row(writer, table, select.nodes).label("j")).select_from(table.clause)
    inner = window(writer, restrict(writer, one, table, select.where, met), table, select).subquery("s")
    return sa.select(writer.dialect.json_list(inner.c.j)).select_from(inner).scalar_subquery()


def restrict(
    writer: Writer, query: sa.Select[Any], table: Table, where: Condition, met: Element | None = None
) -> sa.Select[Any]:
    """The query with its WHERE clause."""
    if met is not None:
        query = query.where(met)
    return query.where(writer.holds(table, where))


def window(writer: Writer, query: sa.Select[Any], table: Table, select: Select) -> sa.Select[Any]:
    """The query with order, limit and offset."""
    return limited(writer, query.order_by(*(ordered(writer, table, order) for order in select.order)), select)


def limited(writer: Writer, query: sa.Select[Any], select: Select) -> sa.Select[Any]:
    """The query with limit and offset."""
    if select.limit is not None:
        query = query.limit(_count(writer, select.limit))
    if select.offset != 0:
        query = query.offset(_count(writer, select.offset))
    return query


def ordered(writer: Writer, table: Table, order: Order) -> Element:
    """One key of an ORDER BY clause."""
    value = _sorted_by(writer, table, order, 0)
    return value.desc() if order.descending else value


def row(writer: Writer, table: Table, nodes: Sequence[Node]) -> Element:
    """The JSON text of one row: an object built at once of its columns, or joined from texts where relations are among them
    (so that their JSON is not parsed again)."""
    if all(isinstance(node, Leaf) for node in nodes) and len(nodes) < 400:
        return writer.dialect.json_object([(n.key, _value(writer, table, n)) for n in nodes if isinstance(n, Leaf)])
    parts: list[Element] = []
    for node in nodes:
        parts += [text(("," if parts else "{") + _json_name(node.key) + ":"), _member(writer, table, node)]
    return _joined([*parts, text("}")])


def _member(writer: Writer, table: Table, node: Node) -> Element:
    """The JSON text of one member."""
    if isinstance(node, Leaf):
        return writer.dialect.json_text(_value(writer, table, node))
    if isinstance(node, Fixed):
        return text(_json_name(node.text))
    if isinstance(node, Inner):
        return row(writer, table, node.nodes)
    value = _related(writer, table, node)
    return value if node.mask is None else sa.case((writer.holds(table, node.mask), value), else_=text("null"))


def _value(writer: Writer, table: Table, leaf: Leaf) -> Element:
    shown = writer.shown(table, leaf.ref)
    return sa.cast(shown, sa.Text) if leaf.as_text else shown


def _related(writer: Writer, table: Table, node: One | Many | Keys | AnyOf) -> Element:
    if isinstance(node, AnyOf):
        return _any_of(writer, table, node)
    if isinstance(node, One):
        return _one(writer, table, node.link, node.select)
    there = writer.table(node.select.collection)
    met = writer.joined(table, node.link, there)
    return (
        rows_of(writer, node.select, there, met) if isinstance(node, Many) else _keys(writer, node.select, there, met)
    )


def _one(writer: Writer, table: Table, link: Link, select: Select) -> Element:
    there = writer.table(select.collection)
    query = sa.select(row(writer, there, select.nodes)).select_from(there.clause)
    found = restrict(writer, query, there, select.where, writer.joined(table, link, there)).scalar_subquery()
    return sa.func.coalesce(found, text("null"), type_=sa.String)


def _keys(writer: Writer, select: Select, there: Table, met: Element) -> Element:
    key = writer.dialect.json_text(sa.literal_column(there(writer.schema.collections[select.collection].primary)))
    query = restrict(writer, sa.select(key.label("j")).select_from(there.clause), there, select.where, met)
    inner = window(writer, query, there, select).subquery("s")
    return sa.select(writer.dialect.json_list(inner.c.j)).select_from(inner).scalar_subquery()


def _any_of(writer: Writer, table: Table, node: AnyOf) -> Element:
    """By the name in the row's collection field."""
    named: Element = sa.literal_column(table(node.link.relation.one_collection_field or ""))
    branches = [(named == text(s.collection), _one(writer, table, node.link, s)) for s in node.selects]
    branches += [(named == text(key.collection), _bare(writer, table, node.link, key)) for key in node.bare]
    return sa.case(*branches, else_=text("null")) if branches else text("null")


def _bare(writer: Writer, table: Table, link: Link, key: Field) -> Element:
    """The key alone, in the type that it has over there."""
    stored: Element = sa.literal_column(table(link.relation.field))
    number = sa.cast(stored, sa.Integer) if key.type in ("integer", "bigInteger") else stored
    return writer.dialect.json_text(number)


def _sorted_by(writer: Writer, table: Table, order: Order, step: int) -> Element:
    if step == len(order.path):
        return writer.stored(table, order.ref)
    link = order.path[step]
    there = writer.table(link.target or "")
    value = _sorted_by(writer, there, order, step + 1)
    if link.kind == "o2m":
        value = (sa.func.max if order.descending else sa.func.min)(value)
    query = sa.select(value).select_from(there.clause).where(writer.joined(table, link, there))
    return (query.where(writer.holds(there, order.on[step])) if order.on else query).scalar_subquery()


def _count(writer: Writer, value: int | Slot) -> Element:
    return writer.place(Const(value) if isinstance(value, int) else value)


def _json_name(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _joined(parts: Sequence[Element]) -> Element:
    chunks = [
        reduce(lambda left, right: left.concat(right), parts[i : i + _CHAIN]) for i in range(0, len(parts), _CHAIN)
    ]
    return (
        chunks[0]
        if len(chunks) == 1
        else _joined([sa.func.coalesce(chunk, text(""), type_=sa.String) for chunk in chunks])
    )

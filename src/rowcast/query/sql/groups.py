"""Writes aggregates and groups as SQL. Knows aggregate functions; must not know rows and relations."""

from __future__ import annotations

import sqlalchemy as sa

from rowcast.query.sql.answer import limited, restrict
from rowcast.query.sql.writer import Element, Table, Writer
from rowcast.query.tree import Aggregate, Order, Select
from rowcast.schema import Field

_NUMBER = Field("", "", "float")


def groups_of(writer: Writer, select: Select, table: Table) -> Element:
    """The JSON list of the groups of ``select``; without groups, of the one object about all rows. Values are made inside, their
    wire form around it."""
    values = [writer.stored(table, leaf.ref) for leaf in select.groups]
    columns = [value.label(f"g{i}") for i, value in enumerate(values)]
    columns += [_value(writer, table, aggregate).label(f"a{i}") for i, aggregate in enumerate(select.aggregates)]
    query = restrict(writer, sa.select(*columns).select_from(table.clause), table, select.where)
    if select.groups:
        keys = (_ordered(writer, table, order) for order in select.order)
        query = limited(writer, query.group_by(*values).order_by(*keys), select)
    inner = query.subquery("s")
    return sa.select(writer.dialect.json_list(_object(writer, select))).select_from(inner).scalar_subquery()


def _ordered(writer: Writer, table: Table, order: Order) -> Element:
    """One key of the order of groups."""
    value = writer.stored(table, order.ref) if order.of is None else _value(writer, table, order.of)
    return value.desc() if order.descending else value


def _value(writer: Writer, table: Table, aggregate: Aggregate) -> Element:
    if aggregate.ref is None:
        return sa.func.count()
    function, is_distinct = aggregate.function.removesuffix("Distinct"), aggregate.function.endswith("Distinct")
    value = writer.stored(table, aggregate.ref)
    result: Element = getattr(sa.func, function)(value.distinct() if is_distinct else value)
    return result


def _object(writer: Writer, select: Select) -> Element:
    """Groups first, then ``{function: {field: value}}``; a function of whole rows alone is its bare number, beside fields it is
    the member ``*``."""
    members = [
        (leaf.key, _formed(writer, leaf.ref.field, leaf.ref.function, f"s.g{i}"))
        for i, leaf in enumerate(select.groups)
    ]
    nested: dict[str, list[tuple[str, Element]]] = {}
    for i, aggregate in enumerate(select.aggregates):
        key = "*" if aggregate.ref is None else aggregate.key
        nested.setdefault(aggregate.function, []).append((key, _aggregated(writer, aggregate, f"s.a{i}")))
    whole = {aggregate.function for aggregate in select.aggregates if aggregate.ref is None}
    for function, below in nested.items():
        bare = function in whole and len(below) == 1
        members.append((function, below[0][1] if bare else writer.dialect.json_object(below)))
    return writer.dialect.json_object(members)


def _aggregated(writer: Writer, aggregate: Aggregate, name: str) -> Element:
    if aggregate.function.startswith("count"):
        return sa.literal_column(name)
    if aggregate.function in ("min", "max") and aggregate.ref is not None:
        return _formed(writer, aggregate.ref.field, aggregate.ref.function, name)
    return _formed(writer, _NUMBER, None, name)


def _formed(writer: Writer, field: Field, function: str | None, name: str) -> Element:
    return sa.literal_column(name if function else writer.conceal(field, name))

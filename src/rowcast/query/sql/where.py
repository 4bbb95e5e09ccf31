"""Conditions as SQL. Three-valued as in SQL: a comparison with null is neither true nor false."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping

from rowcast.query.operators import NUMBERS
from rowcast.query.sql.writer import Element, Table, Writer
from rowcast.query.tree import (
    All,
    Always,
    Condition,
    Const,
    Not,
    Ref,
    Search,
    Slot,
    Some,
    Test,
    Through,
    Value,
    Variable,
)

SHORT = 16
"""Longer lists are bound as one JSON text."""
_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda left, right: left == right,
    "neq": lambda left, right: left != right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
}


def holds(writer: Writer, table: Table, condition: Condition) -> Element:
    """The condition about the row of ``table``."""
    match condition:
        case All(parts):
            return _joined("AND", [holds(writer, table, part) for part in parts]) if parts else sa.true()
        case Some(parts):
            return _joined("OR", [holds(writer, table, part) for part in parts]) if parts else sa.true()
        case Not(part):
            return sa.literal_column("NOT").op(" ")(_grouped(holds(writer, table, part)))
        case Always(value):
            return sa.literal_column("1=1" if value else "1=0")
        case Test():
            return _test(writer, table, condition)
        case Search():
            return _search(writer, table, condition)
        case Through():
            return _through(writer, table, condition)


def _grouped(element: Element) -> Element:
    """In parentheses, since part of it may be text that SQLAlchemy can't see into."""
    return Grouping(element)


def _joined(word: str, parts: Sequence[Element]) -> Element:
    """The parts joined two and two and so on, since databases limit how deep an expression is, and each step of ``a OR b OR c …``
    goes one deeper. SQLAlchemy's own ``or_`` would take the steps apart again."""
    if len(parts) == 1:
        return _grouped(parts[0])
    half = len(parts) // 2
    return _grouped(_joined(word, parts[:half]).bool_op(word)(_joined(word, parts[half:])))


def _through(writer: Writer, table: Table, condition: Through) -> Element:
    there = writer.table(condition.target)
    met = writer.joined(table, condition.link, there)
    rows: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(there.clause).where(met)
    found: Element = rows.where(holds(writer, there, condition.on)).exists()
    return found if condition.quantifier == "some" else sa.not_(found)


def _test(writer: Writer, table: Table, test: Test) -> Element:
    operator = test.operator
    if operator in ("null", "nnull", "empty", "nempty"):
        return _nullness(writer.stored(table, test.left), operator)
    if operator == "intersects_bbox":
        return _box(writer, table, test)
    left = writer.compared(table, test.left)
    if operator in ("in", "nin"):
        found = left.op("IN")(_list(writer, test.right))
        return found if operator == "in" else sa.literal_column("NOT").op(" ")(_grouped(found))
    right = _value(writer, table, test.right)
    if operator in _ORDER:
        compared: Element = _ORDER[operator](left, right)
        return compared
    return _words(writer, operator, left, right)


def _nullness(value: Element, operator: str) -> Element:
    empty = value == sa.literal_column("''")
    match operator:
        case "null":
            return value.is_(sa.null())
        case "nnull":
            return value.is_not(sa.null())
        case "empty":
            return sa.or_(value.is_(sa.null()), empty)
        case _:
            return sa.and_(value.is_not(sa.null()), sa.not_(empty))


def _words(writer: Writer, operator: str, left: Element, right: Element) -> Element:
    dialect = writer.dialect
    word: Callable[[Element, Element], Element] = getattr(dialect, operator.removeprefix("i"))
    if operator.startswith("i") or not dialect.minds_case:
        left, right = dialect.folded(left), dialect.folded(right)
    return word(left, right)


def _box(writer: Writer, table: Table, test: Test) -> Element:
    assert isinstance(test.right, Const)
    assert isinstance(test.right.value, tuple)
    places = [writer.place(Const(number)) for number in test.right.value]
    return writer.dialect.box(table(test.left.field.name), places)


def _value(writer: Writer, table: Table, value: Value) -> Element:
    if isinstance(value, Ref):
        return writer.compared(table, value)
    assert isinstance(value, Const | Variable | Slot)
    return writer.place(value)


def _list(writer: Writer, value: Value) -> Element:
    """A short list is written out; a long one, or one known only when the plan runs, is one place."""
    if isinstance(value, Const) and isinstance(value.value, tuple) and len(value.value) <= SHORT:
        value = tuple(Const(item) for item in value.value)
    if isinstance(value, tuple):
        return sa.tuple_(*(writer.place(item) for item in value))
    if isinstance(value, Variable):
        value = Variable(value.name, value.type, many=True)
    assert isinstance(value, Const | Variable | Slot)
    return writer.dialect.members(writer.place(value)).scalar_subquery()


def _search(writer: Writer, table: Table, search: Search) -> Element:
    text = Const(search.text) if isinstance(search.text, str) else search.text
    return sa.or_(sa.false(), *(_grouped(_occurs(writer, table, ref, text)) for ref in search.refs))


def _occurs(writer: Writer, table: Table, ref: Ref, text: Const | Slot) -> Element:
    dialect, value, place = writer.dialect, writer.compared(table, ref), writer.place(text)
    if ref.field.type in NUMBERS:
        return value == dialect.number(place)
    if ref.field.type == "uuid":
        return dialect.folded(value) == dialect.folded(place)
    return dialect.contains(dialect.folded(value), dialect.folded(place))

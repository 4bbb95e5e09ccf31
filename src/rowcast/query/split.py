"""Splits a condition for an index: which equality of an own column must hold in every row that matches. Must not know rows.

What is found may be too wide, never too narrow: the condition itself is still asked of each row that the index finds. Only types
whose stored and wire forms compare alike are used.
"""

from __future__ import annotations

from collections.abc import Iterator

from rowcast.query.tree import All, Condition, Const, Scalar, Test

Equality = tuple[str, tuple[Scalar, ...]]
_TYPES = frozenset({"string", "text", "uuid", "hash", "integer", "bigInteger"})
_MOST = 1000


def equality(condition: Condition, primary: str) -> Equality | None:
    """(column, values): every matching row has one of the values there. The primary key is preferred, then the column with
    the fewest values. None if no such column is found."""
    found = [pair for test in _required(condition) if (pair := _pair(test)) is not None]
    return min(found, key=lambda pair: (pair[0] != primary, len(pair[1])), default=None)


def _required(condition: Condition) -> Iterator[Test]:
    """The tests that all must hold."""
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, All):
        for part in condition.parts:
            yield from _required(part)


def _pair(test: Test) -> Equality | None:
    left = test.left
    if test.operator not in ("eq", "in") or left.function or left.link or left.field.type not in _TYPES:
        return None
    values = _values(test.right)
    if values is None or not 0 < len(values) <= _MOST or any(isinstance(v, bool | float) for v in values):
        return None
    return left.field.name, values


def _values(right: object) -> tuple[Scalar, ...] | None:
    if isinstance(right, Const):
        values = right.value if isinstance(right.value, tuple) else (right.value,)
    elif isinstance(right, tuple) and all(isinstance(part, Const) for part in right):
        values = tuple(part.value for part in right)
    else:
        return None
    return tuple(dict.fromkeys(v for v in values if v is not None))

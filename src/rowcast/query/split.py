"""Splits a condition for an index: what must hold of an own column in every row that matches. Must not know rows.

What is found may be too wide, never too narrow: the condition itself is still asked of each row that the index finds. Only types
whose stored and wire forms compare alike are used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rowcast.query.tree import All, Condition, Const, Scalar, Test


@dataclass(frozen=True, slots=True)
class Equality:
    """The column has one of these values."""

    name: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The column has a value between these, which are both numbers or both texts; None is no bound."""

    name: str
    low: int | float | str | None = None
    high: int | float | str | None = None


@dataclass(frozen=True, slots=True)
class Nullness:
    """The column has no value."""

    name: str


Anchor = Equality | Range | Nullness

_EQUAL = frozenset({"string", "text", "uuid", "hash", "integer", "bigInteger"})
_ORDERED = frozenset({"integer", "float", "decimal", "timestamp", "dateTime", "date", "time"})
_LOWER, _UPPER = frozenset({"gt", "gte"}), frozenset({"lt", "lte"})
_MOST = 1000


def anchor(condition: Condition, primary: str) -> Anchor | None:
    """What the index may hold on to; None if nothing is found. An equality is preferred, of the primary key before others, of few
    values before many; then a range, of two bounds before one; then nullness."""
    tests = [test for test in _required(condition) if _is_own(test)]
    equalities = [found for test in tests if (found := _equality(test)) is not None]
    if equalities:
        return min(equalities, key=lambda found: (found.name != primary, len(found.values)))
    ranges = _ranges(tests)
    if ranges:
        return min(ranges, key=lambda found: (found.low is None) + (found.high is None))
    return next((Nullness(t.left.field.name) for t in tests if t.operator == "null" and t.left.mask is None), None)


def _required(condition: Condition) -> Iterator[Test]:
    """The tests that all must hold."""
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, All):
        for part in condition.parts:
            yield from _required(part)


def _is_own(test: Test) -> bool:
    left = test.left
    return not (left.function or left.link or left.field.is_alias)


def _equality(test: Test) -> Equality | None:
    if test.operator not in ("eq", "in") or test.left.field.type not in _EQUAL:
        return None
    values = _values(test.right)
    if values is None or not 0 < len(values) <= _MOST or any(isinstance(v, bool | float) for v in values):
        return None
    return Equality(test.left.field.name, values)


def _values(right: object) -> tuple[Scalar, ...] | None:
    if isinstance(right, Const):
        values = right.value if isinstance(right.value, tuple) else (right.value,)
    elif isinstance(right, tuple) and all(isinstance(part, Const) for part in right):
        values = tuple(part.value for part in right)
    else:
        return None
    return tuple(dict.fromkeys(v for v in values if v is not None))


def _ranges(tests: list[Test]) -> list[Range]:
    """One range for each column that is compared with constants of one kind."""
    found: dict[str, Range] = {}
    for test in tests:
        bound = test.right.value if isinstance(test.right, Const) else None
        if test.left.field.type in _ORDERED and isinstance(bound, int | float | str) and not isinstance(bound, bool):
            name = test.left.field.name
            known = found.get(name, Range(name))
            if test.operator in _LOWER:
                found[name] = Range(name, _stricter(known.low, bound, max), known.high)
            elif test.operator in _UPPER:
                found[name] = Range(name, known.low, _stricter(known.high, bound, min))
    return [
        r
        for r in found.values()
        if r.low is None or r.high is None or isinstance(r.low, str) is isinstance(r.high, str)
    ]


def _stricter(known: int | float | str | None, bound: int | float | str, choose: object) -> int | float | str:
    """The bound that leaves less; of bounds of two kinds, any will do."""
    if known is None or isinstance(known, str) is not isinstance(bound, str):
        return bound
    best: int | float | str = choose(known, bound)  # type: ignore[operator]
    return best

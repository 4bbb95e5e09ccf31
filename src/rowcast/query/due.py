"""When time alone will change an answer: which columns are compared with ``$NOW``, and the moment at which a value of theirs is
passed. Must not know rows or the present.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from rowcast.query.settle import is_settled
from rowcast.query.tree import Aggregate, All, Condition, Const, Not, Ref, Select, Some, Test, Variable
from rowcast.query.values import fitting
from rowcast.query.variables import is_now, moment
from rowcast.schema import Field, Link

_ORDERED = frozenset({"timestamp", "dateTime", "date"})
_COMPARED = frozenset({"eq", "neq", "gt", "gte", "lt", "lte", "between", "nbetween", "in"})
_LEAST = timedelta(milliseconds=1)
_FARTHEST = timedelta(days=366 * 200)
_MARK = "v"


@dataclass(frozen=True, slots=True)
class Passing:
    """Rows of which ``where`` holds may count otherwise when ``variable`` passes their value in ``field``."""

    field: Field
    variable: Variable
    where: Condition

    @property
    def next(self) -> Select:
        """The question for the least value that is not passed yet: a list of one row, ``{"min": {"v": value}}``."""
        ref = Ref(self.field)
        ahead = All((self.where, Test(ref, "gte", self.variable)))
        return Select(self.field.collection, (), ahead, aggregates=(Aggregate("min", _MARK, ref),))


def passings(select: Select) -> tuple[Passing, ...] | None:
    """All comparisons with the present; None if there are some of which it cannot be told when they change."""
    tests: dict[Passing, None] = {}
    own = tuple(part for part in _required(select.where) if is_settled(part))
    for test, rest in [*_own(select.where, All(own)), *_others(select)]:
        for variable in _moments(test.right):
            if not _is_plain(test):
                return None
            tests[Passing(test.left.field, variable, rest)] = None
    return tuple(tests) if _count(select) == sum(len(_moments(t.right)) for t in _tests(select)) else None


def passed(variable: Variable, value: str, now: datetime) -> datetime | None:
    """The first moment after ``now`` at which the variable passes the value: reaches it or, if it has, goes beyond it. To the
    millisecond; None if that is not in sight."""
    strictly = variable.type == "timestamp" or value <= _text(variable, now)

    def is_passed(at: datetime) -> bool:
        text = _text(variable, at)
        return text > value if strictly else text >= value

    try:
        return _first(is_passed, now)
    except OverflowError:
        return None


def _first(holds: Any, now: datetime) -> datetime | None:
    step = timedelta(seconds=1)
    while not holds(now + step):
        if step > _FARTHEST:
            return None
        step *= 2
    early, late = timedelta(0), step
    while late - early > _LEAST:
        middle = (early + late) / 2
        early, late = (early, middle) if holds(now + middle) else (middle, late)
    return now + late


def _text(variable: Variable, at: datetime) -> str:
    return str(fitting(variable.type, moment(variable.name, at)))


def _is_plain(test: Test) -> bool:
    left = test.left
    return left.function is None and left.field.type in _ORDERED and test.operator in _COMPARED


def _moments(right: object) -> tuple[Variable, ...]:
    parts = right if isinstance(right, tuple) else (right,)
    return tuple(part for part in parts if isinstance(part, Variable) and is_now(part.name))


def _required(condition: Condition) -> Iterator[Condition]:
    """The parts that all must hold."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _required(part)
    else:
        yield condition


def _own(condition: Condition, rest: Condition) -> Iterator[tuple[Test, Condition]]:
    """Comparisons of the rows themselves, of which the rest of the question must hold too."""
    if isinstance(condition, All | Some):
        for part in condition.parts:
            yield from _own(part, rest)
    elif isinstance(condition, Not):
        yield from _own(condition.part, rest)
    elif isinstance(condition, Test):
        yield condition, rest


def _others(select: Select) -> Iterator[tuple[Test, Condition]]:
    """Comparisons anywhere else: of related rows, in masks, in nested questions."""
    own = {id(test) for test, _ in _own(select.where, select.where)}
    for test in _tests(select):
        if id(test) not in own:
            yield test, All(())


def _tests(node: object) -> Iterator[Test]:
    if isinstance(node, tuple):
        for part in node:
            yield from _tests(part)
    elif is_dataclass(node) and not isinstance(node, Field | Link | Const | type):
        if isinstance(node, Test) and _moments(node.right):
            yield node
        for each in fields(node):
            yield from _tests(getattr(node, each.name))


def _count(node: object) -> int:
    """How often the present is named."""
    if isinstance(node, Variable):
        return is_now(node.name)
    if isinstance(node, tuple):
        return sum(map(_count, node))
    if is_dataclass(node) and not isinstance(node, Field | Link | Const | type):
        return sum(_count(getattr(node, each.name)) for each in fields(node))
    return 0

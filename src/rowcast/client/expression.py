"""Filters as Python expressions: ``F.author.name.startswith("B") & (F.created > NOW - days(1))`` is the JSON of the same filter.
Pure; must not know collections or fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

__all__ = [
    "CURRENT_ROLE",
    "CURRENT_USER",
    "NOW",
    "Condition",
    "F",
    "Path",
    "Span",
    "Variable",
    "days",
    "hours",
    "minutes",
    "months",
    "seconds",
    "weeks",
    "years",
]

_OPPOSITES: Final = {
    "_eq": "_neq", "_lt": "_gte", "_lte": "_gt", "_in": "_nin", "_null": "_nnull", "_empty": "_nempty",
    "_contains": "_ncontains", "_icontains": "_nicontains", "_starts_with": "_nstarts_with",
    "_istarts_with": "_nistarts_with", "_ends_with": "_nends_with", "_iends_with": "_niends_with",
    "_between": "_nbetween", "_intersects": "_nintersects", "_intersects_bbox": "_nintersects_bbox", "_some": "_none",
}  # fmt: skip
_OPPOSITE: Final = _OPPOSITES | {second: first for first, second in _OPPOSITES.items()}


class Condition(Struct, frozen=True):
    """A filter. ``&``, ``|`` and ``~`` combine; ``json`` is what is sent."""

    json: dict[str, Any]

    def __and__(self, other: Condition) -> Condition:
        return _join("_and", self, other)

    def __or__(self, other: Condition) -> Condition:
        return _join("_or", self, other)

    def __invert__(self) -> Condition:
        return Condition(_inverse(self.json))

    def __bool__(self) -> bool:
        raise TypeError("Conditions are combined by &, | and ~ with parentheses, not by and, or and not.")


def _join(word: str, first: Condition, second: Condition) -> Condition:
    parts = [*_parts(word, first), *_parts(word, second)]
    return Condition({word: parts})


def _parts(word: str, condition: Condition) -> list[Any]:
    """A chain of one word is one list."""
    return list(condition.json[word]) if list(condition.json) == [word] else [condition.json]


def _inverse(json: Mapping[str, Any]) -> dict[str, Any]:
    ((name, value),) = json.items()
    if name in ("_and", "_or"):
        return {"_or" if name == "_and" else "_and": [_inverse(each) for each in value]}
    ((operator, operand),) = value.items()
    if operator not in _OPPOSITE:
        raise TypeError(f"There is no opposite of {operator} on {name}; say it with != or .none(...) instead.")
    return {name: {_OPPOSITE[operator]: operand}}


class Span(Struct, frozen=True):
    """A length of time in one unit, as ``NOW`` takes it."""

    amount: int
    unit: str

    def __neg__(self) -> Span:
        return Span(-self.amount, self.unit)


def seconds(amount: int) -> Span:
    """So many seconds."""
    return Span(amount, "second")


def minutes(amount: int) -> Span:
    """So many minutes."""
    return Span(amount, "minute")


def hours(amount: int) -> Span:
    """So many hours."""
    return Span(amount, "hour")


def days(amount: int) -> Span:
    """So many days."""
    return Span(amount, "day")


def weeks(amount: int) -> Span:
    """So many weeks."""
    return Span(amount, "week")


def months(amount: int) -> Span:
    """So many months."""
    return Span(amount, "month")


def years(amount: int) -> Span:
    """So many years."""
    return Span(amount, "year")


class Variable(Struct, frozen=True):
    """A value that the server puts in: ``CURRENT_USER``, ``CURRENT_USER.email``."""

    text: str

    def __getattr__(self, name: str) -> Variable:
        if name.startswith("_"):
            raise AttributeError(name)
        return Variable(f"{self.text}.{name}")


class Now(Struct, frozen=True):
    """The server's clock: ``NOW``, ``NOW - days(1)``, ``NOW + hours(2)``."""

    def __add__(self, span: Span) -> Variable:
        return Variable(f"$NOW({span.amount:+d} {span.unit})")

    def __sub__(self, span: Span) -> Variable:
        return self + -span

    @property
    def text(self) -> str:
        """As it is sent."""
        return "$NOW"


class Path:
    """A field, or one behind relations: ``F.author.name``, ``F["name"]``. Comparing it gives a Condition."""

    __slots__ = ("_names",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, *names: str) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Path:
        if name.startswith("__"):
            raise AttributeError(name)
        return Path(*self._names, name)

    def __getitem__(self, name: str) -> Path:
        return Path(*self._names, *name.split("."))

    def __repr__(self) -> str:
        return ".".join(("F", *self._names))

    def where(self, operator: str, operand: Any) -> Condition:
        """Any operator by its name on the wire: ``F.area.where("_intersects", shape)``."""
        if not self._names:
            raise TypeError("F alone is no field: write F.name or F['name'].")
        json: Any = {operator: _operand(operand)}
        for name in reversed(self._names):
            json = {name: json}
        return Condition(json)

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return self.where("_null", True) if other is None else self.where("_eq", other)

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return self.where("_nnull", True) if other is None else self.where("_neq", other)

    def __lt__(self, other: Any) -> Condition:
        return self.where("_lt", other)

    def __le__(self, other: Any) -> Condition:
        return self.where("_lte", other)

    def __gt__(self, other: Any) -> Condition:
        return self.where("_gt", other)

    def __ge__(self, other: Any) -> Condition:
        return self.where("_gte", other)

    def isin(self, values: Iterable[Any]) -> Condition:
        """Is one of them."""
        return self.where("_in", list(values))

    def between(self, first: Any, last: Any) -> Condition:
        """From ``first`` to ``last``, both included."""
        return self.where("_between", [first, last])

    def contains(self, text: str, *, ignore_case: bool = False) -> Condition:
        """Holds the text."""
        return self.where("_icontains" if ignore_case else "_contains", text)

    def startswith(self, text: str, *, ignore_case: bool = False) -> Condition:
        """Begins with the text."""
        return self.where("_istarts_with" if ignore_case else "_starts_with", text)

    def endswith(self, text: str, *, ignore_case: bool = False) -> Condition:
        """Ends with the text."""
        return self.where("_iends_with" if ignore_case else "_ends_with", text)

    def is_empty(self) -> Condition:
        """Is null or the empty text."""
        return self.where("_empty", True)

    def some(self, condition: Condition) -> Condition:
        """At least one of the related rows fulfils it."""
        return self.where("_some", condition)

    def none(self, condition: Condition) -> Condition:
        """None of the related rows fulfils it."""
        return self.where("_none", condition)

    def apply(self, function: str) -> Path:
        """A function of the field: ``F.created.apply("year") == 2026``; year, month, week, day, weekday, hour, minute, second of a
        time, ``count`` of related rows."""
        return Path(*self._names[:-1], f"{function}({self._names[-1]})")


def _operand(value: Any) -> Any:
    if isinstance(value, Condition):
        return value.json
    if isinstance(value, Variable | Now):
        return value.text
    return [_operand(each) for each in value] if isinstance(value, list) else value


F: Final = Path()
NOW: Final = Now()
CURRENT_USER: Final = Variable("$CURRENT_USER")
CURRENT_ROLE: Final = Variable("$CURRENT_ROLE")

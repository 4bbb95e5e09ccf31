"""Filters as Python expressions: ``F.author.name.startswith("B") & (F.created > NOW - days(1))`` is the JSON of the same filter.
Pure; must not know collections or fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from rowcast.client.moments import Now, Variable

__all__ = ["Condition", "F", "Path", "sayable"]

_OPPOSITES: Final = {
    "_eq": "_neq", "_lt": "_gte", "_lte": "_gt", "_in": "_nin", "_null": "_nnull", "_empty": "_nempty",
    "_contains": "_ncontains", "_icontains": "_nicontains", "_starts_with": "_nstarts_with",
    "_istarts_with": "_nistarts_with", "_ends_with": "_nends_with", "_iends_with": "_niends_with",
    "_between": "_nbetween", "_intersects": "_nintersects", "_intersects_bbox": "_nintersects_bbox", "_some": "_none",
}  # fmt: skip
_OPPOSITE: Final = _OPPOSITES | {second: first for first, second in _OPPOSITES.items()}


_DOT: Final = re.compile(r"\.(?![^(]*\))")
"""Between two names, not within the argument of a function."""


class Condition:
    """A filter. ``&``, ``|`` and ``~`` combine, also with filters that are plain JSON; ``json`` is what is sent.

    No Struct, so that one that stands within plain JSON (a ``deep``, an ``_or``) is sent as what it says, not as its members."""

    __slots__ = ("json",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, json: dict[str, Any]) -> None:
        self.json = json

    def __repr__(self) -> str:
        return f"Condition({self.json!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.json == other.json

    def __and__(self, other: Condition | Mapping[str, Any]) -> Condition:
        return _join("_and", self, other) if _is_filter(other) else NotImplemented

    def __or__(self, other: Condition | Mapping[str, Any]) -> Condition:
        return _join("_or", self, other) if _is_filter(other) else NotImplemented

    def __rand__(self, other: Mapping[str, Any]) -> Condition:
        return _join("_and", other, self)

    def __ror__(self, other: Mapping[str, Any]) -> Condition:
        return _join("_or", other, self)

    def __invert__(self) -> Condition:
        return Condition(_inverse(self.json))

    def __bool__(self) -> bool:
        raise TypeError("Conditions are combined by &, | and ~ with parentheses, not by and, or and not.")


def _is_filter(given: object) -> bool:
    return isinstance(given, Condition | Mapping)


def _join(word: str, *conditions: Condition | Mapping[str, Any]) -> Condition:
    said = [dict(each.json if isinstance(each, Condition) else each) for each in conditions]
    return Condition({word: [part for each in said for part in _parts(word, each)]})


def _parts(word: str, json: dict[str, Any]) -> list[Any]:
    """A chain of one word is one list."""
    return list(json[word]) if list(json) == [word] else [json]


def _inverse(json: Mapping[str, Any]) -> dict[str, Any]:
    if not json or json in ({"_and": []}, {"_or": []}):
        raise TypeError("There is no opposite of a filter without conditions, which all rows fulfil.")
    if len(json) != 1:
        return {"_or": [_inverse({name: value}) for name, value in json.items()]}
    ((name, value),) = json.items()
    if name in ("_and", "_or"):
        return {"_or" if name == "_and" else "_and": [_inverse(_said(each)) for each in value]}
    if len(value) != 1:
        return {"_or": [_inverse({name: {operator: operand}}) for operator, operand in value.items()]}
    ((operator, operand),) = value.items()
    if operator not in _OPPOSITE:
        raise TypeError(_no_opposite(name, operator))
    return {name: {_OPPOSITE[operator]: operand}}


def _said(condition: Any) -> Mapping[str, Any]:
    json: Mapping[str, Any] = condition.json if isinstance(condition, Condition) else condition
    return json


def _no_opposite(name: str, operator: str) -> str:
    if operator.startswith("_"):
        return f"There is no opposite of {operator} on {name}."
    return (
        f"~ has no meaning behind the relation {name!r}: say F.{name}.none(…) where no related row may be so, or turn the "
        f"condition on {operator!r} itself round (!= for ==)."
    )


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
        if not isinstance(name, str):
            raise TypeError(f"{self!r}[{name!r}]: a field is named by a text.")
        return Path(*self._names, *_DOT.split(name))

    def __repr__(self) -> str:
        return ".".join(("F", *self._names))

    def __contains__(self, value: object) -> bool:
        raise TypeError(f"Write {self!r}.contains({value!r}): Python's in cannot be a filter.")

    __iter__ = None

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} is a field, no condition: write {self!r} == True, or == False in place of not.")

    def __invert__(self) -> Condition:
        raise TypeError(f"{self!r} is a field, no condition: write {self!r} == False.")

    if not TYPE_CHECKING:  # checkers of types refuse it by themselves

        def __and__(self, other: object) -> Condition:
            """``F.a == 1 & F.b == 2`` is ``F.a == (1 & F.b) == 2`` to Python."""
            raise TypeError(
                f"{self!r} is a field, no condition: each comparison needs parentheses, (F.a == 1) & (F.b == 2); "
                f"whether a field is true is {self!r} == True."
            )

        __or__ = __rand__ = __ror__ = __and__

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
        """Is one of them. Raises TypeError for a text, which would be taken letter by letter."""
        if isinstance(values, str | bytes):
            raise TypeError(f"isin takes a list: {self!r}.isin([{values!r}]).")
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

    def is_null(self) -> Condition:
        """Has no value; the same as ``== None``."""
        return self.where("_null", True)

    def is_empty(self) -> Condition:
        """Is null or the empty text."""
        return self.where("_empty", True)

    def matches(self, pattern: str) -> Condition:
        """Fits a regular expression. In validation rules only: the database does not know them."""
        return self.where("_regex", pattern)

    def submitted(self) -> Condition:
        """Is among what is to be written. In validation rules only."""
        return self.where("_submitted", True)

    def intersects(self, shape: Mapping[str, Any], *, box: bool = False) -> Condition:
        """Has a point in common with a GeoJSON geometry; ``box``: by the rectangle around it."""
        return self.where("_intersects_bbox" if box else "_intersects", dict(shape))

    def some(self, condition: Condition) -> Condition:
        """At least one of the related rows fulfils it."""
        return self.where("_some", condition)

    def none(self, condition: Condition) -> Condition:
        """None of the related rows fulfils it."""
        return self.where("_none", condition)

    def apply(self, function: str, argument: str | None = None) -> Path:
        """A function of the field: ``F.created.apply("year") == 2026``; year, month, week, day, weekday, hour, minute, second of a
        time, ``count`` of related rows or of a JSON list, ``json`` with a path as argument: ``F.extras.apply("json", "a.b")``."""
        *before, last = self._names
        return Path(*before, f"{function}({last})" if argument is None else f"{function}({last}, {argument})")


def _operand(value: Any) -> Any:
    if isinstance(value, Condition):
        return value.json
    if isinstance(value, Variable | Now):
        return value.text
    if isinstance(value, list | tuple | set | frozenset):
        return [_operand(each) for each in value]
    if isinstance(value, Path):
        raise TypeError(f"{value!r} is a field: a filter compares a field with a value, not with another field.")
    return value


def sayable(value: Any) -> Any:
    """A value that JSON does not have, as one that it has: an expression as what it stands for, a number of another library as a
    number, a path, a time or an address as text. Raises TypeError for any other object: its text would be stored as if it were
    meant."""
    if isinstance(value, Condition):
        return value.json
    if isinstance(value, Variable | Now):
        return value.text
    if isinstance(value, Path):
        raise TypeError(f"{value!r} is a field, no value; a condition compares it: {value!r} == True.")
    for convert in ("item", "isoformat", "__fspath__"):
        method = getattr(value, convert, None)
        if callable(method):
            return method()
    raise TypeError(f"a value of the type {type(value).__name__} is none of JSON")


F: Final = Path()

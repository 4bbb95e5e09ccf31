"""Decides a row in memory by a condition, exactly as SQLite would, or declines. Must not know SQL text or where rows come from.

Rows are in wire form, decoded. Answers are three-valued: True, False, or None where SQL says NULL. What a row alone cannot decide
(relations), or what the database may see otherwise (JSON, lists, geometry, functions), is declined: the database is asked.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from rowcast.query.operators import NUMBERS, TEXTS, TIMES
from rowcast.query.tree import All, Always, Condition, Const, Not, Ref, Search, Slot, Some, Test, Value, Variable
from rowcast.query.values import fitting

Values = Mapping[str, Any]
Variables = Callable[[Any], Any]
"""The value of a variable by its name; of a lifted constant (see ``form``) by its number."""
Predicate = Callable[[Values, Variables], bool | None]
Getter = Callable[[Values, Variables], Any]

_PLAIN: Final = NUMBERS | TIMES | (TEXTS - {"hash"}) | {"boolean"}
_NULLNESS: Final = frozenset({"null", "nnull", "empty", "nempty"})
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
_WORDS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "contains": operator.contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}
_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def predicate(condition: Condition) -> Predicate | None:
    """A function of a row's values and the variables' values, or None: ask the database."""
    match condition:
        case Always(value):
            return lambda values, variables: value
        case All(parts):
            return _junction(parts, False)
        case Some(parts):
            return _junction(parts, True) if parts else lambda values, variables: True
        case Not(part):
            return _negation(predicate(part))
        case Test():
            return _test(condition)
        case Search():
            return _search(condition)
        case _:
            return None


def shares_form(constants: Iterable[Any]) -> bool:
    """Whether the predicate of a form decides for these constants too; SQLite reads some texts otherwise."""
    return not any(_is_odd(each) or (isinstance(each, tuple) and any(map(_is_odd, each))) for each in constants)


def fold(text: str) -> str:
    """Lower case of the ASCII letters, as SQLite's ``lower``."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def _junction(parts: tuple[Condition, ...], decisive: bool) -> Predicate | None:
    """AND (``decisive`` False) or OR (True): one decisive part decides; else an unknown part makes it unknown."""
    tests = [test for part in parts if (test := predicate(part)) is not None]
    return _joined(tests, decisive) if len(tests) == len(parts) else None


def _joined(tests: list[Predicate], decisive: bool) -> Predicate:
    def decide(values: Values, variables: Variables) -> bool | None:
        result: bool | None = not decisive
        for test in tests:
            answer = test(values, variables)
            if answer is decisive:
                return decisive
            if answer is None:
                result = None
        return result

    return decide


def _negation(test: Predicate | None) -> Predicate | None:
    if test is None:
        return None

    def decide(values: Values, variables: Variables) -> bool | None:
        answer = test(values, variables)
        return None if answer is None else not answer

    return decide


# ---- values of a row


def _getter(ref: Ref) -> Getter | None:
    """How to get a column's value, null where it is masked."""
    name = ref.field.name
    if ref.function is not None or ref.field.type not in _PLAIN:
        return None
    if ref.mask is None:
        return lambda values, variables: values.get(name)
    mask = predicate(ref.mask)
    if mask is None:
        return None
    return lambda values, variables: values.get(name) if mask(values, variables) else None


def _right(value: Value, kind: str) -> Getter | None:
    if isinstance(value, Const) and not isinstance(value.value, tuple) and not _is_odd(value.value):
        constant = value.value
        return lambda values, variables: constant
    if isinstance(value, Slot) and not value.many:
        index = value.index
        return lambda values, variables: variables(index)
    if isinstance(value, Variable) and not value.many:
        name, cast = value.name, value.type
        return lambda values, variables: fitting(cast, variables(name))
    if isinstance(value, Ref) and value.field.type == kind:
        return _getter(value)
    return None


def _is_odd(value: object) -> bool:
    """Texts that SQLite's functions cut at a zero character."""
    return isinstance(value, str) and "\0" in value


# ---- tests


def _test(test: Test) -> Predicate | None:
    kind = test.left.field.type
    if test.operator in ("null", "nnull") and kind == "csv" and test.left.function is None and test.left.mask is None:
        return _nullness(lambda values, variables: values.get(test.left.field.name), test.operator)
    left = _getter(test.left)
    if left is None:
        return None
    if test.operator in _NULLNESS:
        return _nullness(left, test.operator)
    if test.operator == "in":
        return _members(left, test.right)
    right = _right(test.right, kind)
    if right is None:
        return None
    if test.operator in _COMPARE:
        return _comparison(left, test.operator, right)
    return _words(left, test.operator, right) if kind in TEXTS else None


def _nullness(left: Getter, operator: str) -> Predicate:
    empties: tuple[Any, ...] = (None, "") if operator.endswith("empty") else (None,)
    wanted = not operator.startswith("n") or operator == "null"
    return lambda values, variables: (left(values, variables) in empties) is wanted


def _comparison(left: Getter, name: str, right: Getter) -> Predicate:
    """Values of different kinds are never equal; texts come after numbers."""
    compare = _COMPARE[name]

    def decide(values: Values, variables: Variables) -> bool | None:
        a, b = left(values, variables), right(values, variables)
        if a is None or b is None:
            return None
        if isinstance(a, str) != isinstance(b, str):
            a, b = isinstance(a, str), isinstance(b, str)
        elif isinstance(a, str) and not (a.isascii() and b.isascii()):
            a, b = a.encode("utf-8", "surrogatepass"), b.encode("utf-8", "surrogatepass")
        return compare(a, b)

    return decide


def _members(left: Getter, right: Value) -> Predicate | None:
    items = _items(right)
    if items is None:
        return None

    def decide(values: Values, variables: Variables) -> bool | None:
        value = left(values, variables)
        among = items(values, variables)
        if not among:
            return False
        if value is None:
            return None
        return any(
            isinstance(item, str) is isinstance(value, str) and item == value for item in among if item is not None
        ) or (None if None in among else False)

    return decide


def _items(right: Value) -> Getter | None:
    """The list on the right of ``in``, in stored form."""
    if isinstance(right, Const) and isinstance(right.value, tuple):
        among = right.value
        return None if any(map(_is_odd, among)) else lambda values, variables: among
    if isinstance(right, Slot):
        index = right.index
        return lambda values, variables: variables(index)
    if isinstance(right, Variable):
        name, cast = right.name, right.type
        return lambda values, variables: _several(cast, variables(name))
    if isinstance(right, tuple):
        parts = [_right(item, "") for item in right]
        return None if None in parts else lambda values, variables: [part(values, variables) for part in parts if part]
    return None


def _several(kind: str, value: Any) -> list[Any]:
    items = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
    return [fitting(kind, item) for item in items if item is not None]


def _words(left: Getter, name: str, right: Getter) -> Predicate:
    """``a`` and ``A`` are the same, with and without ``i``, as in ``sql.dialect``."""
    word = _WORDS[name.removeprefix("i")]

    def decide(values: Values, variables: Variables) -> bool | None:
        a, b = left(values, variables), right(values, variables)
        if a is None or b is None:
            return None
        return word(fold(str(a)), fold(str(b)))

    return decide


def _search(search: Search) -> Predicate | None:
    text = search.text
    if not isinstance(text, str) or _is_odd(text):
        return None
    parts = [part for ref in search.refs if (part := _occurrence(ref, text)) is not None]
    return _joined(parts, True) if len(parts) == len(search.refs) else None


def _occurrence(ref: Ref, text: str) -> Predicate | None:
    left = _getter(ref)
    if left is None:
        return None
    kind, folded = ref.field.type, fold(text)
    if kind in NUMBERS:
        number = fitting(kind, text)
        return _known(left, lambda value: value == number)
    if kind == "uuid":
        return _known(left, lambda value: fold(str(value)) == folded)
    return _known(left, lambda value: folded in fold(str(value)))


def _known(left: Getter, test: Callable[[Any], bool]) -> Predicate:
    return lambda values, variables: None if (value := left(values, variables)) is None else test(value)

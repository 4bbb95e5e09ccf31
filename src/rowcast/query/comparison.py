"""Makes one comparison (``_gte: 5`` of a known column) into a condition: checks that the type takes the operator, casts the value,
recognises variables. Knows nothing of relations, rights or SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rowcast.errors import InvalidQuery
from rowcast.query.geometry import bounds
from rowcast.query.operators import LISTS, NULLNESS, RANGES, SHAPES, TEXT, allowed, split_text
from rowcast.query.tree import All, Always, Condition, Const, Not, Ref, Some, Test, Variable
from rowcast.query.values import cast
from rowcast.query.variables import is_list, is_variable

_OPPOSITE = {"null": "nnull", "nnull": "null", "empty": "nempty", "nempty": "empty"}
_NOTHING = Const(None)


def compare(ref: Ref, operator: str, raw: Any, *, strict: bool = True) -> Condition:
    """``ref`` ``_operator`` ``raw``. ``strict``: refuse what cannot be meant (an empty list, an empty text), as in questions;
    stored rules take it for what it says. Raises ``InvalidQuery``."""
    kind = result_type(ref)
    if operator not in allowed(kind):
        raise InvalidQuery(f'"{kind}" field type does not contain the "_{operator}" filter operator')
    if strict and ref.field.concealed and operator not in NULLNESS:  # else it would be found out letter by letter
        raise InvalidQuery(f'Field with "conceal" special does not allow the "_{operator}" filter operator')
    if operator == "json":
        return _json(ref, raw, strict)
    if operator in NULLNESS:
        return Test(ref, operator if _flag(operator, raw) else _OPPOSITE[operator], _NOTHING)
    if operator in RANGES:
        return _range(ref, kind, operator, raw)
    if operator in LISTS or (isinstance(raw, str) and is_variable(raw) and is_list(raw) and operator in ("eq", "neq")):
        return _list(ref, kind, {"eq": "in", "neq": "nin"}.get(operator, operator), raw, strict)
    if operator in SHAPES:
        return _shape(ref, operator, raw)
    return _scalar(ref, kind, operator, raw, strict)


def result_type(ref: Ref) -> str:
    """The field type of a column or of a function's result. What ``json`` finds may be of any type."""
    if ref.function is None:
        return ref.field.type
    return "unknown" if ref.function == "json" else "integer"


def value(kind: str, raw: Any) -> Const | Variable:
    """A constant cast to the type, or a variable that will be."""
    if is_variable(raw):
        return Variable(raw, kind)
    if kind == "unknown":  # what JSON holds: compared as it was written
        kind = "string" if isinstance(raw, str) else "float"
        return Const(raw if isinstance(raw, bool) else cast(kind, raw))
    return Const(cast(kind, raw))


def _scalar(ref: Ref, kind: str, operator: str, raw: Any, strict: bool) -> Condition:
    if operator in ("eq", "neq") and raw in (None, "null", "NULL"):  # brackets have no other way to say it
        return Test(ref, "null" if operator == "eq" else "nnull", _NOTHING)
    if isinstance(raw, (Mapping, list, tuple)) or (raw is None and strict):
        raise InvalidQuery(f'The filter value for "_{operator}" has to be a string, number, or boolean')
    if raw is None:
        return Always(False)
    if raw == "" and strict:
        raise InvalidQuery(f'You can\'t filter for an empty string in "_{operator}". Use "_empty" or "_nempty" instead')
    if operator in TEXT:
        return _words(ref, operator, raw)
    if raw == "" and kind not in ("string", "text", "unknown", "csv", "json", "hash"):
        return Always(False)
    return Test(ref, operator, value(kind, raw))


def _words(ref: Ref, operator: str, raw: Any) -> Condition:
    """Every text contains, starts and ends with the empty one; negations are SQL's NOT."""
    negated, fold, word = split_text(operator)
    test = Test(ref, ("i" if fold else "") + word, value("string", raw)) if raw != "" else Test(ref, "nnull", _NOTHING)
    return Not(test) if negated else test


def _flag(operator: str, raw: Any) -> bool:
    known = {"true": True, "false": False, "": True, "1": True, "0": False}
    flag = known.get(raw) if isinstance(raw, str) else raw
    if isinstance(flag, bool):
        return flag
    raise InvalidQuery(f'"_{operator}" has to be a boolean')


def _items(raw: Any) -> list[Any]:
    if isinstance(raw, str) and not is_variable(raw):
        return [part.strip() for part in raw.split(",") if part.strip()]
    return [item for item in raw if item is not None] if isinstance(raw, (list, tuple)) else [raw]


def _list(ref: Ref, kind: str, operator: str, raw: Any, strict: bool) -> Condition:
    items = _items(raw)
    if (strict and not items) or raw is None or any(isinstance(item, (Mapping, list)) for item in items):
        raise InvalidQuery(f'"_{operator}" has to be an array of values')
    several = [item for item in items if is_variable(item) and (is_list(item) or len(items) == 1)]
    parts: list[Condition] = [Test(ref, "in", Variable(item, kind, many=True)) for item in several]
    plain = [value(kind, item) for item in items if item not in several]
    if plain:
        parts.append(_members(ref, plain))
    found: Condition = parts[0] if len(parts) == 1 else Some(tuple(parts)) if parts else Always(False)
    return found if operator == "in" else Always(True) if found == Always(False) else Not(found)


def _members(ref: Ref, items: list[Const | Variable]) -> Condition:
    """One value is an equality, which the index of views likes; constants make one list."""
    if len(items) == 1:
        return Test(ref, "eq", items[0])
    consts = [item.value for item in items if isinstance(item, Const)]
    if len(consts) == len(items):
        return Test(ref, "in", Const(tuple(dict.fromkeys(consts))))  # type: ignore[arg-type]
    return Test(ref, "in", tuple(items))


def _range(ref: Ref, kind: str, operator: str, raw: Any) -> Condition:
    items = _items(raw)
    if len(items) != 2 or any(isinstance(item, (Mapping, list)) for item in items):
        raise InvalidQuery(f'"_{operator}" has to be an array of two values')
    low, high = (value(kind, item) for item in items)
    if operator == "between":
        return All((Test(ref, "gte", low), Test(ref, "lte", high)))
    return Some((Test(ref, "lt", low), Test(ref, "gt", high)))


def _json(ref: Ref, raw: Any, strict: bool, path: tuple[str, ...] = ()) -> Condition:
    if not isinstance(raw, Mapping) or not raw or len(path) > 20:
        raise InvalidQuery('"_json" has to be an object of paths')
    parts: list[Condition] = []
    for key, below in raw.items():
        if key.startswith("_") and path:
            parts.append(compare(Ref(ref.field, "json", ".".join(path)), key[1:], below, strict=strict))
        else:
            parts.append(_json(ref, below if isinstance(below, Mapping) else {"_eq": below}, strict, (*path, key)))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _shape(ref: Ref, operator: str, raw: Any) -> Condition:
    """Only boxes can be compared without a spatial extension of the database."""
    if not operator.endswith("_bbox"):
        raise InvalidQuery(f'"_{operator}" needs a database with spatial functions')
    test = Test(ref, "intersects_bbox", Const(bounds(raw)))
    return Not(test) if operator.startswith("n") else test

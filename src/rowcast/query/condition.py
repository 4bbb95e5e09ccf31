"""Reads a filter, written as JSON, into a condition on the rows of a collection: names are looked up, relations become ``Through``.

Knows the grammar of filters. What one comparison means is ``comparison``'s business; must not know SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from rowcast.errors import InvalidQuery
from rowcast.query.calls import call
from rowcast.query.comparison import compare
from rowcast.query.cost import DEEPEST_FILTER
from rowcast.query.operators import KNOWN
from rowcast.query.sight import Path, Sight
from rowcast.query.tree import All, Always, Condition, Const, Not, Ref, Slot, Some, Test, Through, Variable
from rowcast.query.variables import asked
from rowcast.schema import Collection, Field, Link

_FOLLOW = re.compile(r"\$FOLLOW\(\s*([^,()\s]+)\s*,\s*([^,()\s]+)\s*\)")
_LOGIC = {"_and": All, "_or": Some}
_OPERATORS = frozenset(f"_{name}" for name in KNOWN)


@dataclass(slots=True)
class FilterReader:
    """Reads the filters of one question. ``strict`` as in ``compare``. Counts what it reads, so that no filter is too wide or too
    deep."""

    sight: Sight
    strict: bool = True
    nesting: int = 0

    def read(self, collection: Collection, raw: Any, path: Path = ()) -> Condition:
        """The condition of a filter object. Raises ``InvalidQuery`` and ``Forbidden``."""
        if not isinstance(raw, Mapping):
            raise InvalidQuery("The filter has to be an object")
        self.nesting += 1
        if self.nesting > DEEPEST_FILTER:
            raise InvalidQuery("The filter is nested too deep")
        parts = [self._member(collection, name, below, path) for name, below in raw.items()]
        self.nesting -= 1
        return _all(parts)

    def _member(self, collection: Collection, name: str, below: Any, path: Path) -> Condition:
        if name in _LOGIC:
            return self._logic(name, [self.read(collection, part, path) for part in _list(name, below)])
        if follow := _FOLLOW.fullmatch(name):
            return self._follow(collection, follow[1], follow[2], below, path)
        head, _, target = name.partition(":")
        if target and name not in collection.fields:
            return self._any_of(collection, head, target, below, path)
        self.sight.deep_enough((*path, name))
        if call(name).function is not None:
            return self._tests(self.sight.ref(collection, name, path), below)
        field = self.sight.field(collection, name, path)
        link = self.sight.link(collection, field)
        if link is None or (link.kind == "a2o"):
            return self._tests(Ref(field), below)
        return self._relation(collection, field, link, below, path)

    def _logic(self, name: str, parts: list[Condition]) -> Condition:
        return _all(parts) if name == "_and" or not parts else parts[0] if len(parts) == 1 else Some(tuple(parts))

    # ---- own columns

    def _tests(self, ref: Ref, below: Any) -> Condition:
        """``{"_gt": 1, "_lt": 5}`` or a bare value, about one column."""
        if isinstance(below, (list, tuple)):
            raise InvalidQuery('The filter value for "_eq" has to be a string, number, or boolean')
        if not isinstance(below, Mapping):
            below = {"_eq": below}
        return _all([self._test(ref, operator, raw) for operator, raw in below.items()])

    def _test(self, ref: Ref, operator: str, raw: Any) -> Condition:
        if operator in _LOGIC:
            return self._logic(operator, [self._tests(ref, part) for part in _list(operator, raw)])
        if not operator.startswith("_"):
            raise InvalidQuery(f'"{operator}" is not a filter operator, and "{ref.field.name}" is not a relation')
        self.sight.budget.take("conditions")
        if isinstance(raw, (list, tuple)):
            self.sight.budget.take("values", len(raw))
        found = compare(ref, operator[1:], raw, strict=self.strict)
        return _asked(found) if self.strict else found

    # ---- relations

    def _relation(self, collection: Collection, field: Field, link: Link, below: Any, path: Path) -> Condition:
        """Operators are about the key (of an o2m: of some related row), ``_some`` and ``_none`` about the rows, names about
        fields."""
        if not isinstance(below, Mapping):
            below = {"_eq": below}
        own = {name: raw for name, raw in below.items() if name in _OPERATORS or _is_unknown_operator(name)}
        related = {name: raw for name, raw in below.items() if name not in own and name not in ("_some", "_none")}
        parts = (
            []
            if not own
            else [self._tests(Ref(field), own)]
            if link.kind == "m2o"
            else self._keys(link, own, path, field.name)
        )
        path = (*path, field.name)
        if related:
            parts.append(self._through(link, related, path))
        for quantifier in ("_some", "_none"):
            if quantifier in below:
                parts.append(self._through(link, below[quantifier], path, quantifier))
        return _all(parts)

    def _through(self, link: Link, below: Any, path: Path, quantifier: str = "_some") -> Condition:
        self.sight.deep_enough(path)
        self.sight.budget.take("conditions")
        target = self.sight.collection(link.target or "", path)
        on = self.read(target, below, path)
        if link.kind == "o2m":
            which: Literal["some", "none"] = "some" if quantifier == "_some" else "none"
            return Through(link, target.name, on, which)
        return Through(link, target.name, on) if quantifier == "_some" else Not(Through(link, target.name, on))

    def _keys(self, link: Link, own: Mapping[str, Any], path: Path, name: str) -> list[Condition]:
        """Operators on an o2m field: nullness asks for the existence of rows, the rest for a row with such a key."""
        target = self.sight.collection(link.target or "", (*path, name))
        parts: list[Condition] = []
        for operator, raw in own.items():
            test = self._test(Ref(target.key), operator, raw)
            if isinstance(test, Test) and test.operator in ("null", "empty"):
                parts.append(Through(link, target.name, Always(True), "none"))
            elif isinstance(test, Test) and test.operator in ("nnull", "nempty"):
                parts.append(Through(link, target.name, Always(True)))
            else:
                parts.append(Through(link, target.name, test))
        return parts

    def _any_of(self, collection: Collection, name: str, target: str, below: Any, path: Path) -> Condition:
        """``item:crates``: the related row, if it is one of that collection."""
        field = self.sight.field(collection, name, path)
        link = self.sight.link(collection, field)
        if link is None or link.kind != "a2o" or target not in link.relation.allowed:
            raise InvalidQuery(f'"{target}" is not a collection that "{name}" relates to')
        return self._through(replace(link, target=target), below, (*path, f"{name}:{target}"))

    def _follow(self, collection: Collection, other: str, name: str, below: Any, path: Path) -> Condition:
        """``$FOLLOW(voyages,ship)``: the rows of another collection that point here, without a field of ours for them."""
        path = (*path, f"$FOLLOW({other},{name})")
        there = self.sight.collection(other, path)
        self.sight.field(there, name, path)
        link = self.sight.schema.link(other, name)
        if link is None or link.kind != "m2o" or link.target != collection.name:
            raise InvalidQuery(f'"{name}" of "{other}" is not a relation to "{collection.name}"')
        back = Link("o2m", other, link.relation)
        if isinstance(below, Mapping) and below.keys() & {"_some", "_none"}:
            return _all([self._through(back, below[quantifier], path, quantifier) for quantifier in below])
        return self._through(back, below, path)


def _asked(condition: Condition) -> Condition:
    """The comparison with its variables as those of a question."""
    match condition:
        case All(parts) | Some(parts):
            return replace(condition, parts=tuple(map(_asked, parts)))
        case Not(part):
            return Not(_asked(part))
        case Test(_, _, Variable() as right):
            return replace(condition, right=_of_question(right))
        case Test(_, _, tuple() as items):
            return replace(condition, right=tuple(_of_question(item) for item in items))
        case _:
            return condition


def _of_question(value: Const | Variable | Slot) -> Const | Variable | Slot:
    return replace(value, name=asked(value.name)) if isinstance(value, Variable) and "." in value.name else value


def _is_unknown_operator(name: str) -> bool:
    return name.startswith("_") and name not in ("_and", "_or", "_some", "_none")


def _list(name: str, below: Any) -> list[Any]:
    if not isinstance(below, (list, tuple)):
        raise InvalidQuery(f'"{name}" has to be an array of filters')
    return list(below)


def _all(parts: list[Condition]) -> Condition:
    parts = [part for part in parts if part != Always(True)]
    return Always(True) if not parts else parts[0] if len(parts) == 1 else All(tuple(parts))

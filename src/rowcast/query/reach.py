"""Which related rows an answer depends on: every way from the rows of a question to rows that decide what it holds or shows. Must
not know rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rowcast.query.tree import (
    All,
    AnyOf,
    Condition,
    Const,
    Fixed,
    Inner,
    Keys,
    Leaf,
    Many,
    Node,
    Not,
    One,
    Order,
    Ref,
    Search,
    Select,
    Some,
    Test,
    Through,
    Variable,
)
from rowcast.schema import Link, Schema

_CHANGED, _POINTED = "$CHANGED", "$POINTED"


def changed(collection: str) -> str:
    """The variable of ``related_to`` for the keys of the changed rows."""
    return f"{_CHANGED}:{collection}"


def pointed(collection: str, name: str) -> str:
    """The variable of ``related_to`` for the values, before and after, that the changed rows had in a column."""
    return f"{_POINTED}:{collection}:{name}"


class Step(NamedTuple):
    """From a row over ``link`` to rows of ``target``."""

    link: Link
    target: str


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to related rows, and the columns of theirs that count."""

    path: Path
    names: frozenset[str]

    @property
    def collection(self) -> str:
        """Where the related rows live."""
        return self.path[-1].target


def reaches(select: Select) -> tuple[Reach, ...]:
    """All ways, in filter, order, fields, masks and counts. Empty: the rows alone decide."""
    walk = _Walk()
    walk.select(select, ())
    return tuple(Reach(path, frozenset(names)) for path, names in walk.found.items() if path)


def own_columns(select: Select) -> frozenset[str]:
    """The columns of the rows themselves that count."""
    walk = _Walk()
    walk.select(select, ())
    return frozenset(walk.found.get((), ()))


def columns_of(ways: Iterable[Reach]) -> Mapping[str, frozenset[str]]:
    """By collection, the columns that count on any way."""
    found: dict[str, frozenset[str]] = {}
    for way in ways:
        found[way.collection] = found.get(way.collection, frozenset()) | way.names
    return found


def related_to(ways: Iterable[Reach], root: str, collection: str, schema: Schema) -> Condition:
    """A condition on rows of ``root``: one of the ways leads, or led, to changed rows of ``collection``, which the variables
    ``changed`` and ``pointed`` describe."""
    conditions = (_leads(way.path, root, schema) for way in ways if way.collection == collection)
    return Some(tuple(dict.fromkeys(conditions)))


def _leads(path: Path, root: str, schema: Schema) -> Condition:
    last, origin = path[-1], path[-2].target if len(path) > 1 else root
    relation, here = last.link.relation, schema.collections[origin]
    if last.link.kind == "o2m":
        owners = Variable(pointed(last.target, relation.field), here.key.type, many=True)
        condition: Condition = Test(Ref(here.key), "in", owners)
    else:
        holder = here.fields[relation.field]
        kind = (
            "text" if holder.type == "string" else holder.type
        )  # keys of any kind are texts in a column for all of them
        condition = Test(Ref(holder), "in", Variable(changed(last.target), kind, many=True))
        if last.link.kind == "a2o" and relation.one_collection_field:
            named = Test(Ref(here.fields[relation.one_collection_field]), "eq", Const(last.target))
            condition = All((named, condition))
    for step in reversed(path[:-1]):
        condition = Through(step.link, step.target, condition)
    return condition


@dataclass(slots=True)
class _Walk:
    """``found``: by path, the columns that count at its end."""

    found: dict[Path, set[str]] = field(default_factory=dict)

    def select(self, select: Select, path: Path) -> None:
        for node in select.nodes:
            self._node(node, path)
        self._condition(select.where, path)
        for order in select.order:
            self._order(order, path)
        for ref in [leaf.ref for leaf in select.groups] + [a.ref for a in select.aggregates if a.ref is not None]:
            self._ref(ref, path)

    def _enter(self, path: Path, link: Link, target: str) -> Path:
        """Go over a link; the columns that it is made of count."""
        there = (*path, Step(link, target))
        relation = link.relation
        self._names(there)
        holder = self._names(there if link.kind == "o2m" else path)
        holder.add(relation.field)
        if link.kind == "a2o" and relation.one_collection_field:
            holder.add(relation.one_collection_field)
        return there

    def _names(self, path: Path) -> set[str]:
        return self.found.setdefault(path, set())

    def _node(self, node: Node, path: Path) -> None:
        if isinstance(node, Leaf):
            self._ref(node.ref, path)
            return
        if isinstance(node, Fixed | Inner):
            for inner in node.nodes if isinstance(node, Inner) else ():
                self._node(inner, path)
            return
        if node.mask is not None:
            self._condition(node.mask, path)
        if isinstance(node, One | Many | Keys):
            self.select(node.select, self._enter(path, node.link, node.select.collection))
        elif isinstance(node, AnyOf):
            for select in node.selects:
                self.select(select, self._enter(path, node.link, select.collection))

    def _ref(self, ref: Ref, path: Path) -> None:
        if not ref.field.is_alias:
            self._names(path).add(ref.field.name)
        if ref.mask is not None:
            self._condition(ref.mask, path)
        if ref.link is not None:
            there = self._enter(path, ref.link, ref.link.relation.collection)
            if ref.counted is not None:
                self._condition(ref.counted, there)

    def _order(self, order: Order, path: Path) -> None:
        for number, link in enumerate(order.path):
            path = self._enter(path, link, link.target or "")
            if order.on:
                self._condition(order.on[number], path)
        self._ref(order.ref, path)

    def _condition(self, condition: Condition, path: Path) -> None:
        match condition:
            case All(parts) | Some(parts):
                for part in parts:
                    self._condition(part, path)
            case Not(part):
                self._condition(part, path)
            case Test(left, _, right):
                self._ref(left, path)
                if isinstance(right, Ref):
                    self._ref(right, path)
            case Search(_, refs):
                for ref in refs:
                    self._ref(ref, path)
            case Through(link, target, on):
                self._condition(on, self._enter(path, link, target))
            case _:
                pass

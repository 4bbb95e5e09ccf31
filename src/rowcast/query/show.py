"""A resolved question in words that people know: conditions as filters, nodes as field names. Must not know who reads them.

For looking at, not for asking again: rights, variables and links are folded in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rowcast.query.tree import (
    Aggregate,
    All,
    Always,
    AnyOf,
    Condition,
    Const,
    Fixed,
    Inner,
    Leaf,
    Many,
    Node,
    Not,
    One,
    Ref,
    Search,
    Select,
    Slot,
    Some,
    Test,
    Through,
    Value,
    Variable,
)
from rowcast.query.variables import written

FLAGS = frozenset({"null", "nnull", "empty", "nempty"})


def filter_of(condition: Condition) -> dict[str, Any]:
    """The condition as a filter; ``{}`` is everything, ``{"_nothing": true}`` no row."""
    match condition:
        case Always(value):
            return {} if value else {"_nothing": True}
        case All(parts):
            return _joined("_and", [filter_of(part) for part in parts])
        case Some(parts):
            return _joined("_or", [filter_of(part) for part in parts])
        case Not(part):
            return {"_not": filter_of(part)}
        case Search(text, refs):
            return {"_search": {"text": text, "fields": [name_of(ref) for ref in refs]}}
        case Test(left, operator, right):
            return {name_of(left): {"_" + operator: True if operator in FLAGS else _value(right)}}
        case Through():
            return _through(condition)


def fields_of(select: Select) -> list[str]:
    """What is told of a row, as dotted paths; of aggregates and groups, their calls."""
    called = [_called(each) for each in select.aggregates]
    groups = [name_of(leaf.ref) for leaf in select.groups]
    return [*groups, *called] if called or groups else [path for node in select.nodes for path in _paths(node)]


def sort_of(select: Select) -> list[str]:
    """The order of the rows, as ``sort`` has it."""
    return [
        ("-" if each.descending else "")
        + ".".join([*(link.relation.field for link in each.path), _called(each.of) if each.of else name_of(each.ref)])
        for each in select.order
    ]


def _called(aggregate: Aggregate) -> str:
    return f"{aggregate.function}({'*' if aggregate.ref is None else aggregate.ref.field.name})"


def name_of(ref: Ref) -> str:
    """A column, or ``function(column)``."""
    return ref.field.name if ref.function is None else f"{ref.function}({ref.field.name})"


def _joined(word: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return parts[0] if len(parts) == 1 else {word: parts} if parts else {}


def _through(node: Through) -> dict[str, Any]:
    relation, on = node.link.relation, filter_of(node.on)
    if node.link.kind == "o2m":
        name = relation.one_field or f"$FOLLOW({relation.collection},{relation.field})"
        return {name: {"_" + node.quantifier: on}}
    return {relation.field if node.link.kind == "m2o" else f"{relation.field}:{node.target}": on}


def _value(value: Value) -> Any:
    match value:
        case Const(inner):
            return list(inner) if isinstance(inner, tuple) else inner
        case Variable(name):
            return written(name)
        case Slot(index):
            return f"${index}"
        case Ref():
            return f"$FOLLOW({name_of(value)})"
        case tuple():
            return [_value(part) for part in value]


def _paths(node: Node) -> Iterator[str]:
    match node:
        case Leaf(key):
            yield key
        case Fixed():
            pass
        case Inner(key, nodes):
            yield from (f"{key}.{path}" for inner in nodes for path in _paths(inner))
        case One() | Many():
            yield from (f"{node.key}.{path}" for path in fields_of(node.select))
        case AnyOf():
            yield from (f"{node.key}:{each.collection}.{path}" for each in node.selects for path in fields_of(each))
        case _:
            yield node.key

"""Narrows a resolved question to what its actor may see: row rules become further conditions, fields that only some rules grant
become masked. Must not know values of the actor (they stay variables) and never widens.

The names of a question were checked against the readable fields when it was resolved; here only rows are cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rowcast.policy.rights import Rights, any_of, both
from rowcast.query.tree import (
    Aggregate,
    All,
    Always,
    AnyOf,
    Condition,
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
)
from rowcast.schema import Link


def narrow(select: Select, rights: Rights) -> Select:
    """The same question, about nothing but what ``rights`` let one read. Administrators get it back unchanged."""
    if rights.admin:
        return select
    name = select.collection
    return replace(
        select,
        nodes=tuple(_node(name, node, rights) for node in select.nodes),
        where=both(rights.rows(name, "read"), _condition(name, select.where, rights)),
        order=tuple(_order(name, order, rights) for order in select.order),
        aggregates=tuple(_aggregate(name, aggregate, rights) for aggregate in select.aggregates),
        groups=tuple(_leaf(name, leaf, rights) for leaf in select.groups),
    )


def row_condition(rights: Rights, collection: str, action: str) -> Condition:
    """The rows of ``collection`` that ``action`` (delete, share …) may touch."""
    return rights.rows(collection, action)  # type: ignore[arg-type]


def writable(rights: Rights, collection: str, fields: Iterable[str]) -> Condition:
    """The rows in which every one of ``fields`` may be updated: each field needs a rule that grants it on that row."""
    if rights.admin:
        return Always(True)
    rules = rights.rules(collection, "update")
    result = rights.rows(collection, "update")
    for name in fields:
        result = both(result, any_of(rule.condition for rule in rules if rule.grants(name)))
    return result


def _node(collection: str, node: Node, rights: Rights) -> Node:
    if isinstance(node, Leaf):
        return _leaf(collection, node, rights)
    if isinstance(node, Fixed):
        return node
    if isinstance(node, Inner):
        return replace(node, nodes=tuple(_node(collection, inner, rights) for inner in node.nodes))
    mask = rights.mask(collection, _field_of(node.link, collection))
    if isinstance(node, AnyOf):
        return replace(node, selects=tuple(narrow(s, rights) for s in node.selects), mask=mask)
    assert isinstance(node, One | Many | Keys)
    return replace(node, select=narrow(node.select, rights), mask=mask)


def _leaf(collection: str, leaf: Leaf, rights: Rights) -> Leaf:
    return replace(leaf, ref=_ref(collection, leaf.ref, rights))


def _order(collection: str, order: Order, rights: Rights) -> Order:
    """A sort key through relations passes readable rows only: what lies behind another sorts as null."""
    names = [link.target or "" for link in order.path]
    ref = _ref(names[-1] if names else collection, order.ref, rights)
    of = order.of and _aggregate(collection, order.of, rights)
    return replace(order, ref=ref, on=tuple(rights.rows(name, "read") for name in names), of=of)


def _aggregate(collection: str, aggregate: Aggregate, rights: Rights) -> Aggregate:
    return replace(aggregate, ref=_ref(collection, aggregate.ref, rights)) if aggregate.ref else aggregate


def _ref(collection: str, ref: Ref, rights: Rights) -> Ref:
    counted = ref.counted
    if ref.link is not None and ref.link.target is not None:
        rows = rights.rows(ref.link.target, "read")
        counted = rows if counted is None else both(rows, counted)
    return replace(ref, mask=rights.mask(collection, ref.field.name), counted=counted)


def _condition(collection: str, part: Condition, rights: Rights) -> Condition:
    match part:
        case All(parts):
            return All(tuple(_condition(collection, p, rights) for p in parts))
        case Some(parts):
            return Some(tuple(_condition(collection, p, rights) for p in parts))
        case Not(inner):
            return Not(_condition(collection, inner, rights))
        case Test(left, _, right):
            side = _ref(collection, right, rights) if isinstance(right, Ref) else right
            return replace(part, left=_ref(collection, left, rights), right=side)
        case Search(_, refs):
            return replace(part, refs=tuple(_ref(collection, ref, rights) for ref in refs))
        case Through():
            return _through(collection, part, rights)
        case Always():
            return part


def _through(collection: str, part: Through, rights: Rights) -> Condition:
    """Only readable related rows count, and a relation that is hidden on a row is as if nothing were related."""
    inner = both(rights.rows(part.target, "read"), _condition(part.target, part.on, rights))
    result: Condition = replace(part, on=inner)
    mask = rights.mask(collection, _field_of(part.link, collection))
    if mask is None:
        return result
    return All((mask, result)) if part.quantifier == "some" else Some((Not(mask), result))


def _field_of(link: Link, collection: str) -> str:
    """The name of the link's field as seen from ``collection``."""
    return (link.relation.one_field or "") if link.kind == "o2m" else link.relation.field

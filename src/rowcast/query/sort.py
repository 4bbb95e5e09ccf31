"""Reads sort keys (``-date``, ``author.name``, ``-count(comments)``) into the order of an answer. Must not know SQL."""

from __future__ import annotations

from dataclasses import replace

from rowcast.errors import InvalidQuery
from rowcast.query.aggregate import aggregate, require_shown
from rowcast.query.calls import call, split
from rowcast.query.parse import Query
from rowcast.query.sight import Path, Sight
from rowcast.query.tree import Order, Ref
from rowcast.schema import Collection, Link


def orders(sight: Sight, collection: Collection, query: Query, path: Path, back: Link | None) -> tuple[Order, ...]:
    """The keys asked for, else the sort field of the relation, at the top that of the collection (as far as it may be
    read); the primary key decides between equals, so that the order is whole. Groups have only the order that is asked
    for. Raises ``InvalidQuery`` and ``Forbidden``."""
    if query.aggregate or query.group:
        return tuple(_group_order(sight, collection, query, key, path) for key in query.sort) if query.group else ()
    found = [_order(sight, collection, query, key, path) for key in query.sort] or _by_hand(sight, collection, back)
    if not any(order.ref.field == collection.key and not order.path for order in found):
        found.append(Order(Ref(collection.key)))
    return tuple(found)


def _by_hand(sight: Sight, collection: Collection, back: Link | None) -> list[Order]:
    """The order that people have given the items."""
    if back is None:
        name = collection.sort_field
        shown = name is not None and any(field.name == name for field in sight.fields(collection))
    else:
        name, shown = back.relation.sort_field if back.kind == "o2m" else None, True
    field = collection.fields.get(name or "") if shown else None
    return [] if field is None or field.is_alias else [Order(Ref(field))]


def _order(sight: Sight, collection: Collection, query: Query, key: str, path: Path) -> Order:
    descending, *names = key.startswith("-"), *split(key.lstrip("+-"), ".")
    if not names:
        raise InvalidQuery('"sort" must be a list of names')
    names[0] = query.alias.get(names[0], names[0])
    sight.deep_enough((*path, *names))
    links: list[Link] = []
    for name in names[:-1]:
        link = _step(sight, collection, name, path)
        path, links = (*path, name), [*links, link]
        collection = sight.collection(link.target or "", path)
    ref = sight.ref(collection, names[-1], path)
    require_shown(ref)
    if ref.field.is_alias and ref.function is None:
        return _through_alias(sight, collection, ref, descending, links, path)
    return Order(ref, bool(descending), tuple(links))


def _through_alias(
    sight: Sight, collection: Collection, ref: Ref, descending: object, links: list[Link], path: Path
) -> Order:
    """An o2m field by name stands for the keys of its rows."""
    link = _step(sight, collection, ref.field.name, path)
    target = sight.collection(link.target or "", (*path, ref.field.name))
    return Order(Ref(target.key), bool(descending), (*links, link))


def _step(sight: Sight, collection: Collection, name: str, path: Path) -> Link:
    name, _, target = name.partition(":")
    field = sight.field(collection, name, path)
    link = sight.link(collection, field)
    if link is not None and link.kind == "a2o" and target in link.relation.allowed:
        return replace(link, target=target)
    if link is None or link.target is None:
        raise InvalidQuery(f'Can\'t sort through "{name}"')
    return link


def _group_order(sight: Sight, collection: Collection, query: Query, key: str, path: Path) -> Order:
    """Groups can be ordered by what they are grouped by, and by what is asked for of each: ``count``, ``sum.price``."""
    name, descending = key.lstrip("+-"), key.startswith("-")
    by_key = {call(group).key: group for group in query.group}
    group = name if name in query.group else by_key.get(name)
    function, *field = split(name, ".")
    if group is None and function in query.aggregate:
        of = aggregate(sight, collection, function, _aggregated(query, function, ".".join(field)), path)
        if of.ref is not None and not function.startswith("count"):
            require_shown(of.ref)
        return Order(of.ref or Ref(collection.key), descending, of=of)
    ref = sight.ref(collection, query.alias.get(group or name, group or name), path)
    if group is None:
        raise InvalidQuery(f'Can\'t sort groups by "{name}"')
    return Order(ref, descending)


def _aggregated(query: Query, function: str, name: str) -> str:
    """The field that a sort key is about; it may be left out where there is but one."""
    asked = query.aggregate[function]
    found = name or ("*" if "*" in asked else asked[0] if len(asked) == 1 else "")
    if found not in asked:
        raise InvalidQuery(f'Can\'t sort groups by "{function}" of "{found}", which is not asked for')
    return found

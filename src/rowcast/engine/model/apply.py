"""Applies a difference of data models: everything of it or nothing, in one transaction, in an order in which each thing finds
what it needs. Must not know how a difference is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.model import describe
from rowcast.engine.model.access import require_admin
from rowcast.engine.model.alter import Alter, alter
from rowcast.engine.model.collections import add_collection, change_collection
from rowcast.engine.model.difference import MISSING, changed
from rowcast.engine.model.fields import add_field, change_field
from rowcast.engine.model.groups import require_no_circle
from rowcast.engine.model.meta import own_members
from rowcast.engine.model.payload import collection_payload, field_payload, relation_payload
from rowcast.engine.model.relations import add_relation, change_relation
from rowcast.engine.model.removal import remove_collection, remove_field, remove_relation
from rowcast.engine.model.snapshot import PARTS, Key, Snapshot, check_items, fingerprint, index, snapshot
from rowcast.errors import InvalidPayload

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Item = dict[str, Any]
KINDS = frozenset("NDEA")
CHANGED = ("collections", "fields", "relations")
"""The parts that are applied: system fields are each server's own."""


@dataclass(slots=True)
class Changes:
    """What becomes of the items of one part: made, changed (to this), removed."""

    new: dict[Key, Item]
    edited: dict[Key, Item]
    gone: list[Key]


async def schema_apply(engine: Engine, actor: Actor, raw: Any, *, force: bool = False) -> None:
    """Make the data model what a difference says. Its hash must be that of the model as it is when the transaction begins
    (``force``: any). Raises Forbidden and InvalidPayload."""
    require_admin(actor)
    if not isinstance(raw, dict) or not isinstance(raw.get("hash"), str):
        raise InvalidPayload('"hash" is required')
    diff = _checked(raw.get("diff"))

    async def work(hand: Alter) -> None:
        current = snapshot(hand.schema)
        if raw["hash"] != fingerprint(current) and not force:
            raise InvalidPayload(
                "The hash is not that of the present data model: it has changed since the difference was made"
            )
        await _apply(hand, {part: _changes(part, current, diff) for part in CHANGED})

    await alter(engine, actor, work)


def _checked(diff: Any) -> Mapping[str, list[Item]]:
    if not isinstance(diff, dict):
        raise InvalidPayload('"diff" is required')
    for part in PARTS:
        check_items(diff.get(part), part, optional=part == "systemFields")
        for item in diff.get(part) or ():
            if not isinstance(item.get("diff"), list) or not all(map(_is_change, item["diff"])):
                raise InvalidPayload(f'"{part}.diff" must be an array of changes')
    return diff


def _is_change(change: Any) -> bool:
    if not isinstance(change, dict) or change.get("kind") not in KINDS:
        return False
    return change["kind"] == "D" or (_is_change(change.get("item")) if change["kind"] == "A" else "rhs" in change)


def _changes(part: str, current: Snapshot, diff: Mapping[str, list[Item]]) -> Changes:
    here, found = index(current, part), Changes({}, {}, [])
    for entry in diff.get(part) or ():
        key = tuple(entry[name] for name in PARTS[part])
        try:
            item = changed(here.get(key, MISSING), entry["diff"])
        except (LookupError, TypeError):
            raise InvalidPayload(
                f'The difference of {part} "{".".join(key)}" does not fit the present data model'
            ) from None
        if item is MISSING:
            found.gone.append(key)
            continue
        (found.edited if key in here else found.new)[key] = _item(part, key, item)
    return found


def _item(part: str, key: Key, item: Any) -> Item:
    """The item, if it is of the form of its part; without the members that another version gives to metadata."""
    if not isinstance(item, dict) or key != tuple(map(item.get, PARTS[part])):
        raise _misfit(part, key)
    meta, schema = item.get("meta"), item.get("schema")
    if not all(inner is None or isinstance(inner, dict) for inner in (meta, schema)):
        raise _misfit(part, key)
    if meta is not None:
        meta = own_members(f"directus_{part}", meta, lenient=True)
    return {"type": None, "related_collection": None, **item, "meta": meta, "schema": schema}


def _misfit(part: str, key: Key) -> InvalidPayload:
    return InvalidPayload(f'The difference of {part} "{".".join(key)}" does not fit the present data model')


async def _apply(hand: Alter, parts: Mapping[str, Changes]) -> None:
    collections, fields, relations = parts["collections"], parts["fields"], parts["relations"]
    await _remove(hand, relations.gone, fields.gone, collections.gone)
    await _add_collections(hand, collections.new, fields.new)
    for (collection,), item in collections.edited.items():
        await change_collection(hand, collection, item["meta"] or {})
    await hand.run()
    for key, item in fields.new.items():
        if (key[0],) not in collections.new:
            await add_field(hand, key[0], field_payload(item))
    for (collection, field), item in fields.edited.items():
        await change_field(hand, collection, (field, item["type"], item["schema"], item["meta"]))
    for item in relations.new.values():
        await add_relation(hand, relation_payload(item))
    for (collection, field), item in relations.edited.items():
        await change_relation(hand, collection, field, item["schema"], item["meta"])
    changed = [*collections.new, *collections.edited], [*fields.new, *fields.edited]
    require_no_circle(hand.schema, [name for (name,) in changed[0]], [(name, field) for name, field in changed[1]])


async def _remove(hand: Alter, relations: Iterable[Key], fields: Iterable[Key], collections: Iterable[Key]) -> None:
    """What went along with something else is gone already."""
    dropped = {collection for (collection,) in collections}
    for collection, field in relations:
        relation = describe.find_relation(hand.schema, collection, field)
        if relation is not None and collection not in dropped:
            await remove_relation(hand, relation)
    for collection, field in fields:
        owner = hand.schema.get(collection)
        if owner is not None and field in owner.fields and collection not in dropped:
            await remove_field(hand, collection, field)
    for collection in dropped:
        await remove_collection(hand, collection)


async def _add_collections(hand: Alter, new: Mapping[Key, Item], fields: Mapping[Key, Item]) -> None:
    """First all of them, then their groups: a collection may stand in one that comes later."""
    for (collection,), item in new.items():
        own = [field for key, field in fields.items() if key[0] == collection]
        meta = None if item["meta"] is None else {**item["meta"], "group": None}
        await add_collection(hand, collection_payload({**item, "meta": meta, "fields": own}))
    for (collection,), item in new.items():
        if (item["meta"] or {}).get("group") is not None:
            await change_collection(hand, collection, {"group": item["meta"]["group"]})

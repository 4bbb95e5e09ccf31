"""The whole data model as one value that can be carried to another server: taken, hashed and compared. Must not change anything.

A snapshot is ``{version, directus, vendor, collections, fields, systemFields, relations}``; version 1 is the whole model, 2 a part
of it (what it does not name is not touched). Only tracked collections are in it, without row ids and constraint names, so that
equal models give equal snapshots on every server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.model import describe
from rowcast.engine.model.access import require_admin
from rowcast.engine.model.difference import MISSING, Change, difference
from rowcast.errors import InvalidPayload
from rowcast.schema import Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

WHOLE, PART = 1, 2
REFERENCE_VERSION = "12.4.0"
"""The version of the reference whose form of the data model this is."""

Snapshot = dict[str, Any]
Key = tuple[str, ...]
PARTS: Mapping[str, tuple[str, ...]] = {
    "collections": ("collection",),
    "fields": ("collection", "field"),
    "systemFields": ("collection", "field"),
    "relations": ("collection", "field"),
}
"""The parts of a snapshot and the members that name an item in each."""


async def schema_snapshot(
    engine: Engine, actor: Actor, *, include: frozenset[str] | None = None, exclude: frozenset[str] | None = None
) -> Snapshot:
    """The data model, or the part of it that is chosen by collection. Raises Forbidden, and InvalidPayload for an unknown
    collection or when both choices are made."""
    require_admin(actor)
    if include is not None and exclude is not None:
        raise InvalidPayload('"includeCollections" and "excludeCollections" can\'t be used together')
    found = snapshot(engine.schema)
    chosen = _chosen(found, include, exclude)
    return found if chosen is None else _part(found, chosen)


async def schema_difference(
    engine: Engine, actor: Actor, other: Any, *, force: bool = False, mode: str = "mirror"
) -> dict[str, Any] | None:
    """What must change here to be like ``other``: ``{hash, diff}``, or None when nothing must. ``force`` accepts snapshots of
    other versions and databases; mode ``merge`` never removes. Raises Forbidden and InvalidPayload."""
    require_admin(actor)
    if mode not in ("mirror", "merge"):
        raise InvalidPayload('"mode" must be one of [mirror, merge]')
    current = snapshot(engine.schema)
    wanted = checked(other, current, force=force)
    found = {part: _part_difference(part, current, wanted, merge=mode == "merge") for part in PARTS}
    return {"hash": fingerprint(current), "diff": found} if any(found.values()) else None


def snapshot(schema: Schema) -> Snapshot:
    """The whole data model."""
    tracked = [name for name in describe.collection_names(schema) if _is_tracked(schema, name)]
    return {
        "version": WHOLE,
        "directus": REFERENCE_VERSION,
        "vendor": "sqlite",
        "collections": [describe.collection(schema, name) for name in tracked],
        "fields": _fields(schema, frozenset(tracked)),
        "systemFields": [],
        "relations": _relations(schema, frozenset(tracked)),
    }


def fingerprint(value: Snapshot) -> str:
    """A hash of the data model that is the same on every server where the model is."""
    return hashlib.sha1(msgspec.json.encode(value, order="deterministic"), usedforsecurity=False).hexdigest()


def index(value: Snapshot, part: str) -> dict[Key, dict[str, Any]]:
    """The items of one part by their names."""
    names = PARTS[part]
    return {tuple(item[name] for name in names): item for item in value.get(part) or ()}


def checked(other: Any, current: Snapshot, *, force: bool) -> Snapshot:
    """A snapshot that somebody sent, if it has the right form and (unless forced) comes from the same version and database."""
    if not isinstance(other, dict):
        raise InvalidPayload('"value" must be of type object')
    if other.get("version") not in (WHOLE, PART):
        raise InvalidPayload(f'"version" must be one of [{WHOLE}, {PART}]')
    for member in ("directus", "vendor"):
        if not isinstance(other.get(member), str) and not (member == "vendor" and force):
            raise InvalidPayload(f'"{member}" is required')
        if other.get(member) != current[member] and not force:
            raise InvalidPayload(f'The snapshot has {member} "{other[member]}" and this server has "{current[member]}"')
    for part in PARTS:
        check_items(other.get(part), part, optional=part == "systemFields")
    return other


def check_items(items: Any, part: str, *, optional: bool = False) -> None:
    """Raise InvalidPayload unless ``items`` is a list of objects that carry their names."""
    if items is None and optional:
        return
    if not isinstance(items, list):
        raise InvalidPayload(f'"{part}" must be an array')
    for item in items:
        for name in PARTS[part]:
            if not isinstance(item, dict) or not isinstance(item.get(name), str):
                raise InvalidPayload(f'"{part}.{name}" is required')


def _part_difference(part: str, current: Snapshot, wanted: Snapshot, *, merge: bool) -> list[dict[str, Any]]:
    if part not in wanted and part == "systemFields":
        return []
    here, there = index(current, part), index(wanted, part)
    scope = None if wanted["version"] == WHOLE else frozenset(key[0] for key in index(wanted, "collections"))
    found = []
    for key in [*here, *(key for key in there if key not in here)]:
        item = there.get(key, MISSING)
        if item is MISSING and (merge or (scope is not None and key[0] not in scope)):
            continue
        changes = _item_difference(part, here.get(key, MISSING), item)
        if changes:
            found.append({**_names(part, here.get(key) or there[key]), "diff": changes})
    return found


def _item_difference(part: str, here: Any, there: Any) -> list[Change]:
    return difference(here, there if there is MISSING else _FORMS[part](there, {} if here is MISSING else here))


def _names(part: str, item: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: item[name] for name in PARTS[part]}
    return {**named, "related_collection": item.get("related_collection")} if part == "relations" else named


def _item_form(members: tuple[str, ...]) -> Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]:
    """Brings an item from another server to the form that this server's items have."""

    def form(item: dict[str, Any], here: dict[str, Any]) -> dict[str, Any]:
        given = {name: item.get(name) for name in members}
        return {
            name: _aligned(part, here.get(name)) if isinstance(part, dict) else part for name, part in given.items()
        }

    return form


def _aligned(given: dict[str, Any], here: Any) -> dict[str, Any]:
    """The members that this server knows too; what is left out stays as it is here."""
    if isinstance(here, dict):
        return {name: given.get(name, known) for name, known in here.items()}
    return {name: value for name, value in given.items() if name not in _OF_ONE_SERVER}


_OF_ONE_SERVER = frozenset({"id", "constraint_name", "sql", "foreign_key_schema", "schema", "comment"})
_FORMS = {
    "collections": _item_form(("collection", "meta", "schema")),
    "fields": _item_form(("collection", "field", "type", "meta", "schema")),
    "systemFields": _item_form(("collection", "field", "schema")),
    "relations": _item_form(("collection", "field", "related_collection", "meta", "schema")),
}


def _is_tracked(schema: Schema, name: str) -> bool:
    found = schema.get(name)
    return name in schema.folders if found is None else not found.system and found.meta is not None


def _fields(schema: Schema, tracked: frozenset[str]) -> list[dict[str, Any]]:
    return [
        _without(describe.field(found), "meta", "id")
        for name in describe.collection_names(schema)
        if name in schema.collections
        for found in describe.fields(schema, name)
        if name in tracked or (schema.collections[name].system and not describe.is_system_field(schema, found))
    ]


def _relations(schema: Schema, tracked: frozenset[str]) -> list[dict[str, Any]]:
    own = [found for found in schema.relations if not describe.is_system_relation(schema, found)]
    own = [found for found in own if found.collection in tracked or schema.collections[found.collection].system]
    described = (describe.relation(found) for found in sorted(own, key=lambda found: (found.collection, found.field)))
    return [_without(_without(item, "meta", "id"), "schema", "constraint_name") for item in described]


def _without(item: dict[str, Any], inner: str, member: str) -> dict[str, Any]:
    if item[inner] is not None:
        item[inner] = {name: value for name, value in item[inner].items() if name != member}
    return item


def _chosen(found: Snapshot, include: frozenset[str] | None, exclude: frozenset[str] | None) -> frozenset[str] | None:
    if include is None and exclude is None:
        return None
    every = frozenset(item["collection"] for item in found["collections"])
    for name in sorted((include or exclude or frozenset()) - every):
        raise InvalidPayload(f'Collection "{name}" doesn\'t exist')
    return include if include is not None else every - (exclude or frozenset())


def _part(found: Snapshot, chosen: frozenset[str]) -> Snapshot:
    parts = {part: [item for item in found[part] if item["collection"] in chosen] for part in PARTS}
    return {**found, **parts, "version": PART}

"""What goes when a relation, a field or a collection goes: its column or table and every metadata row that would point to
nothing. Must not know who asked. Activity and revisions stay: they are history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rowcast.engine.model import describe
from rowcast.engine.model.alter import Alter
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.schema import Relation
from rowcast.schema.steps import DropColumn, DropForeignKey, DropTable

_ROWS_ABOUT = ("directus_permissions", "directus_presets", "directus_comments", "directus_shares", "directus_versions")
"""System collections with rows about one collection, named in their field ``collection``."""
_NAMED_FIELDS = ("sort_field", "archive_field")


async def remove_relation(hand: Alter, found: Relation) -> None:
    """The foreign key and the row; the field and its values stay."""
    if describe.is_system_relation(hand.schema, found):
        raise InvalidPayload(
            f'The relation of field "{found.field}" in collection "{found.collection}" belongs to the system'
        )
    if found.foreign_key is not None:
        await hand.run(DropForeignKey(found.collection, found.field))
    await _delete_row(hand, found)
    await hand.run()


async def remove_field(hand: Alter, collection: str, field: str) -> None:
    """The column, the row, the relations from it with their other side, and what names the field in the same collection."""
    found = hand.schema.collections[collection].fields[field]
    if describe.is_system_field(hand.schema, found):
        raise InvalidPayload(f'Field "{field}" in collection "{collection}" belongs to the system')
    if found.column is not None and found.column.is_primary_key:
        raise InvalidPayload(f'Field "{field}" is the primary key of collection "{collection}"')
    await _unlink_field(hand, collection, field)
    await _unname_field(hand, collection, field)
    if found.meta is not None:
        await hand.delete("directus_fields", [found.meta["id"]])
    if found.column is not None:
        await hand.run(DropColumn(collection, field))
    await hand.run()


async def remove_collection(hand: Alter, collection: str) -> None:
    """The table with its rows, or the folder; every row about it; relations from and to it. Columns of other collections that
    pointed here keep their values."""
    found = describe.collection(hand.schema, collection)
    if found is None or (found["meta"] or {}).get("system"):
        raise Forbidden
    if collection in hand.schema.collections:
        await _unlink_collection(hand, collection)
        fields = hand.schema.collections[collection].fields.values()
        await hand.delete("directus_fields", [field.meta["id"] for field in fields if field.meta is not None])
    for table in _ROWS_ABOUT:
        await hand.delete(table, await hand.keys(table, "collection", collection))
    await hand.update(
        "directus_collections", await hand.keys("directus_collections", "group", collection), {"group": None}
    )
    if found["meta"] is not None:
        await hand.delete("directus_collections", [collection])
    if found["schema"] is not None:
        await hand.run(DropTable(collection))
    await hand.run()


async def _unlink_field(hand: Alter, collection: str, field: str) -> None:
    for found in hand.schema.relations:
        if (found.collection, found.field) == (collection, field):
            await _delete_alias(hand, found)
            await _delete_row(hand, found)
        elif (found.related, found.one_field) == (collection, field) and _is_own(found):
            await hand.update("directus_relations", [_id(found.meta)], {"one_field": None})


async def _unname_field(hand: Alter, collection: str, field: str) -> None:
    """Fields that were grouped under it stand outside; a collection or relation that sorted or archived by it no longer does."""
    owner = hand.schema.collections[collection]
    inside = [
        other.meta for other in owner.fields.values() if other.meta is not None and other.meta.get("group") == field
    ]
    await hand.update("directus_fields", [_id(meta) for meta in inside if "id" in meta], {"group": None})
    if owner.meta is not None and not owner.system:
        named = {member: None for member in _NAMED_FIELDS if owner.meta.get(member) == field}
        await hand.update("directus_collections", [collection], named)
    sorting = [
        _id(r.meta)
        for r in hand.schema.relations
        if r.collection == collection and r.sort_field == field and _is_own(r)
    ]
    await hand.update("directus_relations", sorting, {"sort_field": None})


async def _unlink_collection(hand: Alter, collection: str) -> None:
    for found in hand.schema.relations:
        if collection in (found.collection, found.related):
            if found.related != collection:
                await _delete_alias(hand, found)
            await _delete_row(hand, found)
        elif collection in found.allowed and _is_own(found):
            allowed = [name for name in found.allowed if name != collection]
            await hand.update("directus_relations", [_id(found.meta)], {"one_allowed_collections": allowed})


async def _delete_alias(hand: Alter, found: Relation) -> None:
    """The field on the one side shows nothing without the relation."""
    one = hand.schema.get(found.related) if found.related is not None else None
    alias = one.fields.get(found.one_field) if one is not None and found.one_field is not None else None
    if alias is not None and alias.is_alias and alias.meta is not None and "id" in alias.meta:
        await hand.delete("directus_fields", [alias.meta["id"]])


async def _delete_row(hand: Alter, found: Relation) -> None:
    if _is_own(found):
        await hand.delete("directus_relations", [_id(found.meta)])


def _is_own(found: Relation) -> bool:
    return found.meta is not None and "id" in found.meta


def _id(meta: Mapping[str, Any] | None) -> int:
    assert meta is not None
    number: int = meta["id"]
    return number

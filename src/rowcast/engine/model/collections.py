"""Collections: listed, read, created, changed and removed. Must not know tables beyond the steps that make and drop them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.model import describe
from rowcast.engine.model.access import action_refusal, require_admin, require_read, sees_folder
from rowcast.engine.model.alter import Alter, alter
from rowcast.engine.model.columns import new_column
from rowcast.engine.model.describe import Wire
from rowcast.engine.model.fields import add_field_row
from rowcast.engine.model.groups import require_no_circle
from rowcast.engine.model.meta import own_members
from rowcast.engine.model.payload import (
    CollectionPayload,
    FieldPayload,
    collection_payload,
    mapping,
    name,
    optional,
    several_names,
)
from rowcast.engine.model.removal import remove_collection
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.schema import Schema
from rowcast.schema.steps import ColumnPlan, CreateTable

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

DEFAULT_KEY = FieldPayload(
    "id",
    "integer",
    {"is_primary_key": True, "has_auto_increment": True},
    {"hidden": True, "interface": "numeric", "readonly": True},
)
"""The key field of a collection that was asked for without one."""


async def list_collections(engine: Engine, actor: Actor) -> list[Wire]:
    """Every collection that the actor may read, and the folders that hold them. Raises Forbidden without the right to read
    ``directus_collections``."""
    rights, schema = await engine.rights(actor), engine.schema
    if not rights.allows("directus_collections", "read"):
        rights.require("directus_collections", "read")
    names = (
        found for found in describe.collection_names(schema) if rights.allows(found, "read") or found in schema.folders
    )
    seen = (found for found in names if found not in schema.folders or sees_folder(schema, rights, found))
    return [wire for found in seen if (wire := describe.collection(schema, found)) is not None]


async def read_collection(engine: Engine, actor: Actor, collection: str) -> Wire:
    """One collection. Raises Forbidden when it does not exist or may not be read."""
    rights, schema = await engine.rights(actor), engine.schema
    is_seen = (
        sees_folder(schema, rights, collection) if collection in schema.folders else rights.allows(collection, "read")
    )
    if not is_seen and not rights.admin:
        raise Forbidden(action_refusal("read", collection))
    await require_read(engine, actor, "directus_collections")
    return _described(schema, collection)


async def create_collections(engine: Engine, actor: Actor, raw: Sequence[Any]) -> list[Wire]:
    """New collections, in one transaction; each as ``{collection, schema, meta, fields}``. Raises Forbidden, InvalidPayload."""
    require_admin(actor)
    wanted = [collection_payload(body) for body in raw]
    names = [payload.name for payload in wanted]

    async def work(hand: Alter) -> list[Wire]:
        for payload in wanted:
            await add_collection(hand, payload)
        require_no_circle(hand.schema, names, [(p.name, field.name) for p in wanted for field in p.fields])
        return [_described(hand.schema, payload.name) for payload in wanted]

    return await alter(engine, actor, work)


async def update_collections(engine: Engine, actor: Actor, raw: Sequence[Any]) -> list[Wire]:
    """New metadata for collections, in one transaction; each as ``{collection, meta}``. A table that was not tracked becomes so.
    Raises Forbidden (also for what does not exist and for system collections) and InvalidPayload."""
    require_admin(actor)
    wanted = [(name(mapping(body, "value"), "collection"), optional(body, "meta") or {}) for body in raw]

    async def work(hand: Alter) -> list[Wire]:
        for collection, meta in wanted:
            await change_collection(hand, collection, meta)
        await hand.run()
        require_no_circle(hand.schema, [collection for collection, meta in wanted if "group" in meta])
        return [_described(hand.schema, collection) for collection, _ in wanted]

    return await alter(engine, actor, work)


async def delete_collections(engine: Engine, actor: Actor, raw: Any) -> None:
    """Collections (a list of names) go with their rows and everything that refers to them. Raises Forbidden."""

    require_admin(actor)
    collections = several_names(raw)

    async def work(hand: Alter) -> None:
        for collection in collections:
            await remove_collection(hand, collection)

    await alter(engine, actor, work)


async def add_collection(hand: Alter, wanted: CollectionPayload) -> None:
    """Make the table and the rows that describe it."""
    _refuse_taken(hand.schema, wanted.name)
    fields = _with_key(wanted) if wanted.table else wanted.fields
    if wanted.table:
        await hand.run(CreateTable(wanted.name, _columns(fields)))
    if wanted.meta is not None:
        await hand.create(
            "directus_collections", {**own_members("directus_collections", wanted.meta), "collection": wanted.name}
        )
    for place, field in enumerate(fields, 1):
        if field.meta is not None:
            await add_field_row(hand, wanted.name, field, place)
    await hand.run()


async def change_collection(hand: Alter, collection: str, meta: Mapping[str, Any]) -> None:
    """Change the row that describes a collection, or make it."""
    found = _described(hand.schema, collection)
    if found["meta"] is not None and found["meta"].get("system"):
        raise Forbidden
    values = own_members("directus_collections", meta)
    if found["meta"] is None:
        await hand.create("directus_collections", {**values, "collection": collection})
    else:
        await hand.update("directus_collections", [collection], values)


def _described(schema: Schema, collection: str) -> Wire:
    found = describe.collection(schema, collection)
    if found is None:
        raise Forbidden
    return found


def _refuse_taken(schema: Schema, collection: str) -> None:
    """Names that differ only in case would be one table in SQLite."""
    taken = {found.lower() for found in (*schema.collections, *schema.folders)}
    if collection.lower() in taken:
        raise InvalidPayload(f'Collection "{collection}" already exists')


def _with_key(wanted: CollectionPayload) -> tuple[FieldPayload, ...]:
    if any((field.column or {}).get("is_primary_key") for field in wanted.fields):
        return wanted.fields
    return (DEFAULT_KEY, *wanted.fields)


def _columns(fields: Sequence[FieldPayload]) -> tuple[ColumnPlan, ...]:
    seen: set[str] = set()
    for field in fields:
        if field.name.lower() in seen:
            raise InvalidPayload(f'Field "{field.name}" is there twice')
        seen.add(field.name.lower())
    plans = tuple(
        new_column(field.name, field.type or "", field.column) for field in fields if field.column is not None
    )
    if sum(plan.primary_key for plan in plans) != 1:
        raise InvalidPayload("A collection has exactly one primary key")
    return plans

"""Relations: listed, read, created, changed and removed. Must not know how a foreign key is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.model import describe
from rowcast.engine.model.access import require_admin, require_collection, require_read, sees_relation
from rowcast.engine.model.alter import Alter, alter
from rowcast.engine.model.describe import Wire
from rowcast.engine.model.meta import own_members
from rowcast.engine.model.payload import RelationPayload, mapping, optional, relation_payload
from rowcast.engine.model.removal import remove_relation
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.schema import ForeignKey, Relation, Schema
from rowcast.schema.steps import AddForeignKey

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")


async def list_relations(engine: Engine, actor: Actor, collection: str | None = None) -> list[Wire]:
    """The relations that the actor may read, of one (many-side) collection or of all. Raises Forbidden."""
    rights = await require_read(engine, actor, "directus_relations")
    schema = engine.schema
    if collection is not None:
        require_collection(schema, rights, collection)
    found = (relation for relation in schema.relations if collection in (None, relation.collection))
    return [describe.relation(relation) for relation in found if sees_relation(rights, relation)]


async def read_relation(engine: Engine, actor: Actor, collection: str, field: str) -> Wire:
    """The relation whose many side is that field. Raises Forbidden when there is none or it may not be read."""
    rights = await require_read(engine, actor, "directus_relations")
    require_collection(engine.schema, rights, collection)
    found = _relation(engine.schema, collection, field)
    if not sees_relation(rights, found):
        raise Forbidden
    return describe.relation(found)


async def create_relation(engine: Engine, actor: Actor, raw: Any) -> Wire:
    """A new relation, as ``{collection, field, related_collection, schema, meta}``. Raises Forbidden, InvalidPayload, and
    InvalidForeignKey when rows break it."""
    require_admin(actor)
    wanted = relation_payload(raw)

    async def work(hand: Alter) -> Wire:
        await add_relation(hand, wanted)
        return describe.relation(_relation(hand.schema, wanted.collection, wanted.field))

    return await alter(engine, actor, work)


async def update_relation(engine: Engine, actor: Actor, collection: str, field: str, raw: Any) -> Wire:
    """Other actions (``schema``) or metadata for a relation. Raises Forbidden and InvalidPayload."""
    require_admin(actor)
    body = mapping(raw, "value")
    key, meta = optional(body, "schema"), optional(body, "meta")

    async def work(hand: Alter) -> Wire:
        await change_relation(hand, collection, field, key, meta)
        return describe.relation(_relation(hand.schema, collection, field))

    return await alter(engine, actor, work)


async def delete_relation(engine: Engine, actor: Actor, collection: str, field: str) -> None:
    """A relation goes; the field and its values stay. Raises Forbidden and InvalidPayload."""

    async def work(hand: Alter) -> None:
        await remove_relation(hand, _relation(hand.schema, collection, field))

    await alter(engine, actor, work)


async def add_relation(hand: Alter, wanted: RelationPayload) -> None:
    """Make the foreign key and the row that describes the relation."""
    _check(hand.schema, wanted)
    if wanted.related is not None and wanted.key is not None:
        await hand.run(
            AddForeignKey(_foreign_key(hand.schema, wanted.collection, wanted.field, wanted.related, wanted.key))
        )
    place = {"many_collection": wanted.collection, "many_field": wanted.field, "one_collection": wanted.related}
    await hand.create("directus_relations", {**own_members("directus_relations", wanted.meta), **place})
    await hand.run()


async def change_relation(
    hand: Alter, collection: str, field: str, key: Mapping[str, Any] | None, meta: Mapping[str, Any] | None
) -> None:
    """Change the foreign key's actions and the row that describes the relation, or make the row."""
    found = _relation(hand.schema, collection, field)
    if describe.is_system_relation(hand.schema, found):
        raise InvalidPayload(f'The relation of field "{field}" in collection "{collection}" belongs to the system')
    if key is not None and found.related is not None:
        wanted = _foreign_key(hand.schema, collection, field, found.related, key, found.foreign_key)
        if wanted != found.foreign_key:
            await hand.run(AddForeignKey(wanted))
    values = own_members("directus_relations", meta or {})
    if found.meta is not None:
        await hand.update("directus_relations", [found.meta["id"]], values)
    elif values:
        place = {"many_collection": collection, "many_field": field, "one_collection": found.related}
        await hand.create("directus_relations", {**values, **place})
    await hand.run()


def _check(schema: Schema, wanted: RelationPayload) -> None:
    owner = schema.get(wanted.collection)
    if owner is None:
        raise InvalidPayload(f'Collection "{wanted.collection}" doesn\'t exist')
    if wanted.field not in owner.fields or owner.fields[wanted.field].column is None:
        raise InvalidPayload(f'Field "{wanted.field}" doesn\'t exist in collection "{wanted.collection}"')
    if wanted.related is not None and schema.get(wanted.related) is None:
        raise InvalidPayload(f'Collection "{wanted.related}" doesn\'t exist')
    standing = describe.find_relation(schema, wanted.collection, wanted.field)
    if standing is not None and standing.meta is not None:
        raise InvalidPayload(
            f'Field "{wanted.field}" in collection "{wanted.collection}" already has an associated relationship'
        )


def _foreign_key(
    schema: Schema,
    collection: str,
    field: str,
    related: str,
    asked: Mapping[str, Any],
    standing: ForeignKey | None = None,
) -> ForeignKey:
    key = standing or ForeignKey(collection, field, related, schema.collections[related].primary)
    return replace(
        key,
        on_update=_action(asked.get("on_update"), "on_update") or key.on_update,
        on_delete=_action(asked.get("on_delete"), "on_delete") or key.on_delete,
    )


def _action(value: Any, member: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value.upper() not in ACTIONS:
        raise InvalidPayload(f'"{member}" must be one of [{", ".join(ACTIONS)}]')
    return value.upper()


def _relation(schema: Schema, collection: str, field: str) -> Relation:
    found = describe.find_relation(schema, collection, field)
    if found is None:
        raise Forbidden
    return found

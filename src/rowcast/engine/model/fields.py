"""Fields: listed, read, created, changed and removed. Must not know how a table is altered beyond its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.model import describe
from rowcast.engine.model.access import require_admin, require_collection, require_read, sees_field
from rowcast.engine.model.alter import Alter, alter
from rowcast.engine.model.columns import altered_column, completed_special, new_column, special_after, standing_column
from rowcast.engine.model.describe import Wire
from rowcast.engine.model.groups import require_no_circle
from rowcast.engine.model.meta import own_members
from rowcast.engine.model.payload import (
    ALIAS_TYPES,
    FieldPayload,
    field_payload,
    field_type,
    mapping,
    name,
    optional,
    several,
    several_names,
)
from rowcast.engine.model.removal import remove_field
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.policy.rights import refusal
from rowcast.schema import Field, Schema
from rowcast.schema.steps import AddColumn, AlterColumn

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

FieldChange = tuple[str, str | None, Mapping[str, Any] | None, Mapping[str, Any] | None]
"""(field, type, schema, meta); None: stays."""


async def list_fields(engine: Engine, actor: Actor, collection: str | None = None) -> list[Wire]:
    """The fields that the actor may read, of one collection or of all. Raises Forbidden."""
    rights = await require_read(engine, actor, "directus_fields")
    schema = engine.schema
    if collection is not None:
        require_collection(schema, rights, collection)
    names = (
        [collection]
        if collection is not None
        else [n for n in describe.collection_names(schema) if n in schema.collections]
    )
    return [describe.field(found) for n in names for found in describe.fields(schema, n) if sees_field(rights, found)]


async def read_field(engine: Engine, actor: Actor, collection: str, field: str) -> Wire:
    """One field. Raises Forbidden when it does not exist or may not be read."""
    rights = await require_read(engine, actor, "directus_fields")
    require_collection(engine.schema, rights, collection)
    found = engine.schema.collections[collection].fields.get(field)
    if found is None or not sees_field(rights, found):
        raise Forbidden
    return describe.field(found)


async def create_field(engine: Engine, actor: Actor, collection: str, raw: Any) -> Wire:
    """A new field, as ``{field, type, schema, meta}``. Raises Forbidden, InvalidPayload, and ContainsNull for a column that must
    not be null where rows exist and no default is given."""
    require_admin(actor)
    wanted = field_payload(raw)

    async def work(hand: Alter) -> Wire:
        await add_field(hand, collection, wanted)
        require_no_circle(hand.schema, (), [(collection, wanted.name)])
        return describe.field(_field(hand.schema, collection, wanted.name))

    return await alter(engine, actor, work)


async def update_fields(engine: Engine, actor: Actor, collection: str, raw: Any) -> list[Wire]:
    """Changes of fields (a list), in one transaction; each as ``{field, type, schema, meta}``. Raises Forbidden, InvalidPayload and
    what rows forbid (ContainsNull, NotUnique)."""
    require_admin(actor)
    wanted = [_change(body) for body in several(raw)]

    async def work(hand: Alter) -> list[Wire]:
        for change in wanted:
            await change_field(hand, collection, change)
        require_no_circle(
            hand.schema, (), [(collection, field) for field, *_, meta in wanted if "group" in (meta or {})]
        )
        return [describe.field(_field(hand.schema, collection, field)) for field, *_ in wanted]

    return await alter(engine, actor, work)


async def delete_fields(engine: Engine, actor: Actor, collection: str, raw: Any) -> None:
    """Fields (a list of names) go, with their values and relations. Raises Forbidden, and InvalidPayload for a primary key or
    system field."""

    require_admin(actor)
    fields = several_names(raw)

    async def work(hand: Alter) -> None:
        for field in fields:
            _field(hand.schema, collection, field)
            await remove_field(hand, collection, field)

    await alter(engine, actor, work)


async def add_field(hand: Alter, collection: str, wanted: FieldPayload) -> None:
    """Make the column and the row that describes it."""
    owner = hand.schema.get(collection)
    if owner is None:
        raise Forbidden(refusal(collection))
    if wanted.name.lower() in {found.lower() for found in owner.fields}:
        raise InvalidPayload(f'Field "{wanted.name}" already exists in collection "{collection}"')
    if wanted.column is not None:
        asked = {**wanted.column, "is_primary_key": False}
        await hand.run(AddColumn(collection, new_column(wanted.name, wanted.type or "", asked)))
    if wanted.meta is not None:
        await add_field_row(hand, collection, wanted, _next_place(hand.schema, collection))
    await hand.run()


async def add_field_row(hand: Alter, collection: str, wanted: FieldPayload, place: int) -> None:
    """Make the row that describes a field; ``place`` is its rank unless it says one."""
    row = {"sort": place, **own_members("directus_fields", wanted.meta or {})}
    row["sort"] = place if row["sort"] is None else row["sort"]
    special = _list(row.get("special"))
    if wanted.column is not None:
        row["special"] = completed_special(wanted.type or "", special)
    else:
        row["special"] = special or [wanted.type or "alias"]
    await hand.create("directus_fields", {**row, "collection": collection, "field": wanted.name})


async def change_field(hand: Alter, collection: str, change: FieldChange) -> None:
    """Change the column and the row that describes it, or make the row."""
    field, kind, asked, meta = change
    found = _field(hand.schema, collection, field)
    if describe.is_system_field(hand.schema, found):
        raise InvalidPayload(f'Field "{field}" in collection "{collection}" belongs to the system')
    values = own_members("directus_fields", meta or {})
    if kind is not None and kind != found.type:
        _refuse_kind(found, kind)
        values["special"] = special_after(found.type, kind, _list(values.get("special", found.special)))
    if found.column is not None and (asked or kind is not None):
        await _alter_column(hand, found, kind or found.type, asked or {})
    await _change_row(hand, found, values)
    await hand.run()


async def _alter_column(hand: Alter, found: Field, kind: str, asked: Mapping[str, Any]) -> None:
    plan = altered_column(found, kind, asked)
    if plan != standing_column(found):
        await hand.run(AlterColumn(found.collection, plan))


async def _change_row(hand: Alter, found: Field, values: dict[str, Any]) -> None:
    if found.meta is not None:
        await hand.update("directus_fields", [found.meta["id"]], values)
    elif values:
        place = _next_place(hand.schema, found.collection)
        await hand.create(
            "directus_fields", {"sort": place, **values, "collection": found.collection, "field": found.name}
        )


def _refuse_kind(found: Field, kind: str) -> None:
    if (kind in ALIAS_TYPES) != found.is_alias:
        raise InvalidPayload(f'Field "{found.name}" in collection "{found.collection}" can\'t become {kind}')


def _change(raw: Any) -> FieldChange:
    body = mapping(raw, "value")
    return name(body, "field"), field_type(body), optional(body, "schema"), optional(body, "meta")


def _field(schema: Schema, collection: str, field: str) -> Field:
    owner = schema.get(collection)
    if owner is None:
        raise Forbidden(refusal(collection))
    if field not in owner.fields:
        raise Forbidden
    return owner.fields[field]


def _next_place(schema: Schema, collection: str) -> int:
    """After the last field that has a rank."""
    metas = (found.meta for found in schema.collections[collection].fields.values())
    return 1 + max((meta.get("sort") or 0 for meta in metas if meta is not None), default=0)


def _list(special: Any) -> list[str]:
    if special is None:
        return []
    parts = special.split(",") if isinstance(special, str) else special
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise InvalidPayload('"meta.special" must be an array of strings')
    return list(parts)

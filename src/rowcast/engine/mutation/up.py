"""Nested rows that a payload points to (m2o, to any): written first, so that their keys can be stored. Must not know rows that
point back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcast.engine.mutation import change, insert
from rowcast.engine.mutation.cast import cast_key
from rowcast.engine.mutation.check import below
from rowcast.engine.mutation.reach import key_list
from rowcast.errors import InvalidPayload, RowcastError
from rowcast.query.sql import mutate
from rowcast.schema import Collection, Link

if TYPE_CHECKING:
    from rowcast.engine.mutation.plan import WritePlan
    from rowcast.engine.mutation.scope import Scope

Key = str | int
Payload = Mapping[str, Any]


async def write(scope: Scope, plan: WritePlan, payload: Payload) -> Payload:
    """The payload with each nested object replaced by the key of its row."""
    result: dict[str, Any] | None = None
    for name, link in plan.up:
        value = payload[name]
        nested = isinstance(value, Mapping)
        target = link.target if link.kind == "m2o" else _any_target(link, payload, nested)
        if nested and target is not None:
            result = dict(payload) if result is None else result
            try:
                result[name] = await save(scope, target, value)
            except RowcastError as error:
                raise below(error, name) from None
    return payload if result is None else result


async def save(scope: Scope, collection: str, payload: Payload) -> Key:
    """The key of the row that a nested object stands for: created, or changed if its key exists already."""
    found = scope.writing.collection(collection)
    key = await existing_key(scope, found, payload)
    if key is None:
        return await insert.create_one(scope, collection, payload)
    rest = {name: value for name, value in payload.items() if name != found.primary}
    if rest:
        await change.update_keys(scope, collection, [key], rest)
    return key


async def existing_key(scope: Scope, collection: Collection, payload: Payload) -> Key | None:
    """The key that a nested object names, if there is such a row."""
    given = payload.get(collection.primary)
    key = None if given is None else cast_key(collection.key, given)
    if key is None:
        return None
    rows = await scope.tx.fetch(scope.writing.text(mutate.existing, collection), (key_list([key]),))
    return rows[0][0] if rows else None


def _any_target(link: Link, payload: Payload, nested: bool) -> str | None:
    """The collection that a to-any relation points to in this payload. Raises InvalidPayload if it is not said or not allowed."""
    relation = link.relation
    target = payload.get(relation.one_collection_field or "")
    here = f"{relation.collection}.{relation.field}"
    if target is None:
        if nested:
            kind = f"{relation.collection}.{relation.one_collection_field}"
            raise InvalidPayload(f'Can\'t update nested record "{here}" without field "{kind}" being set')
        return None
    if target not in relation.allowed:
        raise InvalidPayload(f'"{here}" can\'t be linked to collection "{target}"')
    return str(target)

"""Writes for flows, which set off no other flows unless they are meant to. Must not know flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.mutation.change import update_keys
from rowcast.engine.mutation.insert import create_one
from rowcast.engine.mutation.prepare import prepare
from rowcast.engine.mutation.scope import Scope, within
from rowcast.errors import InvalidPayload

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int


async def create_quietly(engine: Engine, actor: Actor, collection: str, items: Sequence[Any], emits: bool) -> list[Key]:
    """As ``create``."""
    if not all(isinstance(item, Mapping) for item in items):
        raise InvalidPayload('"payload" must be an object or a list of objects')
    ready = [await prepare(engine, actor, collection, "create", item) for item in items]

    async def work(scope: Scope) -> list[Key]:
        keys = [await create_one(scope, collection, item) for item in ready]
        if not emits:
            engine.flows.hush(collection, keys)
        return keys

    return await within(engine, actor, work)


async def update_quietly(
    engine: Engine, actor: Actor, collection: str, keys: Sequence[Any], payload: Mapping[str, Any], emits: bool
) -> list[Key]:
    """As ``update`` by keys."""
    ready = await prepare(engine, actor, collection, "update", payload)

    async def work(scope: Scope) -> list[Key]:
        changed = await update_keys(scope, collection, keys, ready)
        if not emits:
            engine.flows.hush(collection, changed)
        return changed

    return await within(engine, actor, work)

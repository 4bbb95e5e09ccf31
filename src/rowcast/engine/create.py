"""Create items: one or many, with all that is nested in them, in one transaction. Must not know who carries the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.mutation.insert import create_one
from rowcast.engine.mutation.prepare import is_small, prepare
from rowcast.engine.mutation.scope import Scope, within
from rowcast.engine.written import Written, written
from rowcast.errors import InvalidPayload

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int
Payload = Mapping[str, Any]


async def create(engine: Engine, actor: Actor, collection: str, payload: Payload | Sequence[Payload]) -> list[Key]:
    """Create the item, or each of the items, and return their keys once they are durable. Each is announced for itself.

    Raises Forbidden, InvalidPayload, FailedValidation (or several), ConstraintError; then nothing is stored.
    """
    items = [payload] if isinstance(payload, Mapping) else payload
    if not isinstance(items, list | tuple) or not all(isinstance(item, Mapping) for item in items):
        raise InvalidPayload('"value" must be of type object')
    ready = [await prepare(engine, actor, collection, "create", item) for item in items]

    async def work(scope: Scope) -> list[Key]:
        if not ready:
            scope.writing.collection(collection)
            scope.rights.require(collection, "create")
        return [await create_one(scope, collection, item) for item in ready]

    flat = all(map(is_small, ready))
    quick = flat and len(ready) == 1 and not engine.hooks.create[collection]
    return await within(engine, actor, work, quick=quick, flat=flat)


async def create_item(engine: Engine, actor: Actor, collection: str, payload: Payload) -> Written:
    """Create one item, as ``create`` does, for a caller who is to be shown it (see ``read_written``)."""
    ready = await prepare(engine, actor, collection, "create", payload)

    async def work(scope: Scope) -> Written:
        return written(scope, collection, await create_one(scope, collection, ready))

    flat = is_small(ready)
    return await within(engine, actor, work, quick=flat and not engine.hooks.create[collection], flat=flat)


__all__ = ["create", "create_item", "create_one"]

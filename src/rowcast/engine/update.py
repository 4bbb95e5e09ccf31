"""Change items: by keys, by query, each with values of its own, or the one of a singleton, in one transaction. Must not know who
carries the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.mutation.change import update_keys
from rowcast.engine.mutation.insert import create_one
from rowcast.engine.mutation.prepare import is_small, prepare
from rowcast.engine.mutation.reach import statement_of, variables_of
from rowcast.engine.mutation.scope import Scope, within
from rowcast.engine.written import Written, written
from rowcast.errors import InvalidPayload
from rowcast.query.parse import Query
from rowcast.query.sql import bind, mutate

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int
Payload = Mapping[str, Any]


async def update(
    engine: Engine,
    actor: Actor,
    collection: str,
    payload: Payload,
    *,
    keys: Sequence[Any] | None = None,
    query: Query | None = None,
) -> list[Key]:
    """Set the values of ``payload`` in the items of ``keys``, or in those that ``query`` gives; announced together. Returns the
    keys of those that exist.

    Raises Forbidden, InvalidPayload, FailedValidation (or several), ConstraintError; then nothing is changed.
    """
    if not isinstance(payload, Mapping):
        raise InvalidPayload('"data" must be of type object')
    ready = await prepare(engine, actor, collection, "update", payload)
    flat = is_small(ready)
    if keys is not None:
        chosen = keys

        async def by_keys(scope: Scope) -> list[Key]:
            return await update_keys(scope, collection, chosen, ready)

        quick = flat and len(keys) == 1 and not engine.hooks.update[collection]
        return await within(engine, actor, by_keys, quick=quick, flat=flat)
    statement = statement_of(engine, await engine.rights(actor), collection, query or Query())

    async def by_query(scope: Scope) -> list[Key]:
        rows = await scope.tx.fetch(statement.text, bind(statement, scope.variables))
        return await update_keys(scope, collection, [row[0] for row in rows], ready)

    return await within(engine, actor, by_query, variables_of(statement), flat=flat)


async def update_item(engine: Engine, actor: Actor, collection: str, key: Any, payload: Payload) -> Written | None:
    """Change one item, as ``update`` does, for a caller who is to be shown it (see ``read_written``); None if there is none."""
    ready = await prepare(engine, actor, collection, "update", _object(payload))

    async def work(scope: Scope) -> Written | None:
        keys = await update_keys(scope, collection, [key], ready)
        return written(scope, collection, keys[0]) if keys else None

    flat = is_small(ready)
    return await within(engine, actor, work, quick=flat and not engine.hooks.update[collection], flat=flat)


async def update_batch(engine: Engine, actor: Actor, collection: str, rows: Sequence[Payload]) -> list[Key]:
    """Set in each item the values of its own row of ``rows``, which names it by its key; each is announced for itself. Raises as
    ``update``."""
    ready = [await prepare(engine, actor, collection, "update", _object(row)) for row in rows]

    async def work(scope: Scope) -> list[Key]:
        primary = scope.writing.collection(collection).primary
        if not ready:
            scope.rights.require(collection, "update")
        changed: list[Key] = []
        for row in ready:
            if row.get(primary) is None:
                raise InvalidPayload("Item in update misses primary key")
            values = {name: value for name, value in row.items() if name != primary}
            changed += await update_keys(scope, collection, [row[primary]], values)
        return changed

    return await within(engine, actor, work, flat=all(map(is_small, ready)))


async def upsert_singleton(engine: Engine, actor: Actor, collection: str, payload: Payload) -> Key:
    """Change the one item of a singleton, or create it if there is none yet. Raises as ``update``."""
    ready = await prepare(engine, actor, collection, "update", _object(payload))

    async def work(scope: Scope) -> Key:
        found = scope.writing.collection(collection)
        rows = await scope.tx.fetch(scope.writing.text(mutate.first_key, found))
        if not rows:
            return await create_one(scope, collection, ready)
        await update_keys(scope, collection, [rows[0][0]], ready)
        key: Key = rows[0][0]
        return key

    return await within(engine, actor, work, flat=is_small(ready))


def _object(row: Any) -> Payload:
    if not isinstance(row, Mapping):
        raise InvalidPayload('"value" must be of type object')
    return row


__all__ = ["update", "update_batch", "update_item", "update_keys", "upsert_singleton"]

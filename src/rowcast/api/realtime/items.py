"""The ``items`` message in all its forms. Must not know how items are read or written.

What decides the form, in this order: ``id``, ``ids``, a singleton, an array as ``data``, ``query``. A falsy key is a key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec

from rowcast.api.realtime.questions import query_of
from rowcast.auth import Actor
from rowcast.engine.builtin import listed
from rowcast.engine.create import create, create_item
from rowcast.engine.delete import delete
from rowcast.engine.engine import Engine
from rowcast.engine.read import Answer, answerable, counts, read, read_keys, read_one
from rowcast.engine.update import update, update_batch, update_item, upsert_singleton
from rowcast.engine.written import Written, read_written
from rowcast.errors import Forbidden, InvalidCollection, InvalidPayload
from rowcast.protocol import Items, frames
from rowcast.query.parse import Query

Key = str | int
_decode = msgspec.json.decode
_encode = msgspec.json.encode


async def answer(engine: Engine, actor: Actor, message: Items) -> bytes:
    """Do what the message says; the frame that answers it. Raises what the verbs raise."""
    if message.collection.startswith("directus_"):
        raise InvalidCollection("Cannot trigger an action on a system collection.")
    result = await _ACTIONS[message.action](engine, actor, message)
    return frames.items(result.data, result.meta, bytes(message.uid))


async def _create(engine: Engine, actor: Actor, message: Items) -> Answer:
    payload, query = _data(message), query_of(message.query)
    if not isinstance(payload, dict | list):
        raise InvalidPayload('"data" must be an object or an array')
    await answerable(engine, actor, message.collection, query)
    if isinstance(payload, dict):
        item = await create_item(engine, actor, message.collection, payload)
        return await _written_one(engine, actor, message.collection, item, query)
    keys = await create(engine, actor, message.collection, payload)
    return await _written(engine, actor, message.collection, keys, query)


async def _read(engine: Engine, actor: Actor, message: Items) -> Answer:
    query = query_of(message.query)
    if isinstance(message.id, str | int):
        found = await read_one(engine, actor, message.collection, message.id, query)
    elif isinstance(message.ids, list):
        found = await read_keys(engine, actor, message.collection, message.ids, query)
    else:
        return await listed(engine, actor, message.collection, query)
    return Answer(found.data, await counts(engine, actor, message.collection, query))


async def _update(engine: Engine, actor: Actor, message: Items) -> Answer:
    collection, payload, query = message.collection, _data(message), query_of(message.query)
    await answerable(engine, actor, collection, query)
    if isinstance(message.id, str | int):
        item = await update_item(engine, actor, collection, message.id, _object(payload))
        return await _written_one(engine, actor, collection, item, Query())
    if isinstance(message.ids, list):
        keys = await update(engine, actor, collection, _object(payload), keys=message.ids)
    elif _is_singleton(engine, collection):
        await upsert_singleton(engine, actor, collection, _object(payload))
        return await read(engine, actor, collection, replace(query, meta=()))
    elif isinstance(payload, list):
        keys = await update_batch(engine, actor, collection, payload)
    else:
        keys = await update(engine, actor, collection, _object(payload), query=query)
        shown = replace(query, filter=None, search=None)
        return await _written_many(engine, actor, collection, keys, shown, query)
    return await _written_many(engine, actor, collection, keys, query, query)


async def _delete(engine: Engine, actor: Actor, message: Items) -> Answer:
    if isinstance(message.id, str | int):
        await delete(engine, actor, message.collection, keys=[message.id])
        return Answer(_encode(message.id))
    if isinstance(message.ids, list):
        await delete(engine, actor, message.collection, keys=message.ids)
        return Answer(_encode(message.ids))
    if not bytes(message.query):
        raise InvalidPayload("Either 'ids', 'id' or 'query' is required for a DELETE request")
    return Answer(_encode(await delete(engine, actor, message.collection, query=query_of(message.query))))


async def _written_many(
    engine: Engine, actor: Actor, collection: str, keys: Sequence[Key], shown: Query, counted: Query
) -> Answer:
    """The rows that were updated, and the counts that were asked for."""
    found = await _written(engine, actor, collection, keys, shown)
    with suppress(Forbidden):
        return Answer(found.data, await counts(engine, actor, collection, counted))
    return found


async def _written(engine: Engine, actor: Actor, collection: str, keys: Sequence[Key], query: Query) -> Answer:
    """The rows that were written, all of them, as the writer may read them."""
    try:
        return await read_keys(engine, actor, collection, keys, replace(query, limit=None, offset=None, page=None))
    except Forbidden:  # they are stored nevertheless
        return Answer(b"[]")


async def _written_one(engine: Engine, actor: Actor, collection: str, item: Written | None, query: Query) -> Answer:
    """The one row that was written, or null if the writer may not read it. Raises Forbidden when there was none."""
    if item is None:
        raise Forbidden
    try:
        return await read_written(engine, actor, collection, item, query)
    except Forbidden:
        return Answer(b"null")


def _data(message: Items) -> Any:
    text = bytes(message.data)
    if not text:
        raise InvalidPayload('"data" is required')
    return _decode(text)


def _object(payload: Any) -> dict[str, Any]:
    if not isinstance(payload, dict):
        raise InvalidPayload('"data" must be an object')
    return payload


def _is_singleton(engine: Engine, collection: str) -> bool:
    found = engine.schema.get(collection)
    return found is not None and found.singleton


_ACTIONS: dict[str, Callable[[Engine, Actor, Items], Awaitable[Answer]]] = {
    "create": _create,
    "read": _read,
    "update": _update,
    "delete": _delete,
}

"""The members of the mutation type about rows: each is a verb of the engine, and shows what it wrote as far as the writer may see
it. Must not know SQL or sockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from rowcast.api.graphql.roots import Ask, Call, Root, Run
from rowcast.engine.create import create, create_item
from rowcast.engine.delete import delete
from rowcast.engine.read import answerable, read, read_keys
from rowcast.engine.update import update, update_batch, update_item, upsert_singleton
from rowcast.engine.written import Written, read_written
from rowcast.errors import Forbidden, InvalidPayload

One = Callable[[Ask], Awaitable[Written | None]]
Many = Callable[[Ask], Awaitable[Sequence[Any]]]


def created(collection: str) -> Root:
    """One new row."""

    def root(call: Call) -> Run:
        data = call.arguments["data"]
        return _one(collection, call, lambda ask: create_item(ask.engine, ask.actor, collection, data))

    return root


def created_many(collection: str) -> Root:
    """New rows."""

    def root(call: Call) -> Run:
        data = call.arguments.get("data") or []
        return _many(collection, call, lambda ask: create(ask.engine, ask.actor, collection, data))

    return root


def updated(collection: str) -> Root:
    """A change of one row."""

    def root(call: Call) -> Run:
        key, data = call.arguments["id"], call.arguments["data"]
        return _one(collection, call, lambda ask: update_item(ask.engine, ask.actor, collection, key, data))

    return root


def updated_many(collection: str) -> Root:
    """The same change of several rows."""

    def root(call: Call) -> Run:
        keys, data = _keys(call.arguments["ids"]), call.arguments["data"]
        return _many(collection, call, lambda ask: update(ask.engine, ask.actor, collection, data, keys=keys))

    return root


def updated_each(collection: str) -> Root:
    """A change of its own for each of several rows."""

    def root(call: Call) -> Run:
        data = call.arguments.get("data") or []
        return _many(collection, call, lambda ask: update_batch(ask.engine, ask.actor, collection, data))

    return root


def updated_singleton(collection: str) -> Root:
    """A change of the one row of a singleton."""

    def root(call: Call) -> Run:
        query = call.question()

        async def run(ask: Ask) -> bytes:
            await answerable(ask.engine, ask.actor, collection, query)
            await upsert_singleton(ask.engine, ask.actor, collection, call.arguments["data"])
            return (await read(ask.engine, ask.actor, collection, query)).data if call.shows_rows else b"true"

        return run

    return root


def deleted(collection: str) -> Root:
    """One row less."""

    def root(call: Call) -> Run:
        key = call.arguments["id"]

        async def run(ask: Ask) -> bytes:
            if not await delete(ask.engine, ask.actor, collection, keys=[key]):
                raise Forbidden
            return call.pick({"id": key})

        return run

    return root


def deleted_many(collection: str) -> Root:
    """Several rows less."""

    def root(call: Call) -> Run:
        keys = _keys(call.arguments["ids"])

        async def run(ask: Ask) -> bytes:
            await delete(ask.engine, ask.actor, collection, keys=keys)
            return call.pick({"ids": keys})

        return run

    return root


def _one(collection: str, call: Call, write: One) -> Run:
    """Write one row. Raises Forbidden when there was none."""
    query = call.question()

    async def run(ask: Ask) -> bytes:
        await answerable(ask.engine, ask.actor, collection, query)
        item = await write(ask)
        if item is None:
            raise Forbidden
        if not call.shows_rows:
            return b"true"
        try:
            return (await read_written(ask.engine, ask.actor, collection, item, query)).data
        except Forbidden:  # it is stored nevertheless
            return b"null"

    return run


def _many(collection: str, call: Call, write: Many) -> Run:
    """Write rows, and show those that the writer may see."""
    query = call.question()
    if query.limit is None:
        query = replace(query, limit=-1)

    async def run(ask: Ask) -> bytes:
        await answerable(ask.engine, ask.actor, collection, query)
        keys = await write(ask)
        return (await read_keys(ask.engine, ask.actor, collection, keys, query)).data if call.shows_rows else b"true"

    return run


def _keys(keys: Sequence[Any]) -> list[Any]:
    if any(key is None for key in keys):
        raise InvalidPayload('"ids" must be keys')
    return list(keys)

"""The members of the root types about rows: lists, single rows, aggregates, versions, and the verbs that write. Each reads its part
of a document once, and makes of it what is run, as often as the document is sent. Must not know SQL or sockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from graphql import GraphQLField, GraphQLObjectType, get_named_type

from rowcast.api.graphql.selection import Nodes, Reading
from rowcast.auth import Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.engine import Engine
from rowcast.engine.read import answerable, read, read_keys, read_one
from rowcast.engine.update import update, update_batch, upsert_singleton
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.query.parse import Query, parse

ROOT = "root"
"""Where a field of a root type keeps its ``Root``."""
ROWS = frozenset({"count", "countDistinct", "avg", "avgDistinct", "sum", "sumDistinct", "min", "max"})


class Cookies:
    """The cookies that came, and what is to be done with the caller's: calls to be made with the response."""

    __slots__ = ("calls", "sent")

    def __init__(self, sent: Mapping[str, str] | None = None) -> None:
        self.sent = sent or {}
        self.calls: list[Callable[[Any], None]] = []


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks now, and where."""

    engine: Engine
    actor: Actor
    cookies: Cookies


@dataclass(frozen=True, slots=True)
class Call:
    """One member of a root type in one document."""

    reading: Reading
    field: GraphQLField
    nodes: Nodes
    arguments: Mapping[str, Any]

    @property
    def shows_rows(self) -> bool:
        """Whether the answer is rows; else it is only said that it is done."""
        return isinstance(get_named_type(self.field.type), GraphQLObjectType)

    def question(self) -> Query:
        """The question for what is to be shown. Raises InvalidQuery."""
        return self.reading.question(self.field.type, self.nodes, self.arguments) if self.shows_rows else Query()

    def pick(self, value: Any) -> bytes:
        """What is selected of a value, as JSON."""
        return msgspec.json.encode(self.reading.pick(self.field.type, self.nodes, value))


Run = Callable[[Ask], Awaitable[bytes]]
Root = Callable[[Call], Run]
"""Raises InvalidQuery; what it returns raises whatever verbs raise."""


def listed(collection: str) -> Root:
    """Rows; of a singleton, the one."""

    def root(call: Call) -> Run:
        query = call.question()

        async def run(ask: Ask) -> bytes:
            return (await read(ask.engine, ask.actor, collection, query)).data

        return run

    return root


def by_key(collection: str) -> Root:
    """The row of ``id``; of a singleton, the one."""

    def root(call: Call) -> Run:
        query, key = call.question(), call.arguments.get("id")

        async def run(ask: Ask) -> bytes:
            if key is None:
                return (await read(ask.engine, ask.actor, collection, query)).data
            return (await read_one(ask.engine, ask.actor, collection, key, query)).data

        return run

    return root


def aggregated(collection: str) -> Root:
    """Groups, and numbers about their rows."""

    def root(call: Call) -> Run:
        kind: Any = get_named_type(call.field.type)
        asked = {name: nodes for _, name, nodes in call.reading.fields(kind, call.nodes)}
        wanted: dict[str, list[str]] = {"countAll": ["*"]} if "countAll" in asked else {}
        for _, name, nodes in call.reading.fields(kind, call.nodes):
            if name in ROWS:
                below: Any = get_named_type(kind.fields[name].type)
                names = [each for _, each, _ in call.reading.fields(below, nodes) if each != "__typename"]
                wanted[name] = [*wanted.get(name, []), *names]
        groups = call.arguments.get("groupBy") or []
        if not groups and not any(wanted.values()):
            wanted = {"countAll": ["*"]}
        query = parse({**call.arguments, "aggregate": {name: every for name, every in wanted.items() if every}})

        async def run(ask: Ask) -> bytes:
            answer = await read(ask.engine, ask.actor, collection, query)
            rows = msgspec.json.decode(answer.data, type=list[dict[str, Any]])
            return call.pick([{**row, "group": _group(row, wanted) if groups else None} for row in rows])

        return run

    return root


def _group(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in wanted}


def created(collection: str) -> Root:
    """One new row."""

    def root(call: Call) -> Run:
        async def write(ask: Ask) -> Sequence[Any]:
            return await create(ask.engine, ask.actor, collection, call.arguments["data"])

        return _one(collection, call, write)

    return root


def created_many(collection: str) -> Root:
    """New rows."""

    def root(call: Call) -> Run:
        async def write(ask: Ask) -> Sequence[Any]:
            return await create(ask.engine, ask.actor, collection, call.arguments.get("data") or [])

        return _many(collection, call, write)

    return root


def updated(collection: str) -> Root:
    """A change of one row."""

    def root(call: Call) -> Run:
        async def write(ask: Ask) -> Sequence[Any]:
            keys = [call.arguments["id"]]
            return await update(ask.engine, ask.actor, collection, call.arguments["data"], keys=keys)

        return _one(collection, call, write)

    return root


def updated_many(collection: str) -> Root:
    """The same change of several rows."""

    def root(call: Call) -> Run:
        async def write(ask: Ask) -> Sequence[Any]:
            keys = _keys(call.arguments["ids"])
            return await update(ask.engine, ask.actor, collection, call.arguments["data"], keys=keys)

        return _many(collection, call, write)

    return root


def updated_each(collection: str) -> Root:
    """A change of its own for each of several rows."""

    def root(call: Call) -> Run:
        async def write(ask: Ask) -> Sequence[Any]:
            return await update_batch(ask.engine, ask.actor, collection, call.arguments.get("data") or [])

        return _many(collection, call, write)

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


Written = Callable[[Ask], Awaitable[Sequence[Any]]]


def _one(collection: str, call: Call, write: Written) -> Run:
    """Write one row, and show it as far as the writer may see it. Raises Forbidden when there was none."""
    query = call.question()

    async def run(ask: Ask) -> bytes:
        await answerable(ask.engine, ask.actor, collection, query)
        keys = await write(ask)
        if not keys:
            raise Forbidden
        if not call.shows_rows:
            return b"true"
        try:
            return (await read_one(ask.engine, ask.actor, collection, keys[0], query)).data
        except Forbidden:
            return b"null"

    return run


def _many(collection: str, call: Call, write: Written) -> Run:
    """Write rows, and show those that the writer may see."""
    query = call.question()
    if query.limit is None:
        query = replace(query, limit=-1)

    async def run(ask: Ask) -> bytes:
        await answerable(ask.engine, ask.actor, collection, query)
        keys = await write(ask)
        if not call.shows_rows:
            return b"true"
        return (await read_keys(ask.engine, ask.actor, collection, keys, query)).data

    return run


def _keys(keys: Sequence[Any]) -> list[Any]:
    if any(key is None for key in keys):
        raise InvalidPayload('"ids" must be keys')
    return list(keys)

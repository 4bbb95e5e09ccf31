"""The members of the query type about rows: lists, single rows, aggregates, versions. Must not know SQL or sockets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import get_named_type

from rowcast.api.graphql.roots import Ask, Call, Root, Run
from rowcast.engine.read import read, read_one
from rowcast.query.parse import parse

FUNCTIONS = frozenset({"count", "countDistinct", "avg", "avgDistinct", "sum", "sumDistinct", "min", "max"})


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
                answer = await read(ask.engine, ask.actor, collection, query)
            else:
                answer = await read_one(ask.engine, ask.actor, collection, key, query)
            return answer.data if query.version is None else _selected(answer.data)

        return run

    return root


def _selected(row: bytes) -> bytes:
    """A row of a version without what nobody selected."""
    members = msgspec.json.decode(row, type=dict[str, msgspec.Raw])
    members.pop("$meta", None)
    return msgspec.json.encode(members)


def aggregated(collection: str) -> Root:
    """Groups, and numbers about their rows."""

    def root(call: Call) -> Run:
        kind: Any = get_named_type(call.field.type)
        asked = {name: nodes for _, name, nodes in call.reading.fields(kind, call.nodes)}
        wanted: dict[str, list[str]] = {"countAll": ["*"]} if "countAll" in asked else {}
        for _, name, nodes in call.reading.fields(kind, call.nodes):
            if name in FUNCTIONS:
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

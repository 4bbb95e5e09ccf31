"""Read items: one statement for the data, whatever is nested; at most two more for the counts. Must not know who
carries the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.plans import KEY, KEYS, Form, Plan
from rowcast.errors import Forbidden
from rowcast.query.parse import Query
from rowcast.query.tree import Fixed, Inner, Leaf, Many, Node

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int
_encode = msgspec.json.encode
PLAIN = Query()


@dataclass(frozen=True, slots=True)
class Answer:
    """Finished JSON: ``data``, and ``meta`` when counts were asked for."""

    data: bytes
    meta: bytes | None = None


async def read(engine: Engine, actor: Actor, collection: str, query: Query) -> Answer:
    """The items of a collection that the query gives, as a JSON array; of a singleton, its one item as an object.

    Raises Forbidden (no right, or no such collection or field) and InvalidQuery.
    """
    found = engine.schema.get(collection)
    if found is not None and found.singleton and not query.aggregate:  # other programs may have added rows
        query = replace(query, limit=1)
    plan = await plan_of(engine, actor, collection, "list", query)
    if query.version and engine.schema.collections[collection].singleton:
        from rowcast.engine.versions import MAIN, read_singleton_version

        if query.version not in MAIN:
            return await read_singleton_version(engine, actor, collection, query)
    variables = engine.variables_now(actor, plan.variables) or await engine.variables(actor, plan.variables)
    rows = await engine.store.read(plan.data.text, plan.data.args(variables))
    data: bytes = rows[0][0].encode()
    singleton = engine.schema.collections[collection].singleton and not query.aggregate
    if singleton:
        data = data[1:-1] or (_defaults(plan, engine) if query.shape is None else _encode(_blank(plan.select.nodes)))
    return Answer(data, await _meta(engine, plan, variables))


async def read_one(engine: Engine, actor: Actor, collection: str, key: Key, query: Query) -> Answer:
    """The item with that key, as a JSON object. Raises Forbidden when it does not exist or may not be seen."""
    if query.version:
        from rowcast.engine.versions import MAIN, read_version

        if query.version not in MAIN:
            return await read_version(engine, actor, collection, key, query)
    data = await _by_key(engine, actor, collection, "one", key, query)
    if data == b"[]":
        raise Forbidden()
    return Answer(data[1:-1])


async def read_keys(engine: Engine, actor: Actor, collection: str, keys: Sequence[Key], query: Query) -> Answer:
    """The items with those keys that may be seen, as a JSON array."""
    return Answer(await _by_key(engine, actor, collection, "keys", list(keys), query))


async def counts(engine: Engine, actor: Actor, collection: str, query: Query) -> bytes | None:
    """The numbers about the collection that ``query.meta`` asks for, as a JSON object; None if there are none. Raises Forbidden and
    InvalidQuery."""
    if not query.meta:
        return None
    plan = await plan_of(engine, actor, collection, "list", query)
    return await _meta(engine, plan, await engine.variables(actor, plan.variables))


async def answerable(engine: Engine, actor: Actor, collection: str, query: Query) -> None:
    """To be called before a write whose items the query is to show: raises InvalidQuery when it could not. A writer who may not
    read is no fault."""
    if query != PLAIN:
        with suppress(Forbidden):
            await plan_of(engine, actor, collection, "keys", query)


async def _by_key(engine: Engine, actor: Actor, collection: str, form: Form, key: Any, query: Query) -> bytes:
    plan = await plan_of(engine, actor, collection, form, query)
    known = engine.variables_now(actor, plan.variables) or await engine.variables(actor, plan.variables)
    name = KEY if form == "one" else KEYS
    found = await engine.store.read(plan.data.text, plan.data.args(lambda n: key if n == name else known(n)))
    data: bytes = found[0][0].encode()
    return data


async def plan_of(engine: Engine, actor: Actor, collection: str, form: Form, query: Query) -> Plan:
    """How the question is answered, by the rights that hold now. Raises Forbidden and InvalidQuery."""
    rights = engine.rights_now(actor) or await engine.rights(actor)
    s = engine.settings
    return engine.plans.read(
        rights, collection, form, query, (s.query_limit_default, s.query_limit_max, s.max_relational_depth)
    )


async def _meta(engine: Engine, plan: Plan, variables: Callable[[str], Any]) -> bytes | None:
    if plan.total is None and plan.filtered is None:
        return None
    counts: dict[str, int] = {}
    for name, bound in (("total_count", plan.total), ("filter_count", plan.filtered)):
        if bound is not None:
            counts[name] = int((await engine.store.read(bound.text, bound.args(variables)))[0][0])
    return msgspec.json.encode(counts)


def _blank(nodes: Sequence[Node]) -> dict[str, Any]:
    """A singleton that was never written, in the shape that was asked for: what has a default, and null for the rest."""
    return {node.key: _blank_member(node) for node in nodes}


def _blank_member(node: Node) -> Any:
    match node:
        case Fixed(_, text):
            return text
        case Inner(_, nodes):
            return _blank(nodes)
        case Many():
            return []
        case Leaf(_, ref) if ref.function is None and ref.field.column is not None:
            return None if ref.field.column.is_primary_key else ref.field.column.default_value
    return None


def _defaults(plan: Plan, engine: Engine) -> bytes:
    """A singleton that was never written: its key as null and what has a default, as far as it was asked for."""
    fields = engine.schema.collections[plan.select.collection].fields
    asked = [(node.key, fields[node.key].column) for node in plan.select.nodes if node.key in fields]
    values = {key: None if c.is_primary_key else c.default_value for key, c in asked if c is not None}
    keep = {key for key, c in asked if c is not None and (c.is_primary_key or c.default_value is not None)}
    return msgspec.json.encode({key: value for key, value in values.items() if key in keep})

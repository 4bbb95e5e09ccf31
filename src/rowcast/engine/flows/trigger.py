"""Flows that are set off by a request: webhooks, by whoever knows their address, and by hand, for items that one may
read. Must not know how the request came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.flows.flow import Flow
from rowcast.engine.flows.run import run
from rowcast.engine.read import read_keys
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.query.parse import parse

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine


async def trigger(engine: Engine, actor: Actor, key: str, method: str, request: Mapping[str, Any]) -> Any:
    """Run the flow and give what it answers; None at once where it is not to be waited for. ``request``: ``path``,
    ``query``, ``body``, ``headers``. Raises Forbidden for whatever is no flow that may be set off like that, and what its last
    operation was refused with where the flow wants that."""
    flow = await engine.flows.get(key)
    if flow is None:
        raise Forbidden
    if flow.trigger == "webhook":
        if method != flow.options.get("method", "GET"):
            raise Forbidden
    elif flow.trigger == "manual" and method == "POST":
        await _require_items(engine, actor, flow, request.get("body"))
    else:
        raise Forbidden
    told = {**request, "method": method}
    if flow.options.get("async") is True:
        engine.flows.begin(run(engine, flow, actor, told))
        return None
    done = await run(engine, flow, actor, told)
    if done.refusal is not None and flow.options.get("error_on_reject") is True:
        raise done.refusal
    return done.result(flow.options.get("return"))


async def _require_items(engine: Engine, actor: Actor, flow: Flow, body: Any) -> None:
    """Raise Forbidden unless the actor may read the items that the flow is to be run for."""
    if actor.user is None or not isinstance(body, Mapping):
        raise Forbidden
    collection, keys = body.get("collection"), body.get("keys")
    if collection not in flow.names("collections"):
        raise Forbidden
    found = engine.schema.get(str(collection))
    rights = await engine.rights(actor)
    rights.require(str(collection), "read")
    if found is None or found.singleton or (not keys and flow.options.get("requireSelection") is False):
        return
    if not isinstance(keys, list) or not keys:
        raise InvalidPayload('"keys" must be a list of keys')
    answer = await read_keys(engine, actor, found.name, keys, parse({"fields": [found.primary], "limit": -1}))
    seen = {str(row[found.primary]) for row in msgspec.json.decode(answer.data)}
    if not seen >= {str(key) for key in keys}:
        raise Forbidden

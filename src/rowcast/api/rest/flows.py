"""``/flows`` beyond items: setting a flow off. Must not know what flows do."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import JSON, empty
from rowcast.api.rest.request import actor, body, engine, query_parts
from rowcast.engine.flows.trigger import trigger


async def set_off(request: Request) -> Response:
    """``GET`` or ``POST /flows/trigger/:key``; answers with what the flow gives, as it is."""
    told = {
        "path": request.scope["path"],
        "query": query_parts(request.scope["query_string"]),
        "body": await body(request) if request.method == "POST" else {},
        "headers": dict(request.headers),
    }
    result = await trigger(engine(request), actor(request), request.path_params["key"], request.method, told)
    return empty() if result is None else Response(msgspec.json.encode(result), media_type=JSON)


routes = [Route("/flows/trigger/{key}", set_off, methods=["GET", "POST"])]
"""One address for both."""

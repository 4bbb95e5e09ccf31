"""``/versions`` beyond items: saving to a version, comparing it with its item, making it the item. Must not know how."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest import forms
from rowcast.api.rest.answer import data
from rowcast.api.rest.request import actor, engine, object_body
from rowcast.engine.versions import compare, promote, save
from rowcast.errors import InvalidPayload


async def keep(request: Request) -> Response:
    """``POST /versions/:key/save`` with the changed values; answers with all that the version changes."""
    return data(await save(engine(request), actor(request), request.path_params["key"], await object_body(request)))


async def difference(request: Request) -> Response:
    """``GET /versions/:key/compare``."""
    return data(await compare(engine(request), actor(request), request.path_params["key"]))


async def make(request: Request) -> Response:
    """``POST /versions/:key/promote`` with ``{mainHash, fields?}``; answers with the key of the item."""
    given = await object_body(request)
    fields = given.get("fields")
    if fields is not None and not (isinstance(fields, list) and all(isinstance(name, str) for name in fields)):
        raise InvalidPayload('"fields" must be an array of names')
    wanted = forms.required(given, "mainHash")
    return data(await promote(engine(request), actor(request), request.path_params["key"], wanted, fields))


routes = [
    Route("/versions/{key}/save", keep, methods=["POST"]),
    Route("/versions/{key}/compare", difference, methods=["GET"]),
    Route("/versions/{key}/promote", make, methods=["POST"]),
]

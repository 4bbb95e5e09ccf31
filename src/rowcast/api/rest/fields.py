"""The routes of fields. Must not know what a field is made of."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.request import actor, body, engine, key, places
from rowcast.engine.model.fields import create_field, delete_fields, list_fields, read_field, update_fields


async def listed(request: Request) -> Response:
    return data(await list_fields(engine(request), actor(request), places(request).get("collection")))


async def one(request: Request) -> Response:
    place = places(request)
    return data(await read_field(engine(request), actor(request), place["collection"], place["field"]))


async def created(request: Request) -> Response:
    return data(await create_field(engine(request), actor(request), key(request, "collection"), await body(request)))


async def updated(request: Request) -> Response:
    changes = await body(request)
    return data(await update_fields(engine(request), actor(request), key(request, "collection"), changes))


async def updated_one(request: Request) -> Response:
    place, payload = places(request), await body(request)
    if isinstance(payload, dict):
        payload = {**payload, "field": place["field"]}
    return data((await update_fields(engine(request), actor(request), place["collection"], [payload]))[0])


async def deleted(request: Request) -> Response:
    names = await body(request)
    await delete_fields(engine(request), actor(request), key(request, "collection"), names)
    return empty()


async def deleted_one(request: Request) -> Response:
    place = places(request)
    await delete_fields(engine(request), actor(request), place["collection"], [place["field"]])
    return empty()


_COLLECTION, _ONE = "/fields/{collection}", "/fields/{collection}/{field}"
routes = [
    Route("/fields", listed, methods=["GET"]),
    Route(_COLLECTION, listed, methods=["GET"]),
    Route(_COLLECTION, created, methods=["POST"]),
    Route(_COLLECTION, updated, methods=["PATCH"]),
    Route(_COLLECTION, deleted, methods=["DELETE"]),
    Route(_ONE, one, methods=["GET"]),
    Route(_ONE, updated_one, methods=["PATCH"]),
    Route(_ONE, deleted_one, methods=["DELETE"]),
]

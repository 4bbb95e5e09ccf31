"""The routes of collections. Must not know what a collection is made of."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.request import actor, body, engine, key
from rowcast.engine.model.collections import (
    create_collections,
    delete_collections,
    list_collections,
    read_collection,
    update_collections,
)


async def listed(request: Request) -> Response:
    return data(await list_collections(engine(request), actor(request)))


async def one(request: Request) -> Response:
    return data(await read_collection(engine(request), actor(request), key(request, "collection")))


async def created(request: Request) -> Response:
    payload = await body(request)
    found = await create_collections(
        engine(request), actor(request), payload if isinstance(payload, list) else [payload]
    )
    return data(found if isinstance(payload, list) else found[0])


async def updated(request: Request) -> Response:
    payload = await body(request)
    found = await update_collections(
        engine(request), actor(request), payload if isinstance(payload, list) else [payload]
    )
    return data(found if isinstance(payload, list) else found[0])


async def updated_one(request: Request) -> Response:
    payload = await body(request)
    if isinstance(payload, dict):
        payload = {**payload, "collection": key(request, "collection")}
    return data((await update_collections(engine(request), actor(request), [payload]))[0])


async def deleted(request: Request) -> Response:
    await delete_collections(engine(request), actor(request), await body(request))
    return empty()


async def deleted_one(request: Request) -> Response:
    await delete_collections(engine(request), actor(request), [key(request, "collection")])
    return empty()


_ONE = "/collections/{collection}"
routes = [
    Route("/collections", listed, methods=["GET", "SEARCH"]),
    Route("/collections", created, methods=["POST"]),
    Route("/collections", updated, methods=["PATCH"]),
    Route("/collections", deleted, methods=["DELETE"]),
    Route(_ONE, one, methods=["GET"]),
    Route(_ONE, updated_one, methods=["PATCH"]),
    Route(_ONE, deleted_one, methods=["DELETE"]),
]

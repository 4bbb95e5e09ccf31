"""The routes of relations. Must not know what a relation is made of."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.request import actor, body, engine, places
from rowcast.engine.model.relations import (
    create_relation,
    delete_relation,
    list_relations,
    read_relation,
    update_relation,
)


async def listed(request: Request) -> Response:
    return data(await list_relations(engine(request), actor(request), places(request).get("collection")))


async def one(request: Request) -> Response:
    place = places(request)
    return data(await read_relation(engine(request), actor(request), place["collection"], place["field"]))


async def created(request: Request) -> Response:
    return data(await create_relation(engine(request), actor(request), await body(request)))


async def updated_one(request: Request) -> Response:
    place, payload = places(request), await body(request)
    return data(await update_relation(engine(request), actor(request), place["collection"], place["field"], payload))


async def deleted_one(request: Request) -> Response:
    place = places(request)
    await delete_relation(engine(request), actor(request), place["collection"], place["field"])
    return empty()


_ONE = "/relations/{collection}/{field}"
routes = [
    Route("/relations", listed, methods=["GET"]),
    Route("/relations", created, methods=["POST"]),
    Route("/relations/{collection}", listed, methods=["GET"]),
    Route(_ONE, one, methods=["GET"]),
    Route(_ONE, updated_one, methods=["PATCH"]),
    Route(_ONE, deleted_one, methods=["DELETE"]),
]

"""The routes of items: ``/items/:collection`` for the user's collections, ``/<name>`` for system collections. Must not know how items
are read or written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.request import actor, body, engine, query, search_body
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.exporting import export
from rowcast.engine.read import Answer, read, read_keys, read_one
from rowcast.engine.update import update, update_batch, upsert_singleton
from rowcast.errors import Forbidden, InvalidPayload, MethodNotAllowed
from rowcast.query.parse import Query, parse

Handler = Callable[[Request], Awaitable[Response]]
Key = str | int

SYSTEM = (
    "access", "activity", "comments", "dashboards", "files", "flows", "folders", "notifications", "operations", "panels",
    "permissions", "policies", "presets", "revisions", "roles", "settings", "shares", "translations", "users", "versions",
)  # fmt: skip
READ_ONLY = frozenset({"activity", "revisions"})


def collection_of(request: Request) -> str:
    """The collection of ``/items/:collection``. System collections have routes of their own. Raises Forbidden."""
    name: str = request.path_params["collection"]
    if name.startswith("directus_"):
        raise Forbidden()
    return name


def of_system(name: str) -> Callable[[Request], str]:
    """The collection of a system route."""
    return lambda request: "directus_" + name


def item_routes(prefix: str, which: Callable[[Request], str], *, read_only: bool = False) -> list[Route]:
    """The routes of one family: list, search, create, update, delete; by key, by keys, by query and in batches."""

    async def listed(request: Request) -> Response:
        return await _listed(request, which(request), query(request))

    async def search(request: Request) -> Response:
        asked, keys = await search_body(request)
        if keys is not None:
            return data(await read_keys(engine(request), actor(request), which(request), keys, asked))
        return await _listed(request, which(request), asked)

    async def one(request: Request) -> Response:
        return data(await read_one(engine(request), actor(request), which(request), request.path_params["key"], query(request)))

    async def created(request: Request) -> Response:
        return await _create(request, which(request))

    async def updated(request: Request) -> Response:
        return await _update_many(request, which(request))

    async def updated_one(request: Request) -> Response:
        return await _update_one(request, which(request), request.path_params["key"])

    async def deleted(request: Request) -> Response:
        return await _delete_many(request, which(request))

    async def deleted_one(request: Request) -> Response:
        await delete(engine(request), actor(request), which(request), keys=[request.path_params["key"]])
        return empty()

    one_path = prefix + "/{key}"
    routes = [Route(prefix, listed, methods=["GET"]), Route(prefix, search, methods=["SEARCH"]), Route(one_path, one, methods=["GET"])]
    if read_only:
        return routes
    return [
        *routes,
        Route(prefix, created, methods=["POST"]),
        Route(prefix, updated, methods=["PATCH"]),
        Route(prefix, deleted, methods=["DELETE"]),
        Route(one_path, updated_one, methods=["PATCH"]),
        Route(one_path, deleted_one, methods=["DELETE"]),
    ]


async def _listed(request: Request, collection: str, asked: Query) -> Response:
    if asked.export:
        return await _exported(request, collection, asked)
    return data(await read(engine(request), actor(request), collection, asked))


async def _exported(request: Request, collection: str, asked: Query) -> Response:
    assert asked.export is not None
    text, media_type, name = await export(engine(request), actor(request), collection, asked)
    return Response(text, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def _create(request: Request, collection: str) -> Response:
    payload = await body(request)
    asked = query(request)
    if _is_singleton(request, collection):
        raise MethodNotAllowed(allowed=["GET", "PATCH", "SEARCH"], current="POST")
    if not isinstance(payload, dict | list):
        raise InvalidPayload("The body has to be an object or an array")
    keys = await create(engine(request), actor(request), collection, payload)
    return await answer_written(request, collection, keys, asked, one=isinstance(payload, dict))


async def _update_many(request: Request, collection: str) -> Response:
    payload = await body(request)
    asked = query(request)
    if _is_singleton(request, collection):
        return await _update_singleton(request, collection, payload, asked)
    if isinstance(payload, list):
        keys: Sequence[Key] = await update_batch(engine(request), actor(request), collection, payload)
    else:
        keys = await _update_by(request, collection, payload)
    return await answer_written(request, collection, keys, asked)


async def _update_by(request: Request, collection: str, payload: Any) -> Sequence[Key]:
    if not isinstance(payload, dict) or not isinstance(payload.get("data"), dict):
        raise InvalidPayload('The body has to be an array, or an object with "data" and "keys" or "query"')
    if isinstance(payload.get("keys"), list):
        return await update(engine(request), actor(request), collection, payload["data"], keys=payload["keys"])
    if isinstance(payload.get("query"), dict):
        return await update(engine(request), actor(request), collection, payload["data"], query=parse(payload["query"]))
    raise InvalidPayload('Either "keys" or "query" is required')


async def _update_singleton(request: Request, collection: str, payload: Any, asked: Query) -> Response:
    if not isinstance(payload, dict):
        raise InvalidPayload("The body has to be an object")
    await upsert_singleton(engine(request), actor(request), collection, payload)
    return await _unless_hidden(lambda: read(engine(request), actor(request), collection, asked))


async def _update_one(request: Request, collection: str, key: Key) -> Response:
    payload = await body(request)
    if not isinstance(payload, dict):
        raise InvalidPayload("The body has to be an object")
    keys = await update(engine(request), actor(request), collection, payload, keys=[key])
    return await answer_written(request, collection, keys, query(request), one=True)


async def _delete_many(request: Request, collection: str) -> Response:
    payload = await body(request)
    if isinstance(payload, list):
        await delete(engine(request), actor(request), collection, keys=payload)
    elif isinstance(payload, dict) and isinstance(payload.get("keys"), list):
        await delete(engine(request), actor(request), collection, keys=payload["keys"])
    elif isinstance(payload, dict) and isinstance(payload.get("query"), dict):
        await delete(engine(request), actor(request), collection, query=parse(payload["query"]))
    else:
        raise InvalidPayload('The body has to be an array of keys, or an object with "keys" or "query"')
    return empty()


async def answer_written(request: Request, collection: str, keys: Sequence[Key], asked: Query, *, one: bool = False) -> Response:
    """The written items as the writer may read them; 204 when there is no right to read them."""
    if one:
        return await _unless_hidden(lambda: read_one(engine(request), actor(request), collection, keys[0], asked))
    return await _unless_hidden(lambda: read_keys(engine(request), actor(request), collection, keys, asked))


async def _unless_hidden(reading: Callable[[], Awaitable[Answer]]) -> Response:
    try:
        return data(await reading())
    except Forbidden:
        return empty()


def _is_singleton(request: Request, collection: str) -> bool:
    found = engine(request).schema.get(collection)
    return found is not None and found.singleton


routes: list[Route] = item_routes("/items/{collection}", collection_of)
for _name in SYSTEM:
    routes += item_routes("/" + _name, of_system(_name), read_only=_name in READ_ONLY)

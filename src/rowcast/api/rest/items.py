"""The routes of items: ``/items/:collection`` for the user's collections, ``/<name>`` for system collections. Must not know
how items are read or written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data, disposition, empty
from rowcast.api.rest.request import actor, body, engine, key, query, search_body
from rowcast.api.rest.stream import stream, wants_stream
from rowcast.engine.builtin import listed
from rowcast.engine.create import create, create_item
from rowcast.engine.delete import delete
from rowcast.engine.read import Answer, answerable, read, read_keys, read_one
from rowcast.engine.telling.subscribe import subscribe, wish
from rowcast.engine.transfer.exporting import export
from rowcast.engine.update import update, update_batch, update_item, upsert_singleton
from rowcast.engine.written import Written, read_written
from rowcast.errors import Forbidden, InvalidPayload, InvalidQuery, RouteNotFound
from rowcast.query.parse import Query, parse

Key = str | int

SYSTEM = (
    "access", "activity", "comments", "dashboards", "files", "flows", "folders", "notifications", "operations", "panels",
    "permissions", "policies", "presets", "revisions", "roles", "settings", "shares", "translations", "users", "versions",
)  # fmt: skip
READ_ONLY = frozenset({"activity", "revisions"})
SINGLE = frozenset({"settings"})
"""Of one item, which is neither added to nor removed."""


def collection_of(request: Request) -> str:
    """The collection of ``/items/:collection``. System collections have routes of their own. Raises Forbidden."""
    name: str = key(request, "collection")
    if name.startswith("directus_"):
        raise Forbidden()
    return name


def of_system(name: str) -> Callable[[Request], str]:
    """The collection of a system route."""
    return lambda request: "directus_" + name


class Door:
    """The handlers of one family; ``which`` tells the collection of a request."""

    def __init__(self, which: Callable[[Request], str]) -> None:
        self._which = which

    async def list(self, request: Request) -> Response:
        """GET many; or what happens to them, as an event stream."""
        if wants_stream(request):
            return await _streamed(request, self._which(request), None)
        return await _listed(request, self._which(request), query(request))

    async def search(self, request: Request) -> Response:
        """SEARCH: GET with the query, and perhaps keys, in the body."""
        asked, keys = await search_body(request)
        if keys is not None:
            return data(await read_keys(engine(request), actor(request), self._which(request), keys, asked))
        return await _listed(request, self._which(request), asked)

    async def read(self, request: Request) -> Response:
        """GET one; or what happens to it, as an event stream."""
        if wants_stream(request):
            return await _streamed(request, self._which(request), key(request))
        return data(await read_one(engine(request), actor(request), self._which(request), key(request), query(request)))

    async def create(self, request: Request) -> Response:
        """POST one or many."""
        return await _create(request, self._which(request))

    async def update_many(self, request: Request) -> Response:
        """PATCH by keys, by query, in a batch, or a singleton."""
        return await _update_many(request, self._which(request))

    async def update(self, request: Request) -> Response:
        """PATCH one."""
        return await _update_one(request, self._which(request), key(request))

    async def delete_many(self, request: Request) -> Response:
        """DELETE by keys or by query."""
        return await _delete_many(request, self._which(request))

    async def delete(self, request: Request) -> Response:
        """DELETE one."""
        await delete(engine(request), actor(request), self._which(request), keys=[key(request)])
        return empty()


def item_routes(prefix: str, which: Callable[[Request], str], *, read_only: bool = False) -> list[Route]:
    """The routes of one family: list, search, create, update, delete; by key, by keys, by query and in batches."""
    door, one = Door(which), prefix + "/{key}"
    reading = [
        Route(prefix, door.list, methods=["GET"]),
        Route(prefix, door.search, methods=["SEARCH"]),
        Route(one, door.read),
    ]
    if read_only:
        return reading
    return [
        *reading,
        Route(prefix, door.create, methods=["POST"]),
        Route(prefix, door.update_many, methods=["PATCH"]),
        Route(prefix, door.delete_many, methods=["DELETE"]),
        Route(one, door.update, methods=["PATCH"]),
        Route(one, door.delete, methods=["DELETE"]),
    ]


async def _listed(request: Request, collection: str, asked: Query) -> Response:
    if asked.export:
        return await _exported(request, collection, asked)
    return data(await listed(engine(request), actor(request), collection, asked))


async def _streamed(request: Request, collection: str, item: str | None) -> Response:
    kind = request.query_params.get("event")
    if kind not in (None, "create", "update", "delete"):
        raise InvalidQuery('"event" has to be create, update or delete')
    exact, since = request.query_params.get("live"), request.headers.get("last-event-id") or None
    if exact not in (None, "set"):
        raise InvalidQuery('"live" has to be set')
    wanted = wish(collection, query(request), kind, item, exact=exact == "set", resume=True, since=since)
    return await stream(request, lambda opened: subscribe(engine(request), opened.listener, wanted, b""))


async def _exported(request: Request, collection: str, asked: Query) -> Response:
    assert asked.export is not None
    text, media_type, name = await export(engine(request), actor(request), collection, asked)
    return Response(text, media_type=media_type, headers={"Content-Disposition": disposition("attachment", name)})


async def _create(request: Request, collection: str) -> Response:
    payload = await body(request)
    asked = query(request)
    _refuse_singleton(request, collection)
    if not isinstance(payload, dict | list):
        raise InvalidPayload("The body has to be an object or an array")
    await answerable(engine(request), actor(request), collection, asked)
    if isinstance(payload, dict):
        item = await create_item(engine(request), actor(request), collection, payload)
        return await answer_written_one(request, collection, item, asked)
    keys = await create(engine(request), actor(request), collection, payload)
    return await answer_written(request, collection, keys, asked)


async def _update_many(request: Request, collection: str) -> Response:
    payload = await body(request)
    asked = query(request)
    await answerable(engine(request), actor(request), collection, asked)
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


async def _update_one(request: Request, collection: str, of: Key) -> Response:
    payload = await body(request)
    _refuse_singleton(request, collection)
    if not isinstance(payload, dict):
        raise InvalidPayload("The body has to be an object")
    asked = query(request)
    await answerable(engine(request), actor(request), collection, asked)
    item = await update_item(engine(request), actor(request), collection, of, payload)
    return await answer_written_one(request, collection, item, asked)


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


async def answer_written_one(request: Request, collection: str, item: Written | None, asked: Query) -> Response:
    """The written item as the writer may read it; 204 when there is no right to read it. Raises Forbidden when there was none to
    write."""
    if item is None:
        raise Forbidden()
    return await _unless_hidden(lambda: read_written(engine(request), actor(request), collection, item, asked))


async def answer_written(request: Request, collection: str, keys: Sequence[Key], asked: Query) -> Response:
    """The written items as the writer may read them; 204 when there is no right to read them."""
    return await _unless_hidden(lambda: read_keys(engine(request), actor(request), collection, keys, asked))


async def _unless_hidden(reading: Callable[[], Awaitable[Answer]]) -> Response:
    try:
        return data(await reading())
    except Forbidden:
        return empty()


def _refuse_singleton(request: Request, collection: str) -> None:
    """A singleton is one item without a key: it is neither added to nor addressed by key. Raises RouteNotFound."""
    if _is_singleton(request, collection):
        path = request.scope["path"]
        raise RouteNotFound(f"Route {path} doesn't exist.", path=path)


def _is_singleton(request: Request, collection: str) -> bool:
    found = engine(request).schema.get(collection)
    return found is not None and found.singleton


def single_routes(prefix: str, which: Callable[[Request], str]) -> list[Route]:
    """The routes of a family of one item: it is read and changed."""
    door = Door(which)
    return [
        Route(prefix, door.list, methods=["GET"]),
        Route(prefix, door.search, methods=["SEARCH"]),
        Route(prefix, door.update_many, methods=["PATCH"]),
    ]


routes: list[Route] = item_routes("/items/{collection}", collection_of)
for _name in SYSTEM:
    if _name in SINGLE:
        routes += single_routes("/" + _name, of_system(_name))
    else:
        routes += item_routes("/" + _name, of_system(_name), read_only=_name in READ_ONLY)

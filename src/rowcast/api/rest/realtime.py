"""The routes under ``/realtime``: who is connected, what is looked at, what is committed. For administrators. Must not know how it
is found out."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.request import actor, engine, query
from rowcast.api.rest.stream import MEDIA_TYPE, Stream, stream, text_of
from rowcast.engine import inspect
from rowcast.engine.commits import place_of

USUAL = 100


async def connections(request: Request) -> Response:
    """``GET /realtime/connections``, with ``limit``, ``offset`` and ``sort=-outbox``."""
    most, skip = _part(request)
    slowest = query(request).sort == ("-outbox",)
    found, total = inspect.connections(engine(request), actor(request), most=most, skip=skip, slowest=slowest)
    return data(found, _count(total))


async def disconnect(request: Request) -> Response:
    """``DELETE /realtime/connections/:id``."""
    inspect.disconnect(engine(request), actor(request), request.path_params["number"])
    return empty()


async def views(request: Request) -> Response:
    """``GET /realtime/views``, with ``limit`` and ``offset``."""
    most, skip = _part(request)
    found, total = inspect.views(engine(request), actor(request), most=most, skip=skip)
    return data(found, _count(total))


async def figures(request: Request) -> Response:
    """``GET /realtime/figures``: what was counted since the server began."""
    return data(engine(request).figures.read(actor(request)))


async def commits(request: Request) -> Response:
    """``GET /realtime/commits``: an event stream of commits, of one ``collection`` or all; ``Last-Event-ID`` goes on from there."""
    inspect.require_admin(actor(request))
    if request.method == "HEAD":
        return Response(media_type=MEDIA_TYPE)
    collection = request.query_params.get("collection")
    since = place_of(request.headers.get("last-event-id", ""))

    async def begin(opened: Stream) -> None:
        def take(position: str, text: bytes) -> None:
            opened.put(text_of("commit", text, position))

        await engine(request).commits.watch(opened.listener, take, collection, since)

    return await stream(request, begin)


def _part(request: Request) -> tuple[int | None, int]:
    asked = query(request)
    limit = USUAL if asked.limit is None else asked.limit
    return (None if limit < 0 else limit), asked.offset or 0


def _count(total: int) -> bytes:
    return msgspec.json.encode({"total_count": total})


routes = [
    Route("/realtime/connections", connections, methods=["GET"]),
    Route("/realtime/connections/{number}", disconnect, methods=["DELETE"]),
    Route("/realtime/views", views, methods=["GET"]),
    Route("/realtime/figures", figures, methods=["GET"]),
    Route("/realtime/commits", commits, methods=["GET"]),
]

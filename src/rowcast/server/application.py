"""The ASGI application of one engine: the doors behind the limits. Must not know who listens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from rowcast.api.rest.answer import failure
from rowcast.api.rest.app import Rest
from rowcast.engine.engine import Engine
from rowcast.errors import UpgradeRequired
from rowcast.server.cors import CorsHeaders
from rowcast.server.limits import RateLimiter
from rowcast.server.realtime import AsgiSockets, Hub
from rowcast.server.realtime.gate import doors_of
from rowcast.server.studio import FOLDER, Studio


def application(engine: Engine, hub: Hub | None = None, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
    """Everything that is asked over HTTP and, where the server in front speaks ASGI, over WebSockets. ``hub``: the sockets that
    are counted together; without one, they have one of their own. ``routes``: those of extensions, tried
    after all others."""
    settings = engine.settings
    hub = Hub(engine) if hub is None else hub  # an empty one is false
    if settings.metrics.enabled:
        from rowcast.server.metrics import Counted, Metrics

        metrics = Metrics(engine)
        routes = [*routes, metrics.route]
    doors = [door for door in doors_of(settings.websockets) if door.kind != "graphql"]  # there are pages at that one
    routes = [*routes, *(Route(door.path, _told_of_the_socket) for door in doors)]
    app: ASGIApp = Rest(engine, routes)
    if settings.rate_limiter.enabled:
        app = RateLimiter(app, settings, settings.rate_limiter)
    if settings.rate_limiter_global.enabled:
        app = RateLimiter(app, settings, settings.rate_limiter_global, together=True)
    if settings.metrics.enabled:
        app = Counted(app, metrics.requests)
    app = Studio(app, Path(settings.studio_dir or FOLDER))  # outside the limits: one page is many files
    if settings.cors.enabled:
        app = CorsHeaders(app, settings.cors)
    return _by_kind(app, AsgiSockets(hub))


async def _told_of_the_socket(request: Request) -> Response:
    """Whoever asks for a page where the socket is."""
    path = request.scope.get("rowcast.root", "") + request.url.path
    place = request.url.replace(scheme="wss" if request.url.is_secure else "ws", path=path, query="")
    error = UpgradeRequired(f"This is the WebSocket: connect with {place}.")
    return failure(error, {"Upgrade": "websocket", "Connection": "Upgrade"})


def _by_kind(http: ASGIApp, sockets: ASGIApp) -> ASGIApp:
    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        await (sockets if scope["type"] == "websocket" else http)(scope, receive, send)

    return both

"""The REST application: finds out who asks, finds the route, and turns whatever goes wrong into the error envelope. Must not know
any route in particular beyond the list of families."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from rowcast.api.rest.answer import failure, internal_failure
from rowcast.api.rest.client import client_of
from rowcast.api.rest.grants import drop_cookie
from rowcast.api.rest.request import slashes_kept
from rowcast.api.rest.token import cookie, find_token, header
from rowcast.engine.account.identify import identify
from rowcast.engine.engine import Engine
from rowcast.errors import RouteNotFound, RowcastError

FAMILIES = (
    "auth",
    "users",
    "roles",
    "policies",
    "permissions",
    "access",
    "shares",
    "collections",
    "fields",
    "relations",
    "schema",
    "utils",
    "server",
    "specs",
    "realtime",
    "graphql",
    "files",
    "assets",
    "versions",
    "flows",
    "items",
)
"""The modules of routes. The first that has a route for a path and method answers, so the particular stand before the general."""

log = structlog.get_logger("rowcast.api")


class Rest:
    """An ASGI application that serves the REST API of one engine. ``routes``: further routes, tried after all others."""

    def __init__(self, engine: Engine, routes: Sequence[BaseRoute] = ()) -> None:
        self._engine = engine
        families = (importlib.import_module(f"rowcast.api.rest.{name}") for name in FAMILIES)
        self._others = Router(routes, default=self._no_route, redirect_slashes=False)
        self._routers = by_first_segment([route for family in families for route in family.routes], self._others)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = slashes_kept(scope)
        scope["app"] = self  # makes the router raise 405 instead of answering it
        scope["rowcast.engine"] = self._engine
        answer = await self._answer(scope, receive, send)
        if answer is not None:
            await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        try:
            ip, user_agent, origin = client_of(scope, self._engine.settings)
            token = self._token(scope)
            scope["rowcast.actor"] = await identify(self._engine, token, ip=ip, user_agent=user_agent, origin=origin)
            await self._route(scope)(scope, receive, send)
        except RowcastError as error:
            if error.status >= 500:
                log.error("request failed", path=scope["path"], code=error.code, message=error.message)
            return self._refusal(scope, error)
        except HTTPException as error:
            return _from_http(error, scope)
        except Exception:
            log.exception("request failed", path=scope["path"])
            return internal_failure()
        return None

    def _token(self, scope: Scope) -> str | None:
        """The token of the request. Who signs in or renews a session is nobody yet: an old token must not stand in the way."""
        if family_of(scope) == "auth":
            return None
        return find_token(scope["headers"], scope["query_string"], self._engine.settings.session_cookie.name)

    def _refusal(self, scope: Scope, error: RowcastError) -> Response:
        """The envelope of an error. A session cookie that says nothing any more is taken back with it."""
        response, session = failure(error), self._engine.settings.session_cookie
        if "rowcast.actor" not in scope and cookie(header(scope["headers"], b"cookie"), session.name):
            drop_cookie(response, session)
        return response

    def _route(self, scope: Scope) -> ASGIApp:
        return self._routers.get(family_of(scope), self._others)

    async def _no_route(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A slash at the end means nothing, unless somebody has made a route of it."""
        bare = scope["path"].rstrip("/")
        if bare == scope["path"]:
            raise RouteNotFound(f"Route {bare} doesn't exist.", path=bare)
        scope = {**scope, "path": bare}
        await self._route(scope)(scope, receive, send)


def by_first_segment(routes: Sequence[BaseRoute], others: ASGIApp) -> dict[str, Router]:
    """The routes grouped by the first segment of their path, so that a request tries only its own family's, then ``others``."""
    groups: dict[str, list[BaseRoute]] = {}
    for route in routes:
        assert isinstance(route, Route)
        groups.setdefault(first_segment(route.path), []).append(route)
    return {name: Router(group, default=others, redirect_slashes=False) for name, group in groups.items()}


def family_of(scope: Scope) -> str:
    """The first segment of the path below the place where the application is mounted."""
    return first_segment(scope["path"].removeprefix(scope.get("root_path", "")))


def first_segment(path: str) -> str:
    """``/items/messages`` → ``items``."""
    return path.split("/", 2)[1] if path.startswith("/") else ""


def _from_http(_error: HTTPException, scope: Scope) -> Response:
    """As on the wire of the reference, a path that exists for other methods is no route for this one."""
    return failure(RouteNotFound(f"Route {scope['path']} doesn't exist.", path=scope["path"]))


__all__ = ["Request", "Rest", "by_first_segment", "family_of", "first_segment"]

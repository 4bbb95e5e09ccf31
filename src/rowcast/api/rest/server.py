"""The routes under ``/server``: is it there, what is it, is it well. Must not know what the listener does."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest import forms
from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.request import actor, engine, object_body
from rowcast.auth import Actor
from rowcast.auth.actor import SYSTEM
from rowcast.engine.account.setup import FirstAdmin, has_admin, set_up
from rowcast.engine.engine import Engine
from rowcast.engine.read import read
from rowcast.engine.settings import RateLimit, Settings, Sockets
from rowcast.errors import Forbidden
from rowcast.protocol.logs import allowed
from rowcast.query.parse import parse
from rowcast.version import __version__

PROJECT = (
    "project_name",
    "project_descriptor",
    "project_logo",
    "project_color",
    "default_appearance",
    "default_theme_light",
    "default_theme_dark",
    "theme_light_overrides",
    "theme_dark_overrides",
    "default_language",
    "public_foreground",
    "public_background",
    "public_favicon",
    "public_note",
    "custom_css",
    "public_registration",
    "public_registration_verify_email",
)
"""What everybody may know of the settings: what a sign-in page needs."""


async def ping(request: Request) -> Response:
    """The server is there."""
    return Response("pong", media_type="text/html")


async def info(request: Request) -> Response:
    """What the server is."""
    return data(await described(engine(request), actor(request)))


async def described(serving: Engine, asking: Actor) -> dict[str, Any]:
    """What the server is: for everybody the project and whether there is an administrator, for users the limits and doors, for
    administrators the version."""
    known: dict[str, Any] = {"project": await _project(serving), "setupCompleted": await has_admin(serving)}
    settings = serving.settings
    if asking.user is not None:
        known |= _limits(settings) | {"websocket": _doors(settings.websockets, asking)}
    if asking.admin:
        known["version"] = __version__
    return known


async def setup(request: Request) -> Response:
    """The first administrator, by who holds the code that the server told at its start."""
    given = await object_body(request)
    first = FirstAdmin(
        forms.email(given),
        forms.required(given, "password"),
        forms.optional(given, "first_name"),
        forms.optional(given, "last_name"),
        forms.optional(given, "project_name"),
    )
    await set_up(engine(request), actor(request), forms.required(given, "code"), first)
    return empty()


async def health(request: Request) -> Response:
    """Whether the database answers, and keeps what is written. Not for everybody: it costs work. Raises Forbidden."""
    asking = actor(request)
    if asking.user is None:
        raise Forbidden()
    await _project(engine(request))
    writes = "ok" if engine(request).store.in_place else "error"
    told: dict[str, Any] = {"status": writes}
    if asking.admin:
        checks = {"database:read": "ok", "database:write": writes}
        found = {name: [{"status": status, "componentType": "datastore"}] for name, status in checks.items()}
        told |= {"releaseId": __version__, "checks": found}
    return Response(msgspec.json.encode(told), 200 if writes == "ok" else 503, media_type="application/health+json")


async def _project(serving: Engine) -> dict[str, Any]:
    answer = await read(serving, SYSTEM, "directus_settings", parse({"fields": list(PROJECT)}))
    return msgspec.json.decode(answer.data, type=dict[str, Any])


def _limits(settings: Settings) -> dict[str, Any]:
    maximum = -1 if settings.query_limit_max is None else settings.query_limit_max
    return {
        "rateLimit": _rate(settings.rate_limiter),
        "rateLimitGlobal": _rate(settings.rate_limiter_global),
        "queryLimit": {"default": settings.query_limit_default, "max": maximum},
    }


def _rate(limit: RateLimit) -> Any:
    return {"points": limit.points, "duration": limit.duration} if limit.enabled else False


def _doors(sockets: Sockets, asking: Actor) -> Any:
    """Where and how to open a WebSocket. Only doors that are really there are told."""
    if not sockets.enabled:
        return False
    rest = {"authentication": sockets.rest_auth, "path": sockets.rest_path} if sockets.rest_enabled else False
    graphql = (
        {"authentication": sockets.graphql_auth, "path": sockets.graphql_path} if sockets.graphql_enabled else False
    )
    heartbeat = sockets.heartbeat_period if sockets.heartbeat_enabled and sockets.rest_enabled else False
    logs = {"allowedLogLevels": allowed(sockets.logs_level)} if sockets.logs_enabled and asking.admin else False
    return {
        "rest": rest,
        "graphql": graphql,
        "heartbeat": _whole(heartbeat),
        "collaborativeEditing": False,
        "logs": logs,
    }


def _whole(number: float | bool) -> Any:
    return int(number) if not isinstance(number, bool) and number == int(number) else number


routes = [
    Route("/server/ping", ping, methods=["GET"]),
    Route("/server/info", info, methods=["GET"]),
    Route("/server/setup", setup, methods=["POST"]),
    Route("/server/health", health, methods=["GET"]),
]

"""``/permissions/me``: what the one who asks may do; ``/permissions/explain``: why somebody may or may not. Must not know rules."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data
from rowcast.api.rest.request import actor, engine
from rowcast.engine.explain import Question, explain
from rowcast.engine.permissions import of_item, summary
from rowcast.errors import Forbidden, InvalidQuery


async def mine(request: Request) -> Response:
    """By collection and action."""
    return data(await summary(engine(request), actor(request)))


async def mine_of_item(request: Request) -> Response:
    """Of one item, or of a singleton."""
    at = request.path_params
    return data(await of_item(engine(request), actor(request), at["collection"], at.get("key")))


async def explained(request: Request) -> Response:
    """``?user=&collection=&action=&key=&fields=&ip=``, for administrators."""
    if not actor(request).admin:
        raise Forbidden()
    asked = request.query_params
    for name in ("collection", "action"):
        if not asked.get(name):
            raise InvalidQuery(f'"{name}" is required')
    fields = tuple(name for name in asked.get("fields", "").split(",") if name)
    key, ip = asked.get("key") or None, asked.get("ip") or None
    return data(
        await explain(
            engine(request), Question(asked.get("user"), asked["collection"], asked["action"], key, fields, ip)
        )
    )


routes = [
    Route("/permissions/explain", explained, methods=["GET"]),
    Route("/permissions/me", mine, methods=["GET"]),
    Route("/permissions/me/{collection}", mine_of_item, methods=["GET"]),
    Route("/permissions/me/{collection}/{key}", mine_of_item, methods=["GET"]),
]

"""``/permissions/me``: what the one who asks may do."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data
from rowcast.api.rest.request import actor, engine
from rowcast.engine.permissions import of_item, summary


async def mine(request: Request) -> Response:
    """By collection and action."""
    return data(await summary(engine(request), actor(request)))


async def mine_of_item(request: Request) -> Response:
    """Of one item, or of a singleton."""
    at = request.path_params
    return data(await of_item(engine(request), actor(request), at["collection"], at.get("key")))


routes = [
    Route("/permissions/me", mine, methods=["GET"]),
    Route("/permissions/me/{collection}", mine_of_item, methods=["GET"]),
    Route("/permissions/me/{collection}/{key}", mine_of_item, methods=["GET"]),
]

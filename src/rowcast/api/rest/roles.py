"""``/roles/me``: the roles of the one who asks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data
from rowcast.api.rest.request import actor, engine, query
from rowcast.engine.read import read_keys
from rowcast.errors import Forbidden

ROLES = "directus_roles"


async def mine(request: Request) -> Response:
    """Own role and parent roles; nothing but their ids where reading them is not allowed. Raises Forbidden for the
    public."""
    who = actor(request)
    if who.user is None and who.share is None:
        raise Forbidden
    try:
        return data(await read_keys(engine(request), who, ROLES, who.roles, query(request)))
    except Forbidden:
        return data([{"id": role} for role in who.roles])


routes = [Route("/roles/me", mine, methods=["GET"])]

"""``/server/specs``: the API described for programs, as far as the one who asks may use it. Must not know what it says."""

from __future__ import annotations

import importlib

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest import app
from rowcast.api.rest.answer import JSON
from rowcast.api.rest.oas import document
from rowcast.api.rest.request import actor, engine
from rowcast.engine.account.letters import project_name
from rowcast.engine.permissions import granted


async def openapi(request: Request) -> Response:
    """The API as an OpenAPI document, with what the one who asks may use."""
    serving, asking = engine(request), actor(request)
    server = serving.settings.public_url.rstrip("/") or request.scope.get("rowcast.root") or "/"
    found = document(
        serving.schema,
        await granted(serving, asking),
        all_routes(),
        admin=asking.admin,
        user=asking.user is not None,
        about={
            "title": await project_name(serving),
            "description": "Items, users, data model: over REST.",
            "server": server,
        },
    )
    return Response(msgspec.json.encode(found), media_type=JSON)


def all_routes() -> list[Route]:
    """Every route of the API, in the order in which they are tried."""
    families = (importlib.import_module(f"rowcast.api.rest.{name}") for name in app.FAMILIES)
    return [route for family in families for route in family.routes]


routes = [Route("/server/specs/oas", openapi, methods=["GET"])]
"""GraphQL's is served beside GraphQL."""

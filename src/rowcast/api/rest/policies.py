"""``/policies/me/globals``: what the policies of the one who asks say beyond single collections."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data
from rowcast.api.rest.request import actor, engine
from rowcast.auth import Actor
from rowcast.engine.engine import Engine


async def globals_of_me(request: Request) -> Response:
    """The flags of all policies in force; of the public only that it may not use the Studio."""
    return data(await globals_of(engine(request), actor(request)))


async def globals_of(serving: Engine, who: Actor) -> dict[str, bool]:
    """The flags of all policies in force for somebody."""
    if who.user is None:
        return {"app_access": False}
    standing = await serving.identities.user(who.user)
    policies = standing.policies_at(who.ip) if standing else ()
    admin = any(policy.admin for policy in policies)
    return {
        "app_access": admin or any(policy.app for policy in policies),
        "admin_access": admin,
        "enforce_tfa": any(policy.enforce_tfa for policy in policies),
    }


routes = [Route("/policies/me/globals", globals_of_me, methods=["GET"])]

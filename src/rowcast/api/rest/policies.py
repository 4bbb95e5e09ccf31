"""``/policies/me/globals``: what the policies of the one who asks say beyond single collections."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data
from rowcast.api.rest.request import actor, engine


async def globals_of_me(request: Request) -> Response:
    """The flags of all policies in force; of the public only that it may not use the Studio."""
    who = actor(request)
    if who.user is None:
        return data({"app_access": False})
    standing = await engine(request).identities.user(who.user)
    policies = standing.policies_at(who.ip) if standing else ()
    admin = any(policy.admin for policy in policies)
    flags = {
        "app_access": admin or any(policy.app for policy in policies),
        "admin_access": admin,
        "enforce_tfa": any(policy.enforce_tfa for policy in policies),
    }
    return data(flags)


routes = [Route("/policies/me/globals", globals_of_me, methods=["GET"])]

"""``/shares`` beyond items: entering by a link, what the link tells, mailing it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest import forms
from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.grants import MODES, granted
from rowcast.api.rest.request import actor, engine, object_body
from rowcast.engine.account.shares import enter, invite_to_share, share_info


async def sign_in(request: Request) -> Response:
    """A session for a share."""
    given = await object_body(request)
    mode = forms.choice(given, "mode", MODES) or "json"
    share, password = forms.required(given, "share"), forms.optional(given, "password")
    return granted(request, await enter(engine(request), actor(request), share, password, mode), mode)


async def info(request: Request) -> Response:
    """What everybody who has the link may know."""
    return data(await share_info(engine(request), request.path_params["key"]))


async def invite(request: Request) -> Response:
    """The link by mail."""
    given = await object_body(request)
    await invite_to_share(
        engine(request), actor(request), forms.required(given, "share"), forms.emails(given, "emails")
    )
    return empty()


routes = [
    Route("/shares/auth", sign_in, methods=["POST"]),
    Route("/shares/info/{key}", info, methods=["GET"]),
    Route("/shares/invite", invite, methods=["POST"]),
]

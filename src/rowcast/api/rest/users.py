"""``/users`` beyond items: oneself, invitations, registration, the second factor. Must not know how any of it is
decided."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from rowcast.api.rest import forms
from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.items import answer_written_one
from rowcast.api.rest.request import actor, engine, object_body, query
from rowcast.engine.account import tfa
from rowcast.engine.account.invite import accept, invite
from rowcast.engine.account.register import Applicant, register, verify_registration
from rowcast.engine.account.track import track_page
from rowcast.engine.read import read_one
from rowcast.engine.update import update_item
from rowcast.errors import Forbidden, InvalidCredentials, InvalidPayload

USERS = "directus_users"


async def me(request: Request) -> Response:
    """The user who asks; nothing but the id where reading it is not allowed; of a share, its id."""
    who = actor(request)
    if who.share is not None and who.user is None:
        return data({"share": who.share})
    key = _user(request)
    try:
        return data(await read_one(engine(request), who, USERS, key, query(request)))
    except Forbidden:
        return data({"id": key})


async def update_me(request: Request) -> Response:
    """A change of one's own row, by one's own rights."""
    item = await update_item(engine(request), actor(request), USERS, _user(request), await object_body(request))
    return await answer_written_one(request, USERS, item, query(request))


async def track(request: Request) -> Response:
    """The page of the Studio that the user was on last."""
    user = _user(request)
    await track_page(engine(request), user, forms.required(await object_body(request), "last_page"))
    return empty()


async def invite_users(request: Request) -> Response:
    """Invitations by mail."""
    given = await object_body(request)
    addresses, role, url = (
        forms.emails(given, "email"),
        forms.required(given, "role"),
        forms.optional(given, "invite_url"),
    )
    await invite(engine(request), actor(request), addresses, role, url)
    return empty()


async def accept_invite(request: Request) -> Response:
    """A password for an invited user."""
    given = await object_body(request)
    token, password = forms.required(given, "token"), forms.required(given, "password")
    await accept(engine(request), actor(request), token, password)
    return empty()


async def register_user(request: Request) -> Response:
    """Registration by anybody."""
    given = await object_body(request)
    address, password = forms.email(given), forms.required(given, "password")
    applicant = Applicant(address, password, forms.optional(given, "first_name"), forms.optional(given, "last_name"))
    await register(engine(request), actor(request), applicant, forms.optional(given, "verification_url"))
    return empty()


async def verify_email(request: Request) -> Response:
    """The link of the letter that proves an address; leads on to the login page."""
    token = request.query_params.get("token")
    if not token:
        raise InvalidPayload('"token" is required')
    await verify_registration(engine(request), actor(request), token)
    server = engine(request).settings.public_url.rstrip("/") or request.scope.get("rowcast.root", "")
    return RedirectResponse(f"{server}/admin/login", 302)


async def generate_tfa(request: Request) -> Response:
    """A new secret for the second factor."""
    _user(request)
    secret, link = await tfa.generate(
        engine(request), actor(request), forms.required(await object_body(request), "password")
    )
    return data({"secret": secret, "otpauth_url": link})


async def enable_tfa(request: Request) -> Response:
    """The second factor switched on."""
    _user(request)
    given = await object_body(request)
    await tfa.enable(engine(request), actor(request), forms.required(given, "secret"), forms.required(given, "otp"))
    return empty()


async def disable_tfa(request: Request) -> Response:
    """The second factor switched off."""
    _user(request)
    await tfa.disable(engine(request), actor(request), forms.required(await object_body(request), "otp"))
    return empty()


async def disable_tfa_for(request: Request) -> Response:
    """Another user's second factor switched off."""
    await tfa.disable_for(engine(request), actor(request), request.path_params["key"])
    return empty()


def _user(request: Request) -> str:
    user = actor(request).user
    if user is None:
        raise InvalidCredentials
    return user


routes = [
    Route("/users/me", me, methods=["GET"]),
    Route("/users/me", update_me, methods=["PATCH"]),
    Route("/users/me/track/page", track, methods=["PATCH"]),
    Route("/users/me/tfa/generate", generate_tfa, methods=["POST"]),
    Route("/users/me/tfa/enable", enable_tfa, methods=["POST"]),
    Route("/users/me/tfa/disable", disable_tfa, methods=["POST"]),
    Route("/users/invite", invite_users, methods=["POST"]),
    Route("/users/invite/accept", accept_invite, methods=["POST"]),
    Route("/users/register", register_user, methods=["POST"]),
    Route("/users/register/verify-email", verify_email, methods=["GET"]),
    Route("/users/{key}/tfa/disable", disable_tfa_for, methods=["POST"]),
]

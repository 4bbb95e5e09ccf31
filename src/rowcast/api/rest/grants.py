"""How what a login gives travels: in the body or in cookies. Must not know who was let in."""

from __future__ import annotations

from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response

from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.request import engine
from rowcast.engine.account.sessions import Grant, Mode
from rowcast.engine.settings import Cookie, Settings

MODES: tuple[Mode, ...] = get_args(Mode)


def granted(request: Request, grant: Grant, mode: Mode) -> Response:
    """The answer to a login or renewal. ``json``: both tokens in the body; ``cookie``: the refresh token in a
    cookie; ``session``: the access token in a cookie and nothing but its lifetime (in milliseconds) in the body."""
    response = data(members(grant, mode))
    remember(response, engine(request).settings, grant, mode)
    return response


def members(grant: Grant, mode: Mode) -> dict[str, Any]:
    """What of a grant stands in the body."""
    body: dict[str, Any] = {"expires": grant.lifetime * 1000}
    if mode == "json":
        body["refresh_token"] = grant.refresh_token
    if mode != "session":
        body["access_token"] = grant.access_token
    return body


def remember(response: Response, settings: Settings, grant: Grant, mode: Mode) -> None:
    """Set the cookie of the mode, if it has one."""
    if mode == "cookie":
        put_cookie(response, settings.refresh_cookie, grant.refresh_token, settings.refresh_token_ttl)
    elif mode == "session":
        put_cookie(response, settings.session_cookie, grant.access_token, settings.session_cookie_ttl)


def ended(request: Request, mode: Mode) -> Response:
    """The answer to a logout: 204, the cookie taken back."""
    response = empty()
    forget(response, engine(request).settings, mode)
    return response


def forget(response: Response, settings: Settings, mode: Mode) -> None:
    """Take the cookie of the mode back, if it has one."""
    if mode != "json":
        drop_cookie(response, settings.refresh_cookie if mode == "cookie" else settings.session_cookie)


def put_cookie(response: Response, cookie: Cookie, value: str, lifetime: int) -> None:
    """Set a cookie that scripts cannot read. ``lifetime`` in seconds."""
    response.set_cookie(
        cookie.name,
        value,
        max_age=lifetime,
        domain=cookie.domain,
        secure=cookie.secure,
        httponly=True,
        samesite=cookie.same_site,
    )


def drop_cookie(response: Response, cookie: Cookie) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        cookie.name, domain=cookie.domain, secure=cookie.secure, httponly=True, samesite=cookie.same_site
    )

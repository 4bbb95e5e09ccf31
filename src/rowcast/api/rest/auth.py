"""``/auth``: login, renewal, logout, a new password by mail. Must not know how any of it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rowcast.api.rest import forms
from rowcast.api.rest.answer import empty
from rowcast.api.rest.grants import MODES, ended, granted
from rowcast.api.rest.request import actor, body, engine
from rowcast.engine.account.login import login
from rowcast.engine.account.passwords import request_reset, reset
from rowcast.engine.account.sessions import Mode, end, refresh
from rowcast.engine.engine import Engine
from rowcast.errors import InvalidPayload, InvalidProvider


async def providers(request: Request) -> Response:
    """Other ways to sign in: none yet; and whether e-mail and password are switched off."""
    return JSONResponse({"data": [], "disableDefault": engine(request).settings.auth_disable_default})


async def sign_in(request: Request) -> Response:
    """Login with e-mail and password. Raises InvalidProvider where that is switched off."""
    given = await _object(request)
    if engine(request).settings.auth_disable_default:
        raise InvalidProvider
    email, password = forms.email(given), forms.required(given, "password")
    mode, otp = forms.choice(given, "mode", MODES) or "json", forms.optional(given, "otp")
    return granted(request, await login(engine(request), actor(request), email, password, otp=otp, mode=mode), mode)


async def renew(request: Request) -> Response:
    """New tokens for a refresh token or session cookie."""
    token, mode = await _session_token(request)
    return granted(request, await refresh(engine(request), actor(request), token, mode), mode)


async def sign_out(request: Request) -> Response:
    """The end of a session."""
    token, mode = await _session_token(request)
    await end(engine(request), token)
    return ended(request, mode)


async def request_password(request: Request) -> Response:
    """A link to choose a new password, by mail; the answer does not tell whether the address is known."""
    given = await _object(request)
    await request_reset(engine(request), forms.required(given, "email", " field"), forms.optional(given, "reset_url"))
    return empty()


async def reset_password(request: Request) -> Response:
    """A new password with the token of that link."""
    given = await _object(request)
    token, password = forms.required(given, "token", " field"), forms.required(given, "password", " field")
    await reset(engine(request), actor(request), token, password)
    return empty()


async def _object(request: Request) -> Mapping[str, Any]:
    given = await body(request)
    if given is not None and not isinstance(given, dict):
        raise InvalidPayload("The body has to be an object")
    return given or {}


async def _session_token(request: Request) -> tuple[str, Mode]:
    """The token of the session to renew or end, and the mode: the one named, else by where the token is. Raises
    InvalidPayload."""
    given = await _object(request)
    in_body = forms.optional(given, "refresh_token")
    mode = forms.choice(given, "mode", MODES) or ("json" if in_body else "cookie")
    return token_of(engine(request), mode, in_body, request.cookies), mode


def token_of(serving: Engine, mode: Mode, in_body: str | None, cookies: Mapping[str, str]) -> str:
    """The token of a session: of the body or of the mode's cookie. Raises InvalidPayload when there is none."""
    token = in_body if mode == "json" else _cookie_token(serving, mode, cookies)
    if not token:
        raise InvalidPayload("The refresh token is required in either the payload or cookie")
    return token


def _cookie_token(serving: Engine, mode: Mode, cookies: Mapping[str, str]) -> str | None:
    settings = serving.settings
    if mode == "cookie":
        return cookies.get(settings.refresh_cookie.name)
    value = cookies.get(settings.session_cookie.name)
    claims = serving.identities.claims(value) if value else None
    return claims.session if claims else None


routes = [
    Route("/auth", providers, methods=["GET"]),
    Route("/auth/login", sign_in, methods=["POST"]),
    Route("/auth/refresh", renew, methods=["POST"]),
    Route("/auth/logout", sign_out, methods=["POST"]),
    Route("/auth/password/request", request_password, methods=["POST"]),
    Route("/auth/password/reset", reset_password, methods=["POST"]),
]

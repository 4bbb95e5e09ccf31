"""Tokens: signed ones (JWT, HMAC-SHA256) that say who asks or what a mailed link is good for, and random ones. Pure:
the moment is handed in. Must not know sessions, users or where a token travels.
"""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.warnings import InsecureKeyLengthWarning

from rowcast.errors import InvalidToken, TokenExpired

ISSUER = "directus"
_ALGORITHM = "HS256"
warnings.filterwarnings("ignore", category=InsecureKeyLengthWarning)  # the start tells it once, in our words


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says. ``user`` or ``share`` is set; ``session`` is the row of a stateful session that
    must still exist. ``expires`` is in seconds since the epoch."""

    user: str | None
    role: str | None
    expires: int
    app: bool = False
    admin: bool = False
    session: str | None = None
    share: str | None = None


def random_token(length: int = 64) -> str:
    """An unguessable text of ``length`` URL-safe characters (six bits each)."""
    return secrets.token_urlsafe(length)[:length]


def is_signed(token: str) -> bool:
    """Whether the text has the form of a token that we signed; everything else is taken for a static token. Says
    nothing about the signature."""
    try:
        payload = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return False
    return payload.get("iss") == ISSUER


def access(claims: Claims, secret: str, now: float) -> str:
    """An access token."""
    body: dict[str, Any] = {
        "id": claims.user,
        "role": claims.role,
        "app_access": claims.app,
        "admin_access": claims.admin,
    }
    if claims.session is not None:
        body["session"] = claims.session
    if claims.share is not None:
        body["share"] = claims.share
    return _sign(body, secret, now, claims.expires)


def read_access(token: str, secret: str, now: float) -> Claims:
    """The claims of an access token. Raises InvalidToken (signature, issuer, form, a token for something else),
    TokenExpired."""
    body = _open(token, secret, now)
    user, share, role, session = (_text(body, name) for name in ("id", "share", "role", "session"))
    if "scope" in body or "role" not in body or (user is None and share is None):
        raise InvalidToken
    return Claims(
        user, role, int(body["exp"]), bool(body.get("app_access")), bool(body.get("admin_access")), session, share
    )


def scoped(scope: str, body: Mapping[str, str], secret: str, now: float, lifetime: float) -> str:
    """A token for one purpose (``scope``), as it is mailed in a link. ``lifetime`` is in seconds."""
    return _sign({**body, "scope": scope}, secret, now, int(now + lifetime))


def read_scoped(token: str, secret: str, now: float) -> Mapping[str, Any]:
    """The members of a token for one purpose; the caller compares ``scope``. Raises InvalidToken, TokenExpired."""
    return _open(token, secret, now)


def _sign(body: dict[str, Any], secret: str, now: float, expires: int) -> str:
    return jwt.encode({**body, "iat": int(now), "exp": expires, "iss": ISSUER}, secret, _ALGORITHM)


def _open(token: str, secret: str, now: float) -> dict[str, Any]:
    """Checked by hand against ``now``: the library would look at the clock itself."""
    options: Any = {"require": ["exp", "iss"], "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    try:
        body = jwt.decode(token, secret, [_ALGORITHM], options=options, issuer=ISSUER)
    except jwt.InvalidTokenError:
        raise InvalidToken from None
    expires = body["exp"]
    if not isinstance(expires, int | float) or isinstance(expires, bool):
        raise InvalidToken
    if expires <= now:
        raise TokenExpired
    return body


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidToken
    return value

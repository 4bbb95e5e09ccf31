"""Where a request carries its token (RFC 6750 section 2, and the session cookie). Must not know what a token is worth."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from rowcast.errors import InvalidPayload


def header(scope_headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    """The first header of that (lower-case) name."""
    for key, value in scope_headers:
        if key == name:
            return value.decode("latin-1")
    return None


def find_token(headers: list[tuple[bytes, bytes]], query_string: bytes, cookie_name: str) -> str | None:
    """The token of a request: query parameter or Authorization header, else the session cookie; None: nobody.
    Raises InvalidPayload when query and header both carry one (RFC 6750 section 2)."""
    in_query = query_token(query_string)
    in_header = bearer(header(headers, b"authorization"))
    if in_query and in_header:
        raise InvalidPayload("The request uses more than one method for including an access token")
    return in_query or in_header or cookie(header(headers, b"cookie"), cookie_name)


def query_token(query_string: bytes) -> str | None:
    """The query parameter ``access_token``."""
    if b"access_token" not in query_string:
        return None
    found = parse_qs(query_string.decode("latin-1")).get("access_token")
    return found[0] if found else None


def bearer(value: str | None) -> str | None:
    """The token of an Authorization header of the scheme Bearer."""
    if value is None:
        return None
    scheme, _, token = value.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def cookie(value: str | None, name: str) -> str | None:
    """One cookie of a Cookie header."""
    if value is None or name not in value:
        return None
    try:
        found = SimpleCookie(value).get(name)
    except CookieError:
        return None
    return found.value if found else None

"""Which web pages may open a socket. Must not know who the user is.

Browsers send cookies along with a WebSocket of any page and do not apply CORS to it, so the server has to look.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import SplitResult, urlsplit

from rowcast.engine.settings import Cors
from rowcast.server.cors import allows

_PORTS = {"http": 80, "https": 443}


def is_allowed(origin: str | None, host: str | None, public_url: str, cors: Cors) -> bool:
    """Whether a page of ``origin`` (None: no page) may open a socket to ``host``: its own host, the public URL's, or one that
    CORS_ORIGIN names. ``*`` there is not enough."""
    if origin is None:
        return True
    page = _split(origin)
    if page is None:
        return False
    if host is not None and page.netloc.lower() == host.lower():
        return True
    public = _split(public_url)
    if public is not None and _place(page) == _place(public):
        return True
    return cors.enabled and allows(_named(cors).origin)(origin)


def _named(cors: Cors) -> Cors:
    if isinstance(cors.origin, bool):
        return cors
    return replace(cors, origin=tuple(each for each in cors.origin if each != "*"))


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme and parts.hostname else None


def _place(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or _PORTS.get(url.scheme)

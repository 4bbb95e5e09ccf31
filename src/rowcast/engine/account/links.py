"""The addresses in letters: which ones a caller may ask for, and how a token is put into them. Must not know what
the token says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from rowcast.errors import InvalidPayload


class _Place(NamedTuple):
    scheme: str
    host: str
    path: str


def chosen(asked: str | None, default: str, allowed: Sequence[str], purpose: str) -> str:
    """The address for a link: the one asked for, if it is the default or on the list, whatever its query. Raises
    InvalidPayload naming the ``purpose`` (``reset passwords``) otherwise, so that no letter of ours leads to a
    stranger's page."""
    if asked is None:
        return default
    place = _place(asked)
    if place is None or place not in {_place(address) for address in (*allowed, default)}:
        raise InvalidPayload(f'URL "{asked}" can\'t be used to {purpose}')
    return asked


def with_token(address: str, token: str) -> str:
    """The address with the token as its query parameter ``token``."""
    parts = urlsplit(address)
    query = f"{parts.query}&token={token}" if parts.query else f"token={token}"
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def _place(address: str) -> _Place | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https") or parts.username is not None or "\\" in address:
        return None
    host = (parts.hostname or "") + (f":{port}" if port else "")
    return _Place(parts.scheme, host, parts.path.rstrip("/"))

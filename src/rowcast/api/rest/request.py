"""What a handler asks of a request: engine, actor, body, query. Must not know what is done with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
from starlette.requests import Request
from starlette.types import Scope

from rowcast.api.rest.encoding import Body
from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.errors import ContentTooLarge, InvalidPayload, InvalidQuery
from rowcast.query.parse import Query, parse, unflatten

_decode = msgspec.json.Decoder().decode
_known: dict[bytes, Query] = {}
MOST_KNOWN = 4096
LONGEST_KNOWN = 4096
SLASHES = "rowcast.slashes"
_BOM = b"\xef\xbb\xbf"
"""What some programs of Windows begin a text with."""
_SLASH = re.compile(rb"%2f", re.IGNORECASE)
NOT_A_QUERY = frozenset({"access_token"})


def engine(request: Request) -> Engine:
    """The engine that serves this request."""
    found: Engine = request.scope["rowcast.engine"]
    return found


def actor(request: Request) -> Actor:
    """Who asks; found out before any handler runs."""
    found: Actor = request.scope["rowcast.actor"]
    return found


def key(request: Request, name: str = "key") -> str:
    """A key that the path names; slashes in it are written ``%2F``."""
    found: str = request.path_params[name]
    return found.replace("%2F", "/") if SLASHES in request.scope else found


def places(request: Request) -> dict[str, str]:
    """All names in the path."""
    return {name: key(request, name) for name in request.path_params}


def slashes_kept(scope: Scope) -> Scope:
    """The request with the slashes within a key of its path still written as such, so that they divide nothing."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2" not in raw or unquote(raw.decode("latin-1")) != scope["path"]:
        return scope
    kept = _SLASH.sub(b"%252F", raw)
    return scope if kept == raw else {**scope, "path": unquote(kept.decode("latin-1")), SLASHES: True}


def query(request: Request) -> Query:
    """The query of the URL, or for SEARCH of the body (read it first, see ``search_query``). Raises InvalidQuery,
    ContentTooLarge."""
    raw: bytes = request.scope["query_string"]
    found = _known.get(raw)
    if found is None:
        if len(raw) > engine(request).settings.max_payload_size:
            raise ContentTooLarge()
        found = parse(query_parts(raw))
        if len(raw) <= LONGEST_KNOWN:
            if len(_known) >= MOST_KNOWN:
                _known.clear()
            _known[raw] = found
    return found


def query_parts(raw: bytes) -> dict[str, Any]:
    """The nested parameters of a query string, without those that are not about the question. Raises InvalidQuery."""
    if not raw:
        return {}
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="strict", max_num_fields=10_000)
    except ValueError:
        raise InvalidQuery("The query string can't be read") from None
    return unflatten((name, value) for name, value in pairs if name not in NOT_A_QUERY)


async def body(request: Request) -> Any:
    """The JSON body; None when there is none. Raises InvalidPayload for anything else, and as ``raw_body``."""
    raw = await raw_body(request)
    if not raw:
        return None
    try:
        return _decode(raw.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidPayload(f"The body is no JSON: {error}") from None


async def object_body(request: Request) -> dict[str, Any]:
    """The JSON body, which must be an object. Raises InvalidPayload."""
    found = await body(request)
    if not isinstance(found, dict):
        raise InvalidPayload("The body has to be an object")
    return found


async def raw_body(request: Request) -> bytes:
    """The body, at most ``max_payload_size`` bytes, decompressed. Raises ContentTooLarge, UnsupportedMediaType, InvalidPayload."""
    encoding = request.headers.get("content-encoding", "")
    return await Body(encoding, engine(request).settings.max_payload_size).read(request.stream())


async def search_body(request: Request) -> tuple[Query, list[Any] | None]:
    """The query and keys of a SEARCH request: ``{"query": {…}, "keys": […]}``. Raises InvalidPayload and InvalidQuery."""
    found = await body(request)
    if found is None:
        return parse({}), None
    if not isinstance(found, dict):
        raise InvalidPayload("The body has to be an object")
    asked, keys = found.get("query") or {}, found.get("keys")
    if not isinstance(asked, Mapping):
        raise InvalidPayload('"query" must be an object')
    if keys is not None and not isinstance(keys, list):
        raise InvalidPayload('"keys" must be an array')
    return parse(asked), keys

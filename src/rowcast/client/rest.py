"""Questions about items as HTTP requests. Must not know how a request is sent, nor the routes that are more than items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from msgspec import UNSET, UnsetType

from rowcast.client.ask import Ask, Execute, Reply
from rowcast.client.frames import encode
from rowcast.client.http import Http

_SYSTEM = "directus_"
_LONG = 2000
"""Characters of a query that still go into the address; a longer one goes into the body of a SEARCH."""


def executor(http: Http) -> Execute:
    """What carries out a question over HTTP."""

    async def execute(ask: Ask) -> Reply:
        method, path, params, body = request(ask)
        return await http.ask(method, path, params=params, body=body)

    return execute


def request(ask: Ask) -> tuple[str, str, dict[str, str], Any]:
    """Method, path, parameters and body of the request that asks it."""
    query = {} if isinstance(ask.query, UnsetType) else ask.query
    path = _path(ask.collection)
    if not isinstance(ask.id, UnsetType):
        path += "/" + quote(str(ask.id), safe="")
    if ask.action == "read":
        return _reading(path, ask, query)
    if ask.action == "create":
        return "POST", path, parameters(query), ask.data
    method = "PATCH" if ask.action == "update" else "DELETE"
    if isinstance(ask.query, UnsetType) or "filter" not in query or not isinstance(ask.ids, UnsetType):
        return method, path, parameters(query), _body(ask)
    if ask.action == "delete":
        return method, path, {}, {"query": query}
    return method, path, parameters(query), {"query": query, "data": ask.data}


def _reading(path: str, ask: Ask, query: Mapping[str, Any]) -> tuple[str, str, dict[str, str], Any]:
    if not isinstance(ask.ids, UnsetType):
        return "SEARCH", path, {}, {"keys": list(ask.ids), "query": query}
    params = parameters(query)
    if isinstance(ask.id, UnsetType) and not ask.single and sum(map(len, params.values())) > _LONG:
        return "SEARCH", path, {}, {"query": query}
    return "GET", path, params, None


def _body(ask: Ask) -> Any:
    if isinstance(ask.ids, UnsetType):
        return None if ask.data is UNSET else ask.data
    return list(ask.ids) if ask.action == "delete" else {"keys": list(ask.ids), "data": ask.data}


def is_system(collection: str) -> bool:
    """Whether the collection is one of the server's own, which have routes of their own."""
    return collection.startswith(_SYSTEM)


def _path(collection: str) -> str:
    if is_system(collection):
        return "/" + collection.removeprefix(_SYSTEM)
    return "/items/" + quote(collection, safe="")


def parameters(query: Mapping[str, Any]) -> dict[str, str]:
    """Plain values as text, the others as JSON."""
    return {name: _text(value) for name, value in query.items()}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    return encode(value).decode()

"""The operation ``request``: asks another server. Must not know how the request travels."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.engine.files.fetched import is_open
from rowcast.engine.flows.options import json_of, list_of
from rowcast.engine.flows.run import Options, Rejected, Run
from rowcast.engine.flows.template import text
from rowcast.errors import InvalidPayload, ServiceUnavailable

if TYPE_CHECKING:
    from rowcast.storage.calls import Call, Reply

LONGEST = 60.0
"""Seconds that an answer may take."""
_METHOD = re.compile(r"[A-Z]{1,20}")


async def request(running: Run, options: Options) -> Any:
    """Sends a request and gives its answer; one with a status of 400 and above is a rejection."""
    from rowcast.storage.calls import send  # an HTTP client: heavy, and mostly not needed

    files, call = running.engine.settings.files, _call(options)
    try:
        async with asyncio.timeout(LONGEST):
            reply = await send(call, lambda ip: is_open(files, ip))
    except TimeoutError:
        raise ServiceUnavailable(f'"{call.url[:200]}" took too long.', service="external-request") from None
    if reply.status >= 400:
        raise Rejected(_told(reply))
    return _told(reply)


def _call(options: Options) -> Call:
    from rowcast.storage.calls import Call

    method, url = str(options.get("method") or "GET").upper(), options.get("url")
    if not isinstance(url, str) or not _METHOD.fullmatch(method):
        raise InvalidPayload('"url" and "method" must be those of a request')
    headers = {text(each.get("header")).lower(): text(each.get("value")) for each in _headers(options)}
    body = text(options.get("body"))
    if body and _is_json(body):
        headers.setdefault("content-type", "application/json")
    return Call(method, url, headers, body.encode())


def _headers(options: Options) -> list[dict[str, Any]]:
    found = list_of(json_of(options.get("headers")))
    if not all(isinstance(each, dict) and each.get("header") for each in found):
        raise InvalidPayload('"headers" must be a list of objects with "header" and "value"')
    return found


def _told(reply: Reply) -> dict[str, Any]:
    """The answer as data: JSON where it is JSON, else text."""
    return {
        "status": reply.status,
        "statusText": reply.reason,
        "headers": dict(reply.headers),
        "data": _data(reply.body),
    }


def _data(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body.decode(errors="replace")


def _is_json(body: str) -> bool:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True

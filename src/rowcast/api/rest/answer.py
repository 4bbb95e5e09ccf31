"""Envelopes of answers: ``{"data": …}`` and ``{"errors": […]}``. Must not know what the data mean."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from rowcast.engine.read import Answer
from rowcast.errors import InternalError, RowcastError

JSON = "application/json; charset=utf-8"


def data(value: Any, meta: bytes | None = None, status: int = 200) -> Response:
    """A successful answer. ``value``: finished JSON as bytes, an ``Answer``, or anything that msgspec can encode."""
    if isinstance(value, Answer):
        value, meta = value.data, value.meta
    raw = value if isinstance(value, bytes) else msgspec.json.encode(value)
    body = b'{"data":' + raw + (b',"meta":' + meta if meta is not None else b"") + b"}"
    return Response(body, status, media_type=JSON)


def empty() -> Response:
    """204: done, nothing to say."""
    return Response(status_code=204)


def disposition(kind: str, name: str) -> str:
    """The header ``Content-Disposition``, with the name as everybody understands it and as RFC 6266 writes it."""
    plain = "".join(sign if 32 <= ord(sign) < 127 and sign not in '"\\%' else "_" for sign in name)
    exact = f"; filename*=UTF-8''{quote(name, safe='')}" if plain != name else ""
    return f'{kind}; filename="{plain}"{exact}'


def failure(error: RowcastError, headers: dict[str, str] | None = None) -> Response:
    """The envelope of an error. What is the program's own fault is told in its general sentence only."""
    body = msgspec.json.encode({"errors": [member.as_wire() for member in error.members()]})
    return Response(body, error.status, headers, media_type=JSON)


def internal_failure() -> Response:
    """The envelope of a fault that nobody foresaw."""
    return failure(InternalError())

"""Which error it is that a server does not open a WebSocket, and whether it may do so later. Pure; must not know what is done then.

Servers differ in how much they say: ours sends the usual error as the body; the reference a bare status, 401 for credentials and
403 when there are too many; what stands in between a page of its own.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec import Struct
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.http11 import Response

from rowcast.client.faults import Fault, error_of
from rowcast.errors import (
    AuthFailed,
    ConnectionLost,
    LimitExceeded,
    RequestError,
    RequestsExceeded,
    RouteNotFound,
    RowcastError,
    Unauthenticated,
)


class _Body(Struct):
    """What our server and others of the protocol say."""

    errors: list[Fault] = []


_body = msgspec.json.Decoder(_Body).decode
_SECONDS: Final = re.compile(r"\d{1,9}")


def refusal(error: Exception, where: str) -> RowcastError:
    """The error to raise. ``retry`` says that it may be another one later; ``retry_after`` (extension) after how many seconds, if
    the server says so."""
    if not isinstance(error, InvalidStatus):
        what = "does not speak WebSocket" if isinstance(error, InvalidHandshake) else "cannot be understood"
        return RequestError(f"The server {what} at {where}: {error}")
    found = _refused(error.response, where)
    wait = error.response.headers.get("Retry-After", "")
    if _SECONDS.fullmatch(wait):
        found.extensions["retry_after"] = int(wait)
    return found


def _refused(response: Response, where: str) -> RowcastError:
    status, said = response.status_code, _said(response, where)
    if said is not None:
        return said
    if status == 401:
        return AuthFailed(f"The server refused the connection (401): {_TOKEN}.")
    if status == 403:
        return _passing(AuthFailed(f"The server refused the connection (403): {_UNSAID}."))
    if status == 404:
        return RouteNotFound(f"The server has no WebSocket at {where}; see the argument socket_url.")
    if status == 429:
        return RequestsExceeded("The server has too many connections.")
    return ConnectionLost(f"The server refused the connection with status {status}.", sent=False)


_TOKEN: Final = "the token in the address is missing, wrong or expired"
_UNSAID: Final = "it does not say why; there may be too many, or it minds from where, or who asks"


def _said(response: Response, where: str) -> RowcastError | None:
    """What the body says, where that says more than the status."""
    try:
        faults = _body(bytes(response.body or b"")).errors
    except msgspec.MsgspecError:
        return None
    if not faults or response.status_code not in (401, 403):
        return None
    error = error_of(faults[0], response.status_code)
    if isinstance(error, LimitExceeded):
        return _passing(LimitExceeded(f"The server refused the connection to {where}: {error.message}"))
    if isinstance(error, Unauthenticated):
        return AuthFailed(f"The server refused the connection ({error.message}): {_TOKEN}.")
    return error


def _passing(error: RowcastError) -> RowcastError:
    """The same may be granted later."""
    error.retry = True  # type: ignore[misc]
    return error

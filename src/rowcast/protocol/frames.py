"""The frames that we send, as finished JSON. Must not know when they are sent.

Data that the database has already written as JSON is spliced in, never decoded. Members stand in the order of the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rowcast.errors import AuthFailed, AuthTimeout, RowcastError, TokenExpired

PING = b'{"type":"ping"}'
_encode = msgspec.json.encode


def pong(uid: bytes) -> bytes:
    """The answer to a ping."""
    return b'{"type":"pong"' + tail(uid)


def tail(uid: bytes) -> bytes:
    """The end of every frame: the uid (as JSON) if there is one, and the closing brace."""
    return b',"uid":' + uid + b"}" if uid else b"}"


_PLACE = b',"position":"\0"'


def placed_tail(uid: bytes) -> bytes:
    """The end of every frame of a subscription that is told positions, with room for one."""
    return _PLACE + tail(uid)


def has_place(end: bytes) -> bool:
    """Whether a tail has room for a position."""
    return end.startswith(_PLACE)


def placed(end: bytes, position: object) -> bytes:
    """A tail with that position, if it has room for one."""
    return end.replace(b"\0", str(position).encode(), 1) if has_place(end) else end


def error(context: str, fault: RowcastError, uid: bytes = b"") -> bytes:
    """An error frame. ``context`` is the type of the message that failed, or ``server``."""
    what = _encode({"code": fault.code, "message": fault.message})
    return b'{"type":' + _encode(context) + b',"status":"error","error":' + what + tail(uid)


def authenticated(uid: bytes = b"", refresh_token: str | None = None) -> bytes:
    """Credentials were good. ``refresh_token`` is the next one, after a login or a refresh."""
    frame = b'{"type":"auth","status":"ok"' + tail(uid)
    return frame if refresh_token is None else frame[:-1] + b',"refresh_token":' + _encode(refresh_token) + b"}"


HANDSHAKE_FAILED = error("auth", AuthFailed("Authentication handshake failed."))
EXPIRED = error("auth", TokenExpired())
TIMED_OUT = error("auth", AuthTimeout())


def refused(uid: bytes) -> bytes:
    """Credentials were not good, on a connection that is already in use."""
    return error("auth", AuthFailed(), uid)


def items(data: bytes, meta: bytes | None, uid: bytes) -> bytes:
    """The answer to an ``items`` message."""
    return b'{"type":"items","data":' + data + _meta(meta) + tail(uid)


def custom(kind: str, members: Mapping[str, Any], uid: bytes) -> bytes:
    """The answer to a message of an added type."""
    return _encode({**members, "type": kind})[:-1] + tail(uid)


def initial(data: bytes | None, meta: bytes | None, end: bytes) -> bytes:
    """The first frame of a subscription, with its rows if it was not narrowed to an event. ``end`` is its tail."""
    rows = b"" if data is None else b',"data":' + data
    return b'{"type":"subscription","event":"init"' + rows + _meta(meta) + end


def resumed(end: bytes) -> bytes:
    """What was missed has been told. ``end`` is the tail with the position."""
    return b'{"type":"subscription","event":"resumed"' + end


def unsubscribed(uid: bytes) -> bytes:
    """The answer to ``unsubscribe``."""
    return b'{"type":"subscription","event":"unsubscribe"' + tail(uid)


def event_head(kind: str, data: bytes, meta: bytes | None = None) -> bytes:
    """An event up to its tail: what all subscribers of a view share."""
    return b'{"type":"subscription","event":"' + kind.encode() + b'","data":' + data + _meta(meta)


def _meta(meta: bytes | None) -> bytes:
    return b"" if meta is None else b',"meta":' + meta

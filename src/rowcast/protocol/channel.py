"""The frames about channels, as finished JSON. Must not know who is on them.

States and messages are raw JSON and spliced in.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rowcast.errors import RowcastError
from rowcast.protocol.frames import tail

_encode = msgspec.json.encode
Known = tuple[str, str | None]
"""The id of a member, and its user (None: the public)."""


def head(event: str, name: str) -> bytes:
    """The beginning of every frame about a channel."""
    return b'{"type":"channel","event":' + _encode(event) + b',"channel":' + _encode(name)


def member(who: Known, state: bytes | None = None) -> bytes:
    """A member as JSON, with its state unless it has gone."""
    told = _encode({"id": who[0], "user": who[1]})
    return told if state is None else told[:-1] + b',"state":' + state + b"}"


def joined(name: str, own: str, members: Iterable[bytes], uid: bytes) -> bytes:
    """The answer to ``join``: one's own id, and all who are there."""
    return head("join", name) + b',"id":' + _encode(own) + b',"members":[' + b",".join(members) + b"]" + tail(uid)


def done(action: str, name: str, uid: bytes) -> bytes:
    """The answer to an action that has nothing to tell."""
    return head(action, name) + tail(uid)


def presence(event: str, name: str, who: bytes) -> bytes:
    """What others are told of a member (``joined``, ``changed``, ``left``), up to the tail."""
    return head(event, name) + b',"member":' + who


def message(name: str, who: bytes, data: bytes) -> bytes:
    """A message to all others, up to the tail."""
    return head("message", name) + b',"from":' + who + b',"data":' + data


def closed(name: str, fault: RowcastError, uid: bytes) -> bytes:
    """One may not be on the channel any more."""
    return head("closed", name) + b',"error":' + _encode({"code": fault.code, "message": fault.message}) + tail(uid)

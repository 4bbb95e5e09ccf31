"""The frames that a client sends and gets, as values. Must not know when they are sent, nor a socket.

What the server sends is decoded in one step; rows stay raw JSON until somebody looks at them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from rowcast.client.expression import sayable
from rowcast.client.faults import Fault
from rowcast.errors import InvalidPayload

PONG = b'{"type":"pong"}'


class Frame(Struct, gc=False):
    """Any frame of a server. Members that it lacks are None, ``data`` is empty then."""

    type: str
    event: str | None = None
    data: Raw | UnsetType = UNSET
    uid: str | int | float | None = None
    position: str | None = None
    status: str | None = None
    meta: Raw | UnsetType = UNSET
    error: Fault | None = None
    refresh_token: str | None = None
    text: bytes = b""

    @property
    def fault(self) -> Fault | None:
        """What went wrong, if this is an error frame."""
        if self.status != "error":
            return None
        return self.error or Fault()


class Meta(Struct, frozen=True):
    """The counts that ``meta`` asks for."""

    total_count: int | None = None
    filter_count: int | None = None


_decode = msgspec.json.Decoder(Frame).decode
_decode_meta = msgspec.json.Decoder(Meta).decode
_encode = msgspec.json.Encoder(enc_hook=sayable).encode


def decode(text: bytes) -> Frame | None:
    """The frame in that text; None if it is not one that we can use (another kind of message, or no JSON object)."""
    try:
        frame = _decode(text)
    except msgspec.MsgspecError:
        return None
    frame.text = text
    return frame


def encode(value: Any) -> bytes:
    """A value as JSON. Raises InvalidPayload for what JSON has not."""
    try:
        return _encode(value)
    except (UnicodeEncodeError, TypeError, msgspec.MsgspecError) as error:
        raise InvalidPayload(f"It cannot be sent as JSON: {error}") from error


def meta_of(frame: Frame) -> Meta:
    """The counts of an answer; all None if it has none."""
    return Meta() if isinstance(frame.meta, UnsetType) else _decode_meta(frame.meta)


def message(kind: str, uid: str | None, members: Mapping[str, Any]) -> bytes:
    """A message to a server; members that are UNSET are left out."""
    said = {name: value for name, value in members.items() if value is not UNSET}
    return encode({"type": kind, **said} if uid is None else {"type": kind, **said, "uid": uid})

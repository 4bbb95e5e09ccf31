"""Messages one at a time, for clients that would otherwise lose some: permessage-deflate (RFC 7692), with nothing compressed.
Must not know what the messages say.

Node's own WebSocket, and the package ``ws`` in its standard setting, hand on all messages that were read together in one turn,
before any promise is settled. A client that waits for one message after the other, as the official SDK does, misses all but the
first of them. Messages that are marked as compressed are handed on one at a time, since unpacking them takes a turn each. So that
is what these clients get: blocks that are stored as they are (RFC 1951 section 3.2.4), which costs a copy. Browsers hand on each
message in a turn of its own; they, and all who say that they are something else, get plain messages.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from rowcast.server.realtime.gate import Handshake

EXTENSION = "permessage-deflate"
ANSWER = f"{EXTENSION}; server_no_context_takeover; client_no_context_takeover"
_AGENTS = frozenset({"", "node", "undici"})
_BLOCK = 0xFFFF
_TAIL = b"\x00\x00\xff\xff"


class Broken(Exception):
    """What came cannot be unpacked."""


class TooLong(Exception):
    """What came is longer, unpacked, than it may be."""


def is_wanted(request: Handshake) -> bool:
    """Whether the client is one of those, and knows the extension. An offer with a bound on our window is none that we take:
    nothing that is stored needs one, but the answer would have to repeat it."""
    agent = (request.header(b"user-agent") or "").partition("/")[0]
    offers = (request.header(b"sec-websocket-extensions") or "").split(",")
    names = [[part.partition("=")[0].strip() for part in offer.split(";")] for offer in offers]
    return agent in _AGENTS and any(name == EXTENSION and "server_max_window_bits" not in rest for name, *rest in names)


def stored(message: bytes) -> bytes:
    """The payload that unpacks to the message (RFC 7692 section 7.2.1)."""
    return b"".join(_blocks(message))


def _blocks(message: bytes) -> Iterator[bytes]:
    for start in range(0, len(message), _BLOCK):
        part = message[start : start + _BLOCK]
        size = len(part)
        yield b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")
        yield part
    yield b"\x00"


def inflated(payload: bytes, most: int) -> bytes:
    """What a client has packed (RFC 7692 section 7.2.2). Raises Broken, TooLong."""
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        message = unpacking.decompress(payload + _TAIL, most + 1)
    except zlib.error as error:
        raise Broken from error
    if len(message) > most:
        raise TooLong
    return message

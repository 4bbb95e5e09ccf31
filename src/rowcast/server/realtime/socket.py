"""One WebSocket on picows: its frames, its closing, its bounded buffer. Must not know what the frames say.

``send`` of picows writes to the socket at once and leaves to the transport's buffer what the kernel does not take; that buffer is
what is bounded here. The transport is a ``Stream``, whose ``write`` does the same, so that frames of either way leave in the order
they were sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from rowcast.protocol.backlog import Backlog
from rowcast.server.realtime.base import GOING_AWAY, TOO_BIG
from rowcast.server.realtime.deflate import Broken, TooLong, inflated, stored

if TYPE_CHECKING:
    from rowcast.server.realtime.gate import Admission
    from rowcast.server.realtime.hub import AnyDriver, Hub

_TEXT, _CONTINUATION, _CLOSE = WSMsgType.TEXT, WSMsgType.CONTINUATION, WSMsgType.CLOSE
_DATA = (WSMsgType.TEXT, WSMsgType.BINARY)
_PATIENCE = 2.0
"""Seconds that the peer has to answer a close frame."""
_UNPACKING = 0.25
"""Seconds that a peer has to unpack the last messages."""
_PROTOCOL_ERROR, _BAD_DATA = 1002, 1007
_HEADER = 10
"""Bytes of the longest head of a frame."""


def header(size: int, *, packed: bool = False) -> bytes:
    """The head of an unmasked text frame with a payload of that many bytes (RFC 6455 section 5.2)."""
    first = 0xC1 if packed else 0x81
    if size < 126:
        return bytes((first, size))
    return (
        bytes((first, 126)) + size.to_bytes(2, "big") if size < 65536 else bytes((first, 127)) + size.to_bytes(8, "big")
    )


class Socket(WSListener):  # type: ignore[misc, unused-ignore]
    """See ``driver.Wire``. ``gone`` is called when the connection has ended."""

    _packed = False

    def __init__(self, hub: Hub, admission: Admission, gone: Callable[[Socket], None]) -> None:
        self._hub, self._admission, self._gone = hub, admission, gone
        self._limit = hub.engine.settings.websockets.max_payload_size
        self._backlog = Backlog(hub.engine.settings.websockets.outbox_size)
        self._transport: Any = None
        self._driver: AnyDriver | None = None
        self._closing = self._congested = False
        self.replied = 0
        self._replies: list[bytes] = []
        self._fragments: bytearray | None = None
        self._is_packed = False

    # ---- called by picows ---------------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The upgrade is answered."""
        self._transport = transport
        self._driver = self._hub.open(self, self._admission)
        transport.request.headers.clear()  # as many of them as connections would be kept for nothing
        del self._admission

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame has arrived. Its memory is reused as soon as this returns, so the payload is copied."""
        kind = frame.msg_type
        if self._closing and kind != _CLOSE:
            return
        if kind in _DATA and frame.fin and self._fragments is None and not frame.rsv1:
            self._driver.receive(frame.get_payload_as_bytes())  # type: ignore[union-attr]
        elif kind in _DATA or kind == _CONTINUATION:
            self._collect(frame)
        elif kind == _CLOSE:
            self._answer_close(transport, frame)

    def on_ws_disconnected(self, transport: WSTransport | None) -> None:
        """The connection has ended."""
        self._closing = True
        if self._driver is not None:
            self._driver.lost()
        self._gone(self)

    def pause_writing(self) -> None:
        """The kernel takes no more for the moment."""
        self._congested = True
        if self._driver is not None:
            self._driver.choke(True)

    def resume_writing(self) -> None:
        """It does again."""
        self._congested = False
        if self._driver is not None:
            self._driver.choke(False)

    # ---- called by the driver -----------------------------------------------------------------------------------------

    def write(self, frame: bytes) -> None:
        """See ``Wire``."""
        if self._closing:
            return
        if self._replies:
            self._replies.append(frame)
            return
        self._transport.send(_TEXT, frame, True, self._packed)
        if self._congested:
            self._check_backlog([frame])

    def reply(self, frame: bytes) -> None:
        """See ``Wire``. The answers of one turn of the loop leave in one system call."""
        if self._closing:
            return
        if not self._replies:
            self._hub.later(self.flush)
        self._replies.append(frame)
        self.replied += 1

    @property
    def waiting(self) -> int:
        """See ``Wire``."""
        return 0 if self._closing else int(self._transport.underlying_transport.get_write_buffer_size())

    def flush(self) -> None:
        """Send the answers that were gathered."""
        replies, self._replies = self._replies, []
        if len(replies) == 1:
            self._transport.send(_TEXT, replies[0], True, self._packed)
        elif replies:
            frames = [header(len(reply), packed=self._packed) + reply for reply in replies]
            self._transport.underlying_transport.write(b"".join(frames))
        if self._congested:
            self._check_backlog(replies)

    def _check_backlog(self, added: list[bytes]) -> None:
        sizes = [len(frame) + _HEADER for frame in added]
        if not self._closing and self._backlog.is_over(self.waiting, sum(sizes), max(sizes, default=0)):
            self._driver.too_slow()  # type: ignore[union-attr]

    def close(self, code: int | None, reason: str) -> None:
        """See ``Wire``."""
        if self._closing:
            return
        self._closing = True
        self.flush()
        if code is None:
            self._transport.send(_CLOSE, b"")
        else:
            self._transport.send_close(code, reason.encode()[:120])
        asyncio.get_running_loop().call_later(_PATIENCE, self._transport.disconnect, False)

    def pause(self, on: bool) -> None:
        """See ``Wire``."""
        transport = self._transport.underlying_transport
        if on:
            transport.pause_reading()
        elif not transport.is_closing():
            transport.resume_reading()

    # ---- called by uvicorn --------------------------------------------------------------------------------------------

    def shutdown(self) -> None:
        """The server stops."""
        if self._driver is not None:
            self._driver.end(GOING_AWAY, "Server stops")

    # ---- frames -------------------------------------------------------------------------------------------------------

    def _collect(self, frame: WSFrame) -> None:
        """A message in several frames, or one that is packed, of which the first says so."""
        if (self._fragments is None) == (frame.msg_type == _CONTINUATION):
            self._driver.end(_PROTOCOL_ERROR, "Unexpected fragment")  # type: ignore[union-attr]
            return
        if self._fragments is None:
            self._fragments, self._is_packed = bytearray(), frame.rsv1
        whole = self._fragments
        whole += frame.get_payload_as_memoryview()
        if len(whole) > self._limit:
            self._driver.end(TOO_BIG, "Message too big")  # type: ignore[union-attr]
        elif frame.fin:
            self._fragments = None
            message = bytes(whole)
            (self._unpack if self._is_packed else self._driver.receive)(message)  # type: ignore[union-attr]

    def _unpack(self, message: bytes) -> None:
        """Nobody has said that messages may be packed (RFC 6455 section 5.2)."""
        self._driver.end(_PROTOCOL_ERROR, "Unexpected extension")  # type: ignore[union-attr]

    def _answer_close(self, transport: WSTransport, frame: WSFrame) -> None:
        if not self._closing:
            self._closing = True
            self.flush()  # nothing may follow a close frame (RFC 6455 section 5.5.1)
            if frame.payload_size:
                transport.send_close(WSCloseCode(frame.get_close_code()))
            else:
                transport.send(_CLOSE, b"")
        self._hang_up(transport)

    def _hang_up(self, transport: WSTransport) -> None:
        """Both sides have said that they close."""
        transport.disconnect()


class PackedSocket(Socket):
    """One whose messages are marked as compressed, both ways (see ``deflate``)."""

    _packed = True

    def write(self, frame: bytes) -> None:
        """See ``Wire``."""
        super().write(stored(frame))

    def reply(self, frame: bytes) -> None:
        """See ``Wire``."""
        super().reply(stored(frame))

    def _hang_up(self, transport: WSTransport) -> None:
        """Not before the peer has unpacked what was sent before the close frame: Node calls it an error otherwise."""
        asyncio.get_running_loop().call_later(_UNPACKING, transport.disconnect)

    def _unpack(self, message: bytes) -> None:
        try:
            unpacked = inflated(message, self._limit)
        except Broken:
            self._driver.end(_BAD_DATA, "Message cannot be unpacked")  # type: ignore[union-attr]
        except TooLong:
            self._driver.end(TOO_BIG, "Message too big")  # type: ignore[union-attr]
        else:
            self._driver.receive(unpacked)  # type: ignore[union-attr]

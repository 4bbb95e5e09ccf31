"""One WebSocket over anyio, on asyncio and trio alike. The frames of RFC 6455 are made and read by the sans-I/O core of
``websockets``. Knows no message, only texts."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import anyio
from anyio.abc import ByteStream
from websockets.client import ClientProtocol
from websockets.exceptions import PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from rowcast.client.splitter import Splitter

_TEXT = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
CHUNK = 256 * 1024
_TOO_LARGE = 1009
_WAITING = 1024 * 1024
"""Bytes that may wait to be sent before ``send`` makes the sender wait."""


class Socket:
    """An open WebSocket. One task calls ``write`` for as long as it is open; one calls ``receive``; any may ``send``."""

    def __init__(self, stream: ByteStream, protocol: ClientProtocol, largest: int, early: bytes = b"") -> None:
        """``largest``: bytes of the longest frame that is taken; ``early``: what has arrived behind the opening."""
        self._stream, self._protocol = stream, protocol
        self._splitter = Splitter(largest)
        self._early = early
        self._over = False
        self._out = bytearray()
        self._due, self._drained = anyio.Event(), anyio.Event()
        self._parts: list[bytes] = []

    @property
    def close_code(self) -> int | None:
        """The code that it was closed with, None while it is open."""
        return self._protocol.close_code

    @property
    def close_reason(self) -> str:
        """The reason that came with it, often empty."""
        return self._protocol.close_reason or ""

    @property
    def why(self) -> str:
        """Why it has ended, in words."""
        fault, said = self._protocol.parser_exc, self._protocol.close_rcvd
        if isinstance(fault, PayloadTooBig):
            return f"a message of the server is too large ({fault})"
        if said is not None:
            return f"the server has closed it: {said}"
        return (
            "it was cut off" if fault is None or isinstance(fault, EOFError) else f"the server broke the rules: {fault}"
        )

    @property
    def is_too_large(self) -> bool:
        """Whether it has ended for a message that is larger than one of the two sides takes."""
        said = self._protocol.close_rcvd
        return isinstance(self._protocol.parser_exc, PayloadTooBig) or (said is not None and said.code == _TOO_LARGE)

    def put(self, text: bytes) -> None:
        """Send a frame as soon as may be. Never waits; what is put after the end is dropped."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text)
            self._flush()

    async def room(self) -> None:
        """Wait while too much waits to be sent."""
        while len(self._out) > _WAITING and not self._over:
            await self._drained.wait()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Say good-bye; ``receive`` ends when the server has said so too."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._flush()

    def _flush(self) -> None:
        for chunk in self._protocol.data_to_send():
            self._out += chunk
        self._due.set()

    async def write(self) -> None:
        """Send what is put, for ever. A frame is never sent by half: senders only put, and this task is ended with the socket."""
        try:
            while True:
                await self._due.wait()
                self._due = anyio.Event()
                while self._out:
                    chunk, self._out = bytes(self._out), bytearray()
                    await self._stream.send(chunk)
                self._drained.set()
                self._drained = anyio.Event()
        except (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            return
        finally:
            self._over = True
            self._drained.set()

    async def receive(self) -> list[bytes]:
        """The texts that have arrived, at least one; an empty list at the end."""
        texts: list[bytes] = []
        while not texts and self._protocol.state is not State.CLOSED and self._protocol.parser_exc is None:
            try:
                data, self._early = self._early or await self._stream.receive(CHUNK), b""
                texts = self._texts(data)
            except (OSError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                self._protocol.receive_eof()
            self._flush()
        return texts

    def _texts(self, data: bytes) -> list[bytes]:
        """Most are taken as they are. The protocol gets whole frames, so that it never holds a part that belongs to a text here."""
        texts: list[bytes] = []
        for is_text, piece in self._splitter.feed(data):
            if is_text and not self._parts:
                texts.append(piece)
            elif is_text:  # in the midst of fragments
                self._protocol.fail(1002, "a text within another")
            else:
                self._protocol.receive_data(piece)
                texts += self._others()
        return texts

    def _others(self) -> list[bytes]:
        """The texts that the protocol has put together from fragments."""
        texts = []
        for frame in self._protocol.events_received():
            if not isinstance(frame, Frame) or frame.opcode not in _TEXT:
                continue
            self._parts.append(bytes(frame.data))
            if frame.fin:
                texts.append(b"".join(self._parts))
                self._parts.clear()
        return texts

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await anyio.aclose_forcefully(self._stream)

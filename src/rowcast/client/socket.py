"""One WebSocket over anyio, on asyncio and trio alike. The frames of RFC 6455 are made and read by the sans-I/O core of
``websockets``. Knows no message, only texts."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import anyio
from anyio.abc import ByteStream
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.http11 import USER_AGENT
from websockets.protocol import State
from websockets.uri import parse_uri

from rowcast.errors import AuthFailed, ConnectionLost, RequestError, RequestsExceeded, RouteNotFound, RowcastError

_TEXT = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
_CHUNK = 256 * 1024
_WAITING = 1024 * 1024
"""Bytes that may wait to be sent before ``send`` makes the sender wait."""


class Socket:
    """An open WebSocket. One task calls ``write`` for as long as it is open; one calls ``receive``; any may ``send``."""

    def __init__(self, stream: ByteStream, protocol: ClientProtocol) -> None:
        self._stream, self._protocol = stream, protocol
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

    def put(self, text: bytes) -> None:
        """Send a frame as soon as may be. Never waits; what is put after the end is dropped."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text)
            self._flush()

    async def room(self) -> None:
        """Wait while too much waits to be sent."""
        while len(self._out) > _WAITING:
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

    async def receive(self) -> list[bytes]:
        """The texts that have arrived, at least one; an empty list at the end."""
        while not (texts := self._texts()) and self._protocol.state is not State.CLOSED:
            try:
                self._protocol.receive_data(await self._stream.receive(_CHUNK))
            except (OSError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                self._protocol.receive_eof()
            self._flush()
        return texts

    def _texts(self) -> list[bytes]:
        texts = []
        for frame in self._protocol.events_received():
            if not isinstance(frame, Frame) or frame.opcode not in _TEXT:
                continue
            if frame.fin and not self._parts:
                texts.append(bytes(frame.data))
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


async def connect(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    largest: int = 100 * 1024 * 1024,
) -> Socket:
    """Open a WebSocket. ``largest``: bytes of the longest message that is taken.

    Raises ConnectionLost if there is no server, AuthFailed if it wants (other) credentials at the upgrade, RouteNotFound if it
    has no WebSocket there.
    """
    uri = parse_uri(url)
    protocol = ClientProtocol(uri, max_size=largest)
    try:
        stream = await _stream(uri.host, uri.port, tls or (ssl.create_default_context() if uri.secure else None))
    except OSError as error:
        raise ConnectionLost(f"No connection to {uri.host}:{uri.port}: {error}.", sent=False) from error
    socket = Socket(stream, protocol)
    try:
        await _shake(socket, headers or {})
    except BaseException:
        await anyio.aclose_forcefully(stream)
        raise
    return socket


async def _stream(host: str, port: int, tls: ssl.SSLContext | None) -> ByteStream:
    if tls is None:
        return await anyio.connect_tcp(host, port)
    return await anyio.connect_tcp(host, port, ssl_context=tls, tls_standard_compatible=False)


async def _shake(socket: Socket, headers: Mapping[str, str]) -> None:
    """The HTTP part of the opening. Frames that come behind the answer stay in the protocol until ``receive``."""
    protocol, stream = socket._protocol, socket._stream
    request = protocol.connect()
    request.headers["User-Agent"] = USER_AGENT
    for name, value in headers.items():
        request.headers[name] = value
    protocol.send_request(request)
    try:
        await stream.send(b"".join(protocol.data_to_send()))
        while protocol.state is State.CONNECTING and protocol.handshake_exc is None:
            protocol.receive_data(await stream.receive(_CHUNK))
    except (OSError, anyio.EndOfStream, anyio.BrokenResourceError) as error:
        raise ConnectionLost("The server ended the connection before it was open.", sent=False) from error
    if protocol.handshake_exc is not None:
        raise _refusal(protocol.handshake_exc) from protocol.handshake_exc


def _refusal(error: Exception) -> RowcastError:
    if not isinstance(error, InvalidStatus):
        what = "does not speak WebSocket" if isinstance(error, InvalidHandshake) else "cannot be understood"
        return RequestError(f"The server {what}: {error}")
    status = error.response.status_code
    if status in (401, 403):
        return AuthFailed(f"The server refused the connection with status {status}.")
    if status == 404:
        return RouteNotFound("The server has no WebSocket at this address.")
    if status == 429:
        return RequestsExceeded("The server has too many connections.")
    return ConnectionLost(f"The server refused the connection with status {status}.", sent=False)

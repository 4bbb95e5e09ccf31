"""One WebSocket over anyio, on asyncio and trio alike. The frames of RFC 6455 are made and read by the sans-I/O core of
``websockets``. Knows no message, only texts."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus, PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.http11 import USER_AGENT
from websockets.protocol import State
from websockets.uri import parse_uri

from rowcast.client.proxy import Proxy, proxy_for, tunnel
from rowcast.client.splitter import Splitter
from rowcast.errors import AuthFailed, ConnectionLost, RequestError, RequestsExceeded, RouteNotFound, RowcastError

_TEXT = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
_BLANK = b"\r\n\r\n"
_CHUNK = 256 * 1024
_TOO_LARGE = 1009
_WAITING = 1024 * 1024
"""Bytes that may wait to be sent before ``send`` makes the sender wait."""


class Socket:
    """An open WebSocket. One task calls ``write`` for as long as it is open; one calls ``receive``; any may ``send``."""

    def __init__(self, stream: ByteStream, protocol: ClientProtocol, largest: int) -> None:
        self._stream, self._protocol = stream, protocol
        self._splitter = Splitter(largest)
        self._early = b""
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
                data, self._early = self._early or await self._stream.receive(_CHUNK), b""
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

    def begin(self, data: bytes) -> None:
        """What has arrived behind the opening, or of a refusal."""
        if self._protocol.state is State.OPEN:
            self._early = data
        elif data:
            self._protocol.receive_data(data)

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
    proxy: Proxy = True,
    largest: int = 100 * 1024 * 1024,
) -> Socket:
    """Open a WebSocket. ``largest``: bytes of the longest message that is taken.

    Raises ConnectionLost if there is no server, AuthFailed if it wants (other) credentials at the upgrade, RouteNotFound if it
    has no WebSocket there, InvalidConfiguration if the proxy is none.
    """
    uri = parse_uri(url)
    protocol = ClientProtocol(uri, max_size=largest)
    context = tls or (ssl.create_default_context() if uri.secure else None)
    try:
        stream = await _stream(uri.host, uri.port, context if uri.secure else None, proxy)
    except ssl.SSLCertVerificationError as error:
        what = f"The certificate of {uri.host}:{uri.port} is not trusted: {error.verify_message}."
        raise ConnectionLost(f"{what} See the argument tls.", sent=False) from error
    except ssl.SSLError as error:
        raise ConnectionLost(f"{uri.host}:{uri.port} does not speak TLS: {error.reason}.", sent=False) from error
    except OSError as error:
        raise ConnectionLost(f"No connection to {uri.host}:{uri.port}: {_said(error)}.", sent=False) from error
    socket = Socket(stream, protocol, largest)
    try:
        await _shake(socket, headers or {}, f"{uri.host}:{uri.port}{uri.path}")
    except BaseException:
        await anyio.aclose_forcefully(stream)
        raise
    return socket


def _said(error: OSError) -> str:
    """What is wrong, in words; of several addresses the first that failed says it."""
    cause = error.__cause__
    first = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause or error
    return getattr(first, "strerror", None) or str(first)


async def _stream(host: str, port: int, tls: ssl.SSLContext | None, given: Proxy) -> ByteStream:
    proxy = proxy_for(host, port, secure=tls is not None, given=given)
    if proxy is not None:
        inner = await tunnel(proxy, host, port)
        return inner if tls is None else await _secured(inner, host, tls)
    if tls is None:
        return await anyio.connect_tcp(host, port)
    return await anyio.connect_tcp(host, port, ssl_context=tls, tls_standard_compatible=False)


async def _secured(inner: ByteStream, host: str, tls: ssl.SSLContext) -> ByteStream:
    try:
        return await TLSStream.wrap(inner, hostname=host, ssl_context=tls, standard_compatible=False)
    except BaseException:
        await anyio.aclose_forcefully(inner)
        raise


async def _shake(socket: Socket, headers: Mapping[str, str], where: str) -> None:
    """The HTTP part of the opening. Frames that come behind the answer are kept for ``receive``."""
    protocol, stream = socket._protocol, socket._stream
    request = protocol.connect()
    request.headers["User-Agent"] = USER_AGENT
    for name, value in headers.items():
        request.headers[name] = value
    protocol.send_request(request)
    seen = b""
    try:
        await stream.send(b"".join(protocol.data_to_send()))
        while protocol.state is State.CONNECTING and protocol.handshake_exc is None:
            data = await stream.receive(_CHUNK)
            end = _end_of_head(seen, data)
            protocol.receive_data(data[:end])
            socket.begin(data[end:])
            seen = (seen + data)[-3:]
    except (OSError, anyio.EndOfStream, anyio.BrokenResourceError) as error:
        raise ConnectionLost("The server ended the connection before it was open.", sent=False) from error
    if protocol.handshake_exc is not None:
        raise _refusal(protocol.handshake_exc, where) from protocol.handshake_exc


def _end_of_head(seen: bytes, data: bytes) -> int:
    """How much of ``data`` belongs to the HTTP part, the last bytes of which before are ``seen``."""
    at = (seen + data).find(_BLANK)
    return len(data) if at < 0 else at + len(_BLANK) - len(seen)


def _refusal(error: Exception, where: str) -> RowcastError:
    if not isinstance(error, InvalidStatus):
        what = "does not speak WebSocket" if isinstance(error, InvalidHandshake) else "cannot be understood"
        return RequestError(f"The server {what} at {where}: {error}")
    status = error.response.status_code
    if status == 401:
        return AuthFailed(
            "The server refused the connection (401): the token in the address is missing, wrong or expired."
        )
    if status == 403:
        return AuthFailed("The server refused the connection (403): by who asks, from where, or as there are too many.")
    if status == 404:
        return RouteNotFound(f"The server has no WebSocket at {where}; see the argument socket_url.")
    if status == 429:
        return RequestsExceeded("The server has too many connections.")
    return ConnectionLost(f"The server refused the connection with status {status}.", sent=False)

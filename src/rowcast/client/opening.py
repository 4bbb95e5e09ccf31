"""How a WebSocket is opened: the way there, by TCP or TLS, through a proxy or not, then the HTTP part. Must not know what a refusal
means, nor what is said afterwards."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Mapping

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.http11 import USER_AGENT
from websockets.protocol import State
from websockets.uri import WebSocketURI, parse_uri

from rowcast.client.proxy import Proxy, proxy_for, tunnel
from rowcast.client.refusal import refusal
from rowcast.client.socket import CHUNK, Socket
from rowcast.errors import ConnectionLost

_BLANK = b"\r\n\r\n"


async def connect(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    proxy: Proxy = True,
    largest: int = 100 * 1024 * 1024,
) -> Socket:
    """Open a WebSocket. ``largest``: bytes of the longest message that is taken.

    Raises ConnectionLost if there is no server, what ``refusal`` makes of a refusal (AuthFailed if other credentials are wanted at
    the upgrade, RouteNotFound if there is no WebSocket, LimitExceeded if there are too many), InvalidConfiguration if the proxy is
    none.
    """
    uri = parse_uri(url)
    protocol = ClientProtocol(uri, max_size=largest)
    context = tls or (ssl.create_default_context() if uri.secure else None)
    stream = await _reached(uri, context if uri.secure else None, proxy)
    try:
        early = await _shake(stream, protocol, headers or {})
    except BaseException:
        await anyio.aclose_forcefully(stream)
        raise
    return Socket(stream, protocol, largest, early)


async def _reached(uri: WebSocketURI, tls: ssl.SSLContext | None, proxy: Proxy) -> ByteStream:
    try:
        return await _stream(uri.host, uri.port, tls, proxy)
    except ssl.SSLCertVerificationError as error:
        what = f"The certificate of {uri.host}:{uri.port} is not trusted: {error.verify_message}."
        raise ConnectionLost(f"{what} See the argument tls.", sent=False) from error
    except ssl.SSLError as error:
        raise ConnectionLost(f"{uri.host}:{uri.port} does not speak TLS: {error.reason}.", sent=False) from error
    except OSError as error:
        where = f"[{uri.host}]" if ":" in uri.host else uri.host
        raise ConnectionLost(f"No connection to {where}:{uri.port}: {_said(error)}.", sent=False) from error


def _said(error: OSError) -> str:
    """What is wrong, in words; of several addresses the first that failed says it."""
    cause = error.__cause__
    first = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause or error
    if not isinstance(first, OSError):
        return str(first)
    is_known = first.errno in errno.errorcode and not isinstance(first, socket.gaierror)
    return os.strerror(first.errno) if is_known and first.errno else first.strerror or str(first)


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


async def _shake(stream: ByteStream, protocol: ClientProtocol, headers: Mapping[str, str]) -> bytes:
    """The HTTP part of the opening. Returns what has come behind the answer: the beginning of the frames."""
    request = protocol.connect()
    request.headers["User-Agent"] = USER_AGENT
    for name, value in headers.items():
        request.headers[name] = value
    protocol.send_request(request)
    early = b""
    try:
        await stream.send(b"".join(protocol.data_to_send()))
        early = await _answered(stream, protocol)
    except (OSError, anyio.EndOfStream, anyio.BrokenResourceError) as error:
        protocol.receive_eof()  # the end of a refusal that does not say how long it is
        if not isinstance(protocol.handshake_exc, InvalidStatus):
            hint = "" if protocol.uri.secure else " It may want TLS: https."
            raise ConnectionLost(f"The server ended the connection before it was open.{hint}", sent=False) from error
    if protocol.handshake_exc is not None:
        uri = protocol.uri
        raise refusal(protocol.handshake_exc, f"{uri.host}:{uri.port}{uri.path}") from protocol.handshake_exc
    return early


async def _answered(stream: ByteStream, protocol: ClientProtocol) -> bytes:
    """Have the protocol take the answer and no more, unless that is a refusal; returns what is left."""
    seen = rest = b""
    while protocol.state is State.CONNECTING and protocol.handshake_exc is None:
        data = rest or await stream.receive(CHUNK)
        end = len(data) if rest else _end_of_head(seen, data)
        protocol.receive_data(data[:end])
        seen, rest = (seen + data)[-3:], data[end:]
    return rest


def _end_of_head(seen: bytes, data: bytes) -> int:
    """How much of ``data`` belongs to the HTTP part, the last bytes of which before are ``seen``."""
    at = (seen + data).find(_BLANK)
    return len(data) if at < 0 else at + len(_BLANK) - len(seen)

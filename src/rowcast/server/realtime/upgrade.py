"""Takes a connection over from uvicorn's HTTP protocol and hands it to picows. Must not know what is said on it.

uvicorn makes an object of its ``ws`` class for each upgrade, gives it the transport and the request head again, and makes it the
transport's protocol. Reading is paused until the request is decided (which may take the database), then the socket moves to a
``Stream`` (see there why), picows gets a head of our own with no more than it needs, answers it and owns the socket from then on.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from picows import WSAutoPingStrategy, WSUpgradeResponse, WSUpgradeResponseWithListener
from picows.picows import WSProtocol  # type: ignore[attr-defined]

from rowcast.engine.telling import eager
from rowcast.errors import InternalError, RowcastError, ServiceUnavailable
from rowcast.server.http import last_answer
from rowcast.server.realtime import deflate
from rowcast.server.realtime.gate import Admission, Handshake, Refused
from rowcast.server.realtime.hub import Hub
from rowcast.server.realtime.socket import PackedSocket, Socket
from rowcast.server.realtime.stream import Stream

log = logging.getLogger("rowcast.realtime")
_PASSED_ON = (b"host", b"upgrade", b"connection", b"sec-websocket-version", b"sec-websocket-key")
_READ_BUFFER = 2048
"""Bytes that a connection at rest keeps for reading, the least that picows takes; it makes room for more when that is needed."""


class _Quiet(logging.LoggerAdapter):  # type: ignore[type-arg]
    """Keeps picows from making a logger for each connection."""


_picows_log = _Quiet(logging.getLogger("rowcast.picows"))
logging.getLogger("rowcast.picows").setLevel(logging.CRITICAL)


def plug(hub: Hub) -> Callable[..., Upgrade]:
    """What to give uvicorn as its ``ws`` class."""

    def upgrade(*, server_state: Any, **_: Any) -> Upgrade:
        return Upgrade(hub, server_state.connections)

    return upgrade


class Upgrade(asyncio.Protocol):
    """The protocol of a connection from the end of HTTP to the beginning of WebSocket. ``connections`` are uvicorn's: those that
    it shuts down and waits for."""

    def __init__(self, hub: Hub, connections: set[Any]) -> None:
        self._hub, self._connections = hub, connections
        self._transport: Any = None
        self._head: list[tuple[bytes, bytes]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport is ours."""
        self._transport = transport
        self._connections.add(self)

    def data_received(self, data: bytes) -> None:
        """The request head, put together by uvicorn from what it has parsed."""
        self._transport.pause_reading()
        request = read_head(data, self._transport.get_extra_info("peername"))
        self._head = request.headers
        eager.run(self._decide(request))

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer has gone before the upgrade was decided."""
        self._connections.discard(self)

    def shutdown(self) -> None:
        """The server stops."""
        self._refuse(ServiceUnavailable("The server stops.", service="rowcast"))

    async def _decide(self, request: Handshake) -> None:
        try:
            admission = await self._hub.admit(request)
        except Refused as refused:
            self._refuse(refused.error)
        except Exception:
            log.exception("an upgrade could not be decided")
            self._refuse(InternalError())
        else:
            # uvicorn makes us the transport's protocol only after data_received returns
            asyncio.get_running_loop().call_soon(self._leave, admission, deflate.is_wanted(request))

    def _refuse(self, error: RowcastError) -> None:
        self._connections.discard(self)
        self._transport.write(last_answer(error))
        self._transport.close()

    def _leave(self, admission: Admission, packed: bool) -> None:
        """Take the connection away from uvloop's transport, which closes its own handle of it."""
        self._connections.discard(self)
        if self._transport.is_closing():
            return
        raw = socket.socket(fileno=os.dup(self._transport.get_extra_info("socket").fileno()))
        raw.setblocking(False)
        self._transport.abort()
        listener = (PackedSocket if packed else Socket)(self._hub, admission, self._connections.discard)
        self._connections.add(listener)
        answer = WSUpgradeResponseWithListener(_response(admission.subprotocol, packed), listener)
        protocol = _protocol(lambda _: answer, self._hub, self._short_head())
        try:
            Stream(asyncio.get_running_loop(), raw, protocol)
        except OSError:  # the peer has gone meanwhile
            raw.close()
            listener.on_ws_disconnected(None)

    def _short_head(self) -> bytes:
        lines = [name + b": " + value for name, value in self._head if name in _PASSED_ON]
        return b"\r\n".join([b"GET / HTTP/1.1", *lines, b"", b""])


@lru_cache(maxsize=16)
def _response(subprotocol: str | None, packed: bool) -> WSUpgradeResponse:
    """The answer to an upgrade. picows keeps it as long as the connection, so all have the same."""
    chosen = {"Sec-WebSocket-Protocol": subprotocol} if subprotocol else {}
    if packed:
        chosen["Sec-WebSocket-Extensions"] = deflate.ANSWER
    response: WSUpgradeResponse = WSUpgradeResponse.create_101_response(chosen or None)
    return response


def read_head(data: bytes, peer: Any) -> Handshake:
    """The request in a head that is known to be well-formed. ``peer`` is the socket's peer name."""
    line, *rest = data.split(b"\r\n")
    path, _, query = line.split(b" ")[1].partition(b"?")
    pairs = [(name.lower(), value.strip()) for name, _, value in (each.partition(b":") for each in rest if each)]
    client = (str(peer[0]), int(peer[1])) if isinstance(peer, tuple) and len(peer) >= 2 else None
    return Handshake(path.decode("latin-1"), query, pairs, client)


class _Protocol(WSProtocol):  # type: ignore[misc]
    """picows' protocol, which has read a request head before it gets its connection."""

    __slots__ = ("head",)
    head: bytes

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        _feed(self, self.head)
        self.head = b""


def _protocol(listener: Callable[[Any], Any], hub: Hub, head: bytes) -> Any:
    protocol = _Protocol(
        None,  # host_port and path: for clients
        None,
        False,
        listener,
        _picows_log,
        True,  # disconnect on exceptions
        None,  # the head is there already
        False,  # no pings of picows' own
        10,
        10,
        WSAutoPingStrategy.PING_WHEN_IDLE,
        True,  # answer protocol pings
        hub.engine.settings.websockets.max_payload_size,
        None,
        _READ_BUFFER,
    )
    protocol.head = head
    return protocol


def _feed(protocol: Any, data: bytes) -> None:
    """Give the protocol data as if it had been read."""
    while data:
        buffer = protocol.get_buffer(-1)
        size = min(len(buffer), len(data))
        buffer[:size] = data[:size]
        protocol.buffer_updated(size)
        data = data[size:]

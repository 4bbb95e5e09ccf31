"""A WebSocket client that is cheap beside the server it measures. Must not know what is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

encode = msgspec.json.encode
decode = msgspec.json.decode


class Client(WSListener):  # type: ignore[misc, unused-ignore]
    """Hands every message to ``heard``."""

    def __init__(self) -> None:
        self.heard: Callable[[bytes], None] = lambda _message: None
        self._transport: Any = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The connection stands."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame has come."""
        if frame.msg_type == WSMsgType.TEXT:
            self.heard(frame.get_payload_as_bytes())

    def send(self, message: Any) -> None:
        """Send one message."""
        self._transport.send(WSMsgType.TEXT, encode(message))

    def pause(self) -> None:
        """Stop reading."""
        self._transport.underlying_transport.pause_reading()

    def close(self) -> None:
        """End the connection."""
        self._transport.disconnect()

    async def ask(self, message: Any) -> Any:
        """Send a message and wait for the next one."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.heard = lambda got: None if answer.done() else answer.set_result(got)
        self.send(message)
        return decode(await asyncio.wait_for(answer, 30))


async def connect(url: str) -> Client:
    """Open a connection."""
    _, client = await ws_connect(Client, url)
    assert isinstance(client, Client)
    return client

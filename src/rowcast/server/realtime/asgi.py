"""The same sessions on ASGI WebSockets, for mounting the application inside another one. Must not know what is said on them.

Slower than picows (a task per connection that sends); the way of choice only where the listener is not ours.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Receive, Scope, Send

from rowcast.protocol.backlog import Backlog
from rowcast.server.realtime.base import TOO_BIG
from rowcast.server.realtime.gate import Handshake, Refused
from rowcast.server.realtime.hub import AnyDriver, Hub


class AsgiSockets:
    """An ASGI application for scopes of type ``websocket``."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        try:
            admission = await self._hub.admit(_handshake(scope))
        except Refused as refused:
            return await _refuse(scope, send, refused.status)
        await send({"type": "websocket.accept", "subprotocol": admission.subprotocol})
        wire = AsgiWire(self._hub.engine.settings.websockets.outbox_size)
        driver = self._hub.open(wire, admission)
        wire.driver = driver
        sending = asyncio.create_task(wire.send_all(send))
        try:
            await self._read(driver, receive, sending)
        finally:
            driver.lost()
            sending.cancel()

    async def _read(self, driver: AnyDriver, receive: Receive, sending: asyncio.Task[None]) -> None:
        limit = self._hub.engine.settings.websockets.max_payload_size
        while not sending.done():
            reading = asyncio.ensure_future(receive())
            await asyncio.wait((reading, sending), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                return
            message = reading.result()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("bytes") or (message.get("text") or "").encode()
            if len(text) > limit:
                driver.end(TOO_BIG, "Message too big")
            elif driver.is_open:
                driver.receive(text)


class AsgiWire:
    """See ``driver.Wire``. What waits to be sent is bounded to ``most`` bytes (see ``Backlog``)."""

    def __init__(self, most: int) -> None:
        self._most, self._size, self._closing, self._choked = most, 0, False, False
        self._backlog = Backlog(most)
        self.replied = 0
        self._queue: asyncio.Queue[bytes | dict[str, Any]] = asyncio.Queue()
        self.driver: AnyDriver | None = None

    def write(self, frame: bytes) -> None:
        """See ``Wire``."""
        if self._closing:
            return
        self._size += len(frame)
        self._queue.put_nowait(frame)
        if self.driver is not None and self._backlog.is_over(self._size, len(frame)):
            self.driver.too_slow()
        elif self._size > self._most // 4 and not self._choked and self.driver is not None:
            self._choked = True
            self.driver.choke(True)

    def reply(self, frame: bytes) -> None:
        """See ``Wire``."""
        self.replied += 1
        self.write(frame)

    @property
    def waiting(self) -> int:
        """See ``Wire``."""
        return self._size

    def close(self, code: int | None, reason: str) -> None:
        """See ``Wire``. ASGI has no close without a code."""
        if not self._closing:
            self._closing = True
            self._queue.put_nowait({"type": "websocket.close", "code": code or 1000, "reason": reason})

    def pause(self, on: bool) -> None:
        """See ``Wire``. ASGI servers stop reading by themselves when they are not asked for messages."""

    async def send_all(self, send: Send) -> None:
        """Send what waits until the connection is closed."""
        while True:
            what = await self._queue.get()
            if isinstance(what, dict):
                return await send(what)
            self._size -= len(what)
            await send({"type": "websocket.send", "text": what.decode()})
            if self._choked and self._size < self._most // 8 and self.driver is not None:
                self._choked = False
                self.driver.choke(False)


def _handshake(scope: Scope) -> Handshake:
    path: str = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
    client = tuple(scope["client"]) if scope.get("client") else None
    return Handshake(path, scope.get("query_string", b""), list(scope["headers"]), client)


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    """With the status where the server can send one; else it answers 403."""
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await send({"type": "websocket.http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": 1008})

"""An HTTP/1.1 client that is cheap beside the server it measures: one request after the other on each of several connections."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

CONNECTIONS = 16


class Asking(asyncio.Protocol):
    """One connection. ``left`` is shared by all: the requests that are still to be sent."""

    def __init__(self, request: bytes, left: list[int], done: asyncio.Event) -> None:
        self._request, self._left, self._done = request, left, done
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        """Ask the first question."""
        self._transport = transport
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take answers off the buffer; ask the next question for each."""
        self._buffer += data
        while (size := whole(self._buffer)) is not None:
            assert self._buffer.startswith(b"HTTP/1.1 200"), self._buffer[:200]
            self._buffer = self._buffer[size:]
            self._left[0] -= 1
            if self._left[0] <= 0:
                self._done.set()
            if self._left[0] >= CONNECTIONS:
                self._transport.write(self._request)


def whole(buffer: bytes) -> int | None:
    """The length of the answer at the head of the buffer, if it is all there."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = buffer[:end].lower()
    start = head.index(b"content-length:") + 15
    stop = head.find(b"\r\n", start)
    size = end + 4 + int(head[start : stop if stop > 0 else end])
    return size if len(buffer) >= size else None


async def rate(base: str, path: str, token: str, count: int) -> float:
    """Answers per second to ``count`` times the same GET."""
    address = urlsplit(base)
    request = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    left, done, loop = [count], asyncio.Event(), asyncio.get_running_loop()
    began = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: Asking(request, left, done), address.hostname or "", address.port or 80)
        for _ in range(CONNECTIONS)
    ]
    await asyncio.wait_for(done.wait(), 120)
    took = time.perf_counter() - began
    for transport, _ in opened:
        transport.close()
    return count / took

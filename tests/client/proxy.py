"""A TCP proxy that cuts a connection after a chosen number of WebSocket frames, counted in both directions. Must not know what the
frames say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from tests.support.listening import listening as listening_at


class Frames:
    """Finds the ends of frames in a stream, after the HTTP part."""

    def __init__(self) -> None:
        self._bytes = b""
        self._open = False

    def feed(self, data: bytes) -> list[bytes]:
        """The whole pieces: the HTTP part, then frame by frame."""
        self._bytes += data
        pieces = []
        while (length := self._length()) is not None and length <= len(self._bytes):
            pieces.append(self._bytes[:length])
            self._bytes = self._bytes[length:]
            self._open = True
        return pieces

    def _length(self) -> int | None:
        if not self._open:
            end = self._bytes.find(b"\r\n\r\n")
            return None if end < 0 else end + 4
        if len(self._bytes) < 2:
            return None
        masked, short = 4 * (self._bytes[1] >> 7), self._bytes[1] & 127
        size = {126: 2, 127: 8}.get(short, 0)
        if len(self._bytes) < 2 + size:
            return None
        length = int.from_bytes(self._bytes[2 : 2 + size]) if size else short
        return 2 + size + masked + length


async def either(*ways: Coroutine[object, object, None]) -> None:
    """Until one of the ways ends; the others end with it."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Proxy:
    """Forwards to ``base``. ``cut_after``: after so many pieces in all (None: never), once. ``silent``: what comes is swallowed,
    and nothing more goes through the connections that were open then."""

    def __init__(self, base: str, cut_after: int | None = None) -> None:
        parts = urlsplit(base)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self.cut_after = cut_after
        self.pieces = self.cuts = self.connections = self.swallowed = 0
        self.url = ""
        self.refusing = False
        self.silent = False
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        if self.refusing:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(self._host, self._port)
        pair = {writer, back}
        self._writers |= pair
        try:
            await either(self._forward(reader, back), self._forward(there, writer))
        finally:
            for each in pair:
                each.transport.abort()
            self._writers -= pair

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames()
        while data := await reader.read(65536):
            if self.silent:  # what is swallowed is lost for this connection, as on a way that has broken
                self.swallowed += 1
                await asyncio.Event().wait()
            for piece in frames.feed(data):
                writer.write(piece)
                await writer.drain()
                self.pieces += 1
                if self.pieces == self.cut_after:
                    self.cuts += 1
                    await asyncio.sleep(0)
                    return

    def cut(self) -> None:
        """Cut all connections now."""
        self.cuts += 1
        for writer in list(self._writers):
            writer.transport.abort()


class Listening(Protocol):
    """Whatever connections may come to: at ``url``, until they are ``cut``."""

    url: str

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""

    def cut(self) -> None:
        """End all connections."""


L = TypeVar("L", bound=Listening)


@asynccontextmanager
async def listening(proxy: L) -> AsyncIterator[L]:
    """A proxy for the length of a block."""
    async with listening_at(proxy.serve) as port:
        proxy.url = f"http://127.0.0.1:{port}"
        try:
            yield proxy
        finally:
            proxy.cut()


def proxied(base: str, cut_after: int | None = None) -> AbstractAsyncContextManager[Proxy]:
    """A proxy that cuts, for the length of a block."""
    return listening(Proxy(base, cut_after))

"""The transport of a socket: order, back-pressure and ends, on a real pair of sockets."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import uvloop

from rowcast.server.realtime.stream import HIGH_WATER, LOW_WATER, Stream
from tests.support.patience import PATIENCE, soon, until


class Heard(asyncio.BufferedProtocol):
    """What a protocol is told."""

    def __init__(self) -> None:
        self.room = bytearray(100)
        self.data = bytearray()
        self.told: list[str] = []
        self.errors: list[Any] = []
        self.lost = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self.told.append("made")

    def get_buffer(self, hint: int) -> bytearray:
        return self.room

    def buffer_updated(self, size: int) -> None:
        self.data += self.room[:size]

    def eof_received(self) -> None:
        self.told.append("eof")

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")

    def connection_lost(self, error: Exception | None) -> None:
        self.told.append("lost")
        self.errors.append(error)
        self.lost.set()


class Pair:
    """A stream and the socket at its other end."""

    def __init__(self) -> None:
        ours, self.peer = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        for each in (ours, self.peer):
            each.setblocking(False)
        self.sock, self.heard = ours, Heard()
        self.stream = Stream(asyncio.get_running_loop(), ours, self.heard)

    async def read(self, size: int) -> bytes:
        """Exactly so many bytes at the other end."""
        loop, found = asyncio.get_running_loop(), b""
        while len(found) < size:
            found += await soon(loop.sock_recv(self.peer, min(65536, size - len(found))))
        return found


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    made = Pair()
    yield made
    made.stream.abort()
    await soon(made.heard.lost.wait())
    made.peer.close()


async def test_what_arrives_is_handed_on(pair: Pair) -> None:
    text = os.urandom(1000)
    pair.peer.sendall(text)
    await until(lambda: len(pair.heard.data) == 1000)
    assert bytes(pair.heard.data) == text


async def test_pausing(pair: Pair) -> None:
    pair.stream.pause_reading()
    pair.stream.pause_reading()
    assert not pair.stream.is_reading()
    pair.peer.sendall(b"later")
    await asyncio.sleep(0.02)
    assert not pair.heard.data
    pair.stream.resume_reading()
    await until(lambda: pair.heard.data == b"later")


async def test_what_the_kernel_does_not_take_waits_in_order(pair: Pair) -> None:
    await write_in_order(pair)


def test_the_same_on_the_loop_of_the_server() -> None:
    async def main() -> None:
        pair = Pair()
        await write_in_order(pair)
        pair.stream.abort()
        await pair.heard.lost.wait()
        pair.peer.close()

    uvloop.run(main())


async def write_in_order(pair: Pair) -> None:
    parts = [os.urandom(size) for size in (10, 50_000, 3, 90_000, 200_000, 7)]
    for part in parts:
        pair.stream.write(part)
    assert pair.stream.get_write_buffer_size() > HIGH_WATER
    assert pair.heard.told == ["made", "pause"]
    assert await pair.read(sum(map(len, parts))) == b"".join(parts)
    await until(lambda: pair.stream.get_write_buffer_size() == 0)
    assert pair.heard.told == ["made", "pause", "resume"]
    pair.stream.write(b"again")
    assert pair.stream.get_write_buffer_size() == 0
    assert await pair.read(5) == b"again"


async def test_going_on_below_the_low_mark_only(pair: Pair) -> None:
    pair.stream.write(bytes(400_000))
    while pair.stream.get_write_buffer_size() > LOW_WATER:
        assert "resume" not in pair.heard.told
        await pair.read(1000)
        await asyncio.sleep(0)
    await until(lambda: "resume" in pair.heard.told)


async def test_closing_sends_what_waits_first(pair: Pair) -> None:
    text = os.urandom(300_000)
    pair.stream.write(text)
    pair.stream.close()
    pair.stream.close()
    pair.stream.write(b"too late")
    assert pair.stream.is_closing()
    pair.peer.sendall(b"not read any more")
    assert await pair.read(len(text)) == text
    await soon(pair.heard.lost.wait())
    assert pair.heard.errors == [None]
    assert not pair.heard.data
    assert pair.sock.fileno() == -1


async def test_aborting_sends_nothing_more(pair: Pair) -> None:
    pair.stream.write(bytes(300_000))
    pair.stream.abort()
    pair.stream.abort()
    assert pair.stream.get_write_buffer_size() == 0
    await soon(pair.heard.lost.wait())
    assert pair.heard.told.count("lost") == 1


async def test_the_peer_ends(pair: Pair) -> None:
    pair.peer.close()
    await soon(pair.heard.lost.wait())
    assert pair.heard.told == ["made", "eof", "lost"]


async def test_the_peer_ends_while_something_waits(pair: Pair) -> None:
    pair.stream.write(bytes(300_000))
    pair.peer.close()
    await soon(pair.heard.lost.wait())
    assert pair.heard.told.count("lost") == 1


@pytest.fixture
def tcp() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
        ours.setblocking(False)
        yield ours, peer
        peer.close()


async def test_a_reset_is_told_once_with_its_error(tcp: tuple[socket.socket, socket.socket]) -> None:
    ours, peer = tcp
    heard = Heard()
    stream = Stream(asyncio.get_running_loop(), ours, heard)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    await soon(heard.lost.wait())
    stream.write(b"to nobody")
    assert heard.told == ["made", "lost"]
    assert isinstance(heard.errors[0], ConnectionError)


async def test_a_write_to_nobody_ends_the_stream(tcp: tuple[socket.socket, socket.socket]) -> None:
    ours, peer = tcp
    heard = Heard()
    stream = Stream(asyncio.get_running_loop(), ours, heard)
    stream.pause_reading()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    async with asyncio.timeout(PATIENCE):
        while not heard.lost.is_set():
            stream.write(b"to nobody")
            await asyncio.sleep(0.001)
    assert isinstance(heard.errors[0], ConnectionError)

"""Many subscribers that cost next to nothing: connections in a process of their own, which reads what has come ten times a second
and looks at none of it. They stand for clients on other machines, so that what is measured of the few others is the server.

    .venv/bin/python bench/crowd.py ADDRESS MESSAGE

Each line that it reads is a number: it opens so many more, sends the message on each, waits for the answer, and writes a line.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import urllib.parse
from asyncio.subprocess import PIPE
from contextlib import suppress
from typing import Any, Self

import msgspec
import uvloop
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

PAUSE = 0.1
SIZE = 1 << 20


class Crowd:
    """The process, as the one sees it who has started it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, url: str, message: Any) -> Self:
        """A crowd of nobody yet."""
        command = [sys.executable, __file__, url, msgspec.json.encode(message).decode()]
        return cls(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE))

    async def grow(self, count: int) -> None:
        """Have so many more, who have been answered."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{count}\n".encode())
        assert await self._process.stdout.readline(), "the crowd has gone"

    async def end(self) -> None:
        """All leave."""
        self._process.kill()
        await self._process.wait()


def open_one(url: str, message: bytes) -> socket.socket:
    """A connection that has said what it wants."""
    place, protocol = urllib.parse.urlsplit(url), ClientProtocol(parse_uri(url))
    connection = socket.create_connection((place.hostname or "", place.port or 80), timeout=10)
    protocol.send_request(protocol.connect())
    connection.sendall(b"".join(protocol.data_to_send()))
    while not protocol.events_received():
        protocol.receive_data(connection.recv(65536))
    protocol.send_text(message)
    connection.sendall(b"".join(protocol.data_to_send()))
    connection.recv(SIZE)
    connection.setblocking(False)
    return connection


def drain(crowd: list[socket.socket]) -> None:
    """Take what has come."""
    for each in crowd:
        with suppress(BlockingIOError):
            while len(each.recv(SIZE)) == SIZE:
                pass


async def stay(url: str, message: bytes) -> None:
    """Be as many as one is told to, and read now and then."""
    crowd: list[socket.socket] = []
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)

    async def grow() -> None:
        while line := await lines.readline():
            crowd.extend([open_one(url, message) for _ in range(int(line))])
            sys.stdout.write("open\n")
            sys.stdout.flush()

    growing = asyncio.create_task(grow())
    while not growing.done():
        await asyncio.sleep(PAUSE)
        drain(crowd)


if __name__ == "__main__":
    uvloop.run(stay(sys.argv[1], sys.argv[2].encode()))

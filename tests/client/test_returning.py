"""Coming back: whatever the code with which a server closes, and whatever stands in for it while it is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any, ClassVar

import pytest
from websockets.asyncio.server import ServerConnection, serve

from rowcast import errors
from rowcast.client import Reconnect, create_client, link
from tests.support.listening import listening
from tests.support.patience import PATIENCE, until

FAST = Reconnect(delay=0.01, factor=1.5, longest=0.1)


class Server:
    """Greets, and begins subscriptions with a position that counts connections. ``refuse``: how the next connections are
    answered instead; ``mute``: so many greetings are not."""

    port = 0

    def __init__(self) -> None:
        self.sockets: list[ServerConnection] = []
        self.asked: list[dict[str, Any]] = []
        self.refuse: list[bytes] = []
        self.mute = 0

    async def talk(self, socket: ServerConnection) -> None:
        """One connection."""
        self.sockets.append(socket)
        number = len(self.sockets)
        async for text in socket:
            message = json.loads(text)
            if self.mute and message["type"] == "auth":
                self.mute -= 1
            elif message["type"] == "auth":
                await socket.send('{"type":"auth","status":"ok"}')
            elif message["type"] == "subscribe":
                self.asked.append(message)
                event = "resumed" if "since" in message else "init"
                told = {"type": "subscription", "event": event, "uid": message["uid"], "position": f"p{number}"}
                await socket.send(json.dumps({**told, "data": []} if event == "init" else told))
                row = {**told, "event": "create", "data": [{"id": number}]}
                await socket.send(json.dumps(row))

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What stands before the server: answers by itself, or lets the connection through."""
        if self.refuse:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.refuse.pop(0))
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            await asyncio.gather(_pass(reader, back), _pass(there, writer))
        finally:
            back.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@pytest.fixture
async def far() -> AsyncIterator[tuple[Server, str]]:
    """The server, and the address of what stands before it."""
    server = Server()
    async with serve(server.talk, "127.0.0.1", 0) as inner:
        server.port = next(iter(inner.sockets)).getsockname()[1]
        async with listening(server.accept) as port:
            yield server, f"ws://127.0.0.1:{port}/websocket"


@pytest.mark.parametrize("code", [None, 1000, 1001, 1002, 1009, 1011, 1012, 1013, 4401, 4403])
async def test_codes(far: tuple[Server, str], code: int | None) -> None:
    """A subscription goes on from where it was."""
    server, url = far
    async with asyncio.timeout(PATIENCE), create_client(url, token="t", reconnect=FAST) as client:
        closed: list[Any] = []
        client.on("close", closed.append)
        async with client.subscribe("c") as events:
            assert (await anext(events)).rows == [{"id": 1}]
            if code is None:
                server.sockets[-1].transport.abort()
            else:
                await server.sockets[-1].close(code, "so")
            assert (await anext(events)).rows == [{"id": 2}]
            assert server.asked[-1]["since"] == "p1"
        assert [found[0] for found in closed] == [1006 if code is None else code]


ELSE = {
    "not found": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "bad gateway": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    "too many": b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n",
    "a page": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("answers", ELSE.values(), ids=ELSE)
async def test_while_a_server_is_away_others_answer_for_it(far: tuple[Server, str], answers: bytes) -> None:
    """A proxy in a deployment, for example. At first the same is an error: then the address is wrong."""
    server, url = far
    async with asyncio.timeout(PATIENCE), create_client(url, token="t", reconnect=FAST) as client:
        server.refuse = [answers]
        with pytest.raises(errors.RowcastError):
            await client.connect()
        async with client.subscribe("c") as events:
            await anext(events)
            server.refuse = [answers] * 3
            server.sockets[-1].transport.abort()
            assert (await anext(events)).rows == [{"id": 2}]
            assert server.refuse == []


async def test_a_server_that_is_too_busy_to_greet(far: tuple[Server, str]) -> None:
    server, url = far
    client = create_client(url, token="t", reconnect=FAST, connect_timeout=2)
    async with asyncio.timeout(PATIENCE), client, client.subscribe("c") as events:
        await anext(events)
        server.mute = 2
        server.sockets[-1].transport.abort()
        assert (await anext(events)).rows == [{"id": len(server.sockets)}]
        assert len(server.sockets) >= 4


class Noted(Reconnect, frozen=True):
    """Notes for which attempts a wait was asked; waits hardly."""

    asked: ClassVar[list[int]] = []

    def wait(self, attempt: int, random: Random, asked: float = 0.0) -> float | None:
        """See ``Reconnect``."""
        self.asked.append(attempt)
        return 0.001


@pytest.mark.parametrize("lasts", [False, True])
async def test_one_that_closes_at_once_is_not_run_down(
    far: tuple[Server, str], monkeypatch: pytest.MonkeyPatch, lasts: bool
) -> None:
    """Only a connection that has lasted makes the waits short again."""
    server, url = far
    monkeypatch.setattr(link, "_STEADY", -1.0 if lasts else 3600.0)
    Noted.asked.clear()
    async with asyncio.timeout(PATIENCE), create_client(url, token="t", reconnect=Noted()) as client:
        client.on("open", lambda _: server.sockets[-1].transport.abort())
        await client.connect()
        await until(lambda: len(Noted.asked) >= 4)
    assert Noted.asked[:4] == ([0] * 4 if lasts else [0, 1, 2, 3])

"""A connection that is refused at the upgrade: what may pass is waited for, what stays is told at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import anyio
import pytest
from websockets.asyncio.server import ServerConnection, serve

from rowcast import errors
from rowcast.client import Client, Reconnect, create_client
from tests.support.server import Server

LIMIT = 60
FAST = Reconnect(delay=0.001, factor=1.0)


def answer(status: str, body: str = "", *headers: str, is_told: bool = True) -> bytes:
    """An HTTP answer. ``is_told``: it says how long it is."""
    length = [f"Content-Length: {len(body)}"] if is_told else []
    return "\r\n".join([f"HTTP/1.1 {status}", *length, *headers, "", body]).encode()


def refusal(code: str) -> str:
    """The body of a server of the protocol."""
    return json.dumps({"errors": [{"message": "So it is.", "extensions": {"code": code}}]})


PASSES = {
    "a limit that is told": answer("403 Forbidden", refusal("LIMIT_EXCEEDED")),
    "a limit of the reference": answer("403 Forbidden", is_told=False),
    "403 of a proxy": answer("403 Forbidden", "<html>"),
    "429": answer("429 Too Many Requests"),
    "503": answer("503 Service Unavailable", "", "Retry-After: 0"),
}
STAYS = {
    "401": (answer("401 Unauthorized"), errors.AuthFailed),
    "401 of the reference": (answer("401 Unauthorized", is_told=False), errors.AuthFailed),
    "credentials that are told": (answer("401 Unauthorized", refusal("INVALID_CREDENTIALS")), errors.AuthFailed),
    "credentials told by 403": (answer("403 Forbidden", refusal("TOKEN_EXPIRED")), errors.AuthFailed),
    "forbidden": (answer("403 Forbidden", refusal("FORBIDDEN")), errors.Forbidden),
}


class Front:
    """Stands before a server that greets and begins subscriptions. ``answers``: what the next connections get instead."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.sockets: list[ServerConnection] = []
        self.port = self.refused = 0

    async def talk(self, socket: ServerConnection) -> None:
        """One connection."""
        self.sockets.append(socket)
        number = len(self.sockets)
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "auth":
                await socket.send('{"type":"auth","status":"ok"}')
            elif message["type"] == "subscribe":
                told = {"type": "subscription", "event": "init", "uid": message["uid"], "data": [{"id": number}]}
                await socket.send(json.dumps(told))

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if self.answers:
            self.refused += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.answers.pop(0))
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(_pass(reader, back), _pass(there, writer))


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@pytest.fixture
async def front() -> AsyncIterator[tuple[Front, str]]:
    """It, and its address."""
    front = Front()
    async with serve(front.talk, "127.0.0.1", 0) as inner:
        front.port = next(iter(inner.sockets)).getsockname()[1]
        outer = await asyncio.start_server(front.accept, "127.0.0.1", 0)
        yield front, f"http://127.0.0.1:{outer.sockets[0].getsockname()[1]}"
        outer.close()


@pytest.mark.parametrize("mode", ["handshake", "strict"])
@pytest.mark.parametrize("refused", PASSES.values(), ids=PASSES)
async def test_what_may_pass_is_waited_for(front: tuple[Front, str], refused: bytes, mode: Any) -> None:
    server, url = front
    client = create_client(url, token="t", mode=mode, reconnect=FAST)
    async with asyncio.timeout(LIMIT), client, client.subscribe("c") as events:
        server.answers = [refused] * 5
        server.sockets[-1].transport.abort()
        gap = await anext(events)
        assert (gap.kind, gap.rows) == ("gap", [{"id": 2}])
        assert server.refused == 5


@pytest.mark.parametrize(("refused", "kind"), STAYS.values(), ids=STAYS)
async def test_what_stays_is_told(front: tuple[Front, str], refused: bytes, kind: type[errors.RowcastError]) -> None:
    server, url = front
    async with asyncio.timeout(LIMIT), create_client(url, token="t", mode="strict", reconnect=FAST) as client:
        server.answers = [refused]
        with pytest.raises(kind) as first:
            await client.connect()
        assert not first.value.retry
        async with client.subscribe("c") as events:
            server.answers = [refused]
            server.sockets[-1].transport.abort()
            with pytest.raises(kind):
                await anext(events)


@pytest.mark.parametrize("refused", PASSES.values(), ids=PASSES)
async def test_the_first_connection_is_not_waited_for(front: tuple[Front, str], refused: bytes) -> None:
    """But who asks for it learns that it may be had later."""
    server, url = front
    async with asyncio.timeout(LIMIT), create_client(url, token="t", reconnect=FAST) as client:
        server.answers = [refused]
        with pytest.raises(errors.RowcastError) as raised:
            await client.connect()
        assert raised.value.retry
        await client.connect()
    assert server.refused == 1


async def test_a_limit_does_not_spend_the_login(front: tuple[Front, str]) -> None:
    """A refresh token is given up only where it is the reason."""
    server, url = front
    given: list[str] = []

    def token() -> str:
        given.append("t")
        return "t"

    async with asyncio.timeout(LIMIT), create_client(url, token=token, reconnect=FAST) as client:
        server.answers = [answer("403 Forbidden", refusal("LIMIT_EXCEEDED"))]
        with pytest.raises(errors.LimitExceeded):
            await client.connect()
    assert server.refused == len(given) == 1


async def test_giving_up_says_why(front: tuple[Front, str]) -> None:
    server, url = front
    few = Reconnect(delay=0.001, factor=1.0, retries=2)
    client = create_client(url, token="t", reconnect=few)
    async with asyncio.timeout(LIMIT), client, client.subscribe("c") as events:
        server.answers = [answer("403 Forbidden", refusal("LIMIT_EXCEEDED"))] * 2
        server.sockets[-1].transport.abort()
        with pytest.raises(errors.ConnectionLost, match=r"\(2 tried\).*So it is\."):
            await anext(events)


def test_a_server_may_ask_for_patience() -> None:
    again = Reconnect(delay=1, jitter=0, longest=30)
    assert [again.wait(0, Random(1), asked) for asked in (0.0, 7.0, 3600.0)] == [1, 7, 30]


async def test_a_limit_of_our_server(tmp_path: Any) -> None:
    """Two clients, room for one: the other gets in when the first has gone."""
    with Server(tmp_path, WEBSOCKETS_REST_CONN_LIMIT="1", WEBSOCKETS_REST_AUTH="public") as server:
        async with asyncio.timeout(LIMIT), create_client(server.base) as first:
            await first.connect()
            async with create_client(server.base) as second:
                with pytest.raises(errors.LimitExceeded, match="Too many sockets") as raised:
                    await second.connect()
                assert raised.value.retry
                await first.disconnect()
                await _connected(second)


async def _connected(client: Client) -> None:
    """Once the server has noticed that the other has gone."""
    while not client.is_connected:
        try:
            await client.connect()
        except errors.LimitExceeded:
            await anyio.sleep(0.01)

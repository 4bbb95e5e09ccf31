"""A connection that is ended while it is being made: whoever waits for it is told at once, and nobody else is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from rowcast.client import create_client
from rowcast.errors import ConnectionLost
from tests.support.guide import TOKEN
from tests.support.listening import listening
from tests.support.patience import PATIENCE
from tests.support.server import Server

LATE = 10 * PATIENCE
"""Seconds in which a connection has to stand: far more than this is waited for."""


@asynccontextmanager
async def silent() -> AsyncIterator[str]:
    """A server that takes connections and says nothing."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(hold) as port:
        yield f"http://127.0.0.1:{port}"


async def test_disconnecting_while_connecting() -> None:
    async with (
        asyncio.timeout(PATIENCE),
        silent() as url,
        create_client(url, token="t", connect_timeout=LATE) as client,
    ):
        connecting = [asyncio.create_task(client.connect()), asyncio.create_task(client.items("c").read())]
        await asyncio.sleep(0.05)
        await client.disconnect()
        for each in connecting:
            with pytest.raises(ConnectionLost, match="closed"):
                await each
        assert not client.is_connected


async def test_the_end_of_the_block_while_connecting() -> None:
    """A task that has not been cancelled is not told that it was."""
    async with asyncio.timeout(PATIENCE), silent() as url:
        async with create_client(url, token="t", connect_timeout=LATE) as client:
            asking = asyncio.create_task(client.items("c").read())
            await asyncio.sleep(0.05)
        with pytest.raises(ConnectionLost, match="closed"):
            await asking


async def test_a_connection_that_nobody_waits_for_is_given_up(guide: Server) -> None:
    async with (
        asyncio.timeout(PATIENCE),
        silent() as url,
        create_client(url, token="t", connect_timeout=LATE) as client,
    ):
        with anyio.move_on_after(0.05):
            await client.connect()
        first = client._link
        with anyio.move_on_after(0.05):
            await client.connect()
        assert client._link is not first


async def test_one_of_two_who_wait_is_cancelled(guide: Server) -> None:
    async with create_client(guide.base, token=TOKEN) as client:
        first, second = (asyncio.create_task(client.items("messages").read(limit=0)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == []
        with pytest.raises(asyncio.CancelledError):
            await first


async def test_who_listens_while_it_is_being_opened_hears(guide: Server) -> None:
    heard: list[object] = []
    async with create_client(guide.base, token=TOKEN) as client:
        connecting = asyncio.create_task(client.connect())
        await asyncio.sleep(0)
        remove = client.on("message", lambda message: heard.append(message["type"]))
        await connecting
        await client.ask("ping")
        remove()
        remove()
        await client.ask("ping")
    assert heard == ["auth", "pong"]


async def test_a_block_within_itself(guide: Server) -> None:
    client = create_client(guide.base, token=TOKEN)
    async with client:
        with pytest.raises(RuntimeError, match="in its block already"):
            await client.__aenter__()
        assert await client.items("messages").read(limit=0) == []
    async with client:
        assert await client.items("messages").read(limit=0) == []
    with pytest.raises(ValueError, match="no topic 'opened', only open, message, close, error"):
        client.on("opened", print)  # type: ignore[arg-type]

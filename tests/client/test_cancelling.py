"""Cancellation at each place where a verb waits, one after the other: nothing is left behind, and the client goes on."""

from __future__ import annotations

import asyncio
import functools
import gc
import warnings
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import anyio
import pytest

from rowcast.client import Client, F, create_client
from tests.support.guide import TOKEN
from tests.support.server import ADMIN_TOKEN, Server

LIMIT = 60
Story = Callable[[Client], Awaitable[object]]


class Interrupted:
    """Awaits ``inner`` and cancels ``scope`` when it waits for the ``at``-th time."""

    def __init__(self, inner: Awaitable[object], at: int, scope: anyio.CancelScope) -> None:
        self._inner, self._at, self._scope = inner, at, scope
        self.waits = 0

    def __await__(self) -> Generator[Any, Any, object]:
        steps: Any = self._inner.__await__()
        resume, given = steps.send, None
        while True:
            try:
                waits_for = resume(given)
            except StopIteration as end:
                return end.value
            self.waits += 1
            if self.waits == self._at:
                self._scope.cancel()
            try:
                given = yield waits_for
                resume = steps.send
            except BaseException as error:
                resume, given = steps.throw, error


async def interrupted(make: Callable[[], Awaitable[object]], at: int) -> bool:
    """Whether it waited so often, so that it was cancelled there."""
    with anyio.CancelScope() as scope:
        await Interrupted(make(), at, scope)
    return scope.cancel_called


async def everything(client: Client) -> None:
    """A client's life, from its block to the end."""
    async with client:
        await client.connect()
        async with client.subscribe("messages", query={"limit": 1}) as events:
            made = await client.items("messages").create({"text": "a", "user": "Cay"})
            await anext(events)
        async with client.live("messages", filter=F.user == "Cay", limit=5) as table:
            await client.items("messages").update(made["id"], {"text": "b"})
            await table.until(lambda rows: any(row["text"] == "b" for row in rows))
        async with client.channel("messages") as channel:
            await channel.send("hello")
        await client.rest.items("messages").read(limit=1)
        await client.disconnect()
        await client.items("messages").read(limit=1)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_whole_life(guide: Server, backend: str) -> None:
    async def main() -> None:
        at, is_cancelled = 0, True
        while is_cancelled:
            at += 1
            client = create_client(guide.base, token=TOKEN)
            with anyio.fail_after(LIMIT):
                is_cancelled = await interrupted(functools.partial(everything, client), at)
            assert not client.is_hosted
            assert not client.is_connected
            if backend == "asyncio":
                await asyncio.sleep(0)
                assert asyncio.all_tasks() == {asyncio.current_task()}
        assert at > 10

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        anyio.run(main, backend=backend)
        gc.collect()


async def subscribing(client: Client) -> None:
    """A subscription, from its block to the end."""
    async with client.subscribe("notes") as events:
        await client.items("notes").create({"text": "a"})
        await anext(events)


async def following(client: Client) -> None:
    """A live table likewise."""
    async with client.live("notes", sort="id") as table:
        version = table.version
        await client.items("notes").create({"text": "b"})
        while table.version == version:
            await anext(table)


async def following_without_block(client: Client) -> None:
    """One that is closed by hand."""
    table = await client.live("notes")
    await table.aclose()


async def joining(client: Client) -> None:
    """A channel."""
    async with client.channel("notes", state=1) as channel:
        await channel.set_state(2)
        await channel.send("hello")


async def reading(client: Client) -> None:
    """Items, both ways."""
    await client.items("notes").read()
    await client.rest.items("notes").read()


STORIES = [subscribing, following, following_without_block, joining, reading]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_client_goes_on(guide: Server, notes: Path, backend: str, story: Story) -> None:
    """Nothing stays asked for, and the next one finds all as it was."""

    async def main() -> None:
        async with create_client(guide.base, token=ADMIN_TOKEN) as client:
            await client.connect()
            at, is_cancelled = 0, True
            while is_cancelled:
                at += 1
                with anyio.fail_after(LIMIT):
                    is_cancelled = await interrupted(functools.partial(story, client), at)
                    assert client._link is not None
                    session = client._link.session
                    assert not session.subscriptions
                    assert not session.requests
                    assert client.is_connected
            assert at > 1

    anyio.run(main, backend=backend)

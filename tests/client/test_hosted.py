"""Where a client's block begins and ends: in one task or two, in a generator, in no block at all, in a process that was forked."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import trio

from rowcast.client import Client, create_client
from tests.support.guide import TOKEN
from tests.support.server import Server

LIMIT = 60


@pytest.fixture
async def given(guide: Server) -> AsyncIterator[Client]:
    """As any test would have it: what is behind ``yield`` runs in another task."""
    async with create_client(guide.base, token=TOKEN) as client:
        yield client


async def test_a_fixture(given: Client) -> None:
    async with asyncio.timeout(LIMIT), given.subscribe("messages", query={"limit": 1}) as events:
        await given.items("messages").create({"text": "a"})
        assert (await anext(events)).kind == "create"


async def test_left_by_another_task(guide: Server) -> None:
    client = create_client(guide.base, token=TOKEN)
    async with asyncio.timeout(LIMIT):
        await asyncio.create_task(client.__aenter__())
        await asyncio.create_task(client.connect())
        table = await asyncio.create_task(client.live("messages", limit=1).__aenter__())
        await asyncio.create_task(client.aclose())
        with pytest.raises(StopAsyncIteration):
            await anext(table)
    assert not client.is_hosted
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_generator_that_is_not_run_to_its_end(guide: Server) -> None:
    wrong: list[Any] = []

    async def rows() -> AsyncIterator[Any]:
        async with create_client(guide.base, token=TOKEN) as client, client.subscribe("messages") as events:
            yield events.init.rows
            async for event in events:
                yield event.rows

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: wrong.append(what))
        async with asyncio.timeout(LIMIT):
            async for _ in rows():
                break

    asyncio.run(main())
    gc.collect()
    assert wrong == []


async def test_without_a_block(guide: Server) -> None:
    client = await create_client(guide.base, token=TOKEN)
    async with asyncio.timeout(LIMIT):
        assert isinstance(await client.items("messages").count(), int)
        with pytest.raises(RuntimeError, match="in its block already"):
            await client
        await client.aclose()
        await client.aclose()
        await client
        await client.connect()
        await client.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_on_trio_there_is_a_block(guide: Server) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="async with client"):
            await create_client(guide.base, token=TOKEN)

    trio.run(main)


FORKED = """
import os, sys
from rowcast.client import sync

client = sync.create_client(sys.argv[1], token=sys.argv[2])
table = client.live("messages")
before = client.items("messages").count()
child = os.fork()
if not child:
    ok = client.items("messages").count() == before == len(table.rows)
    client.close()
    sys.exit(not ok)
assert os.waitpid(child, 0)[1] == 0
child = os.fork()
if not child:
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert client.items("messages").count() == before
print("good")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no such thing here")
def test_a_process_that_is_forked(guide: Server) -> None:
    """Workers that are made before they are needed have the client of their parent: it begins anew, and the parent's goes on."""
    command = [sys.executable, "-c", FORKED, guide.base, TOKEN]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            out, _ = process.communicate(timeout=LIMIT)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, out) == (0, "good\n")

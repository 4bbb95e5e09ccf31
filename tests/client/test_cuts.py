"""The connection is cut behind every single piece of a session: the HTTP part, then each frame in either direction. Whatever the
place, the live table equals the query in the end, and events are neither lost nor doubled, or a gap says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rowcast.client import Client, F, LiveTable, Reconnect, Subscription, create_client
from rowcast.errors import ConnectionLost
from tests.client.proxy import Proxy, proxied
from tests.client.resuming import Memory, remembering
from tests.support.patience import PATIENCE, soon, until
from tests.support.server import ADMIN_TOKEN, Server

FAST = Reconnect(delay=0.005, factor=1.5, longest=0.05)


def writes(memory: Memory) -> list[Callable[[], None]]:
    """Rows come, change, enter the filter, leave it, and go."""
    ranks = [(1, 5), (2, 1), (2, 7), (1, 2), (3, 9), (3, 8), (1, 6), (2, 7)]
    steps = [partial(memory.put, {"id": key, "rank": rank}) for key, rank in ranks]
    return [*steps, partial(memory.remove, 3), partial(memory.put, {"id": 4, "rank": 5})]


async def session(memory: Memory, proxy: Proxy) -> tuple[list[Any], list[Any]]:
    """A client that subscribes and keeps a live table while rows are written; returns the table's rows and the events."""
    seen: list[Any] = []
    client = create_client(proxy.url, token="t", reconnect=FAST)
    async with client:
        await connected(client)
        query = {"filter": (F.rank >= 5).json}
        async with client.subscribe("c", query=query, live="set") as events:
            table = await client.live("c", filter=F.rank >= 5)
            reading = asyncio.create_task(collect(events, seen))
            assert table.exact
            for step in writes(memory):
                step()
                await asyncio.sleep(0.002)
            await settled(table, memory.result(5))
            await until(lambda: events.waiting == 0)
            await asyncio.sleep(0.02)
            reading.cancel()
    return table.rows, [events.init.rows, *seen]


async def connected(client: Client) -> None:
    """Connect; a first connection that is cut is tried again by the user, not by the client."""
    for _ in range(3):
        try:
            return await client.connect()
        except ConnectionLost:
            await asyncio.sleep(0.005)
    raise AssertionError("no connection")


async def collect(events: Subscription, seen: list[Any]) -> None:
    """All events as plain values."""
    async for event in events:
        seen.append((event.kind, event.rows or event.keys))  # noqa: PERF401 - what it has when it is ended counts


async def settled(table: LiveTable, rows: list[dict[str, Any]]) -> None:
    """Wait until the table holds these rows."""
    async with asyncio.timeout(PATIENCE):
        await table.until(lambda found: found == sorted(rows, key=lambda row: row["id"]))


async def test_at_every_boundary_nothing_is_lost_or_doubled() -> None:
    async with remembering() as (memory, base), proxied(base) as proxy:
        rows, uncut = await session(memory, proxy)
        whole = proxy.pieces
    assert whole > 25
    assert ("gap", []) not in uncut
    for number in range(1, whole + 1):
        async with remembering() as (memory, base), proxied(base, number) as proxy:
            found, events = await session(memory, proxy)
            await until(lambda proxy=proxy: proxy.cuts == 1)  # type: ignore[misc]
            assert (found, events) == (rows, uncut), number


async def test_where_the_log_is_too_short_a_gap_says_so() -> None:
    async with remembering(kept=0) as (memory, base), proxied(base) as proxy:
        client = create_client(proxy.url, token="t", reconnect=FAST)
        async with client, client.subscribe("c", live="set") as events:
            table = await client.live("c")
            proxy.cut()
            memory.put({"id": 1, "rank": 5})
            gap = await soon(anext(events))
            assert (gap.kind, gap.complete, gap.rows) == ("gap", True, [{"id": 1, "rank": 5}])
            await settled(table, memory.result(0))
            assert [(await anext(table)).kind] == ["insert"]


async def test_a_server_without_sets_is_asked_again() -> None:
    """No positions, no sets: the table is read again after events and after cuts."""
    async with remembering(plain=True) as (memory, base), proxied(base) as proxy:
        client = create_client(proxy.url, token="t", reconnect=FAST)
        async with client, client.subscribe("c") as events:
            table = await client.live("c", filter=F.rank >= 5)
            assert not table.exact
            for number, step in enumerate(writes(memory)):
                step()
                if number % 3 == 2:
                    proxy.cut()
                    assert await next_gap(events)
                await settled(table, memory.result(5))


async def next_gap(events: Subscription) -> bool:
    """Wait for a gap; whether it holds the rows of now."""
    async with asyncio.timeout(PATIENCE):
        while (event := await anext(events)).kind != "gap":
            pass
    return event.complete


PARTS = 4
"""The cuts at the real server are shared out among as many tests."""


@pytest.mark.parametrize("part", range(PARTS))
async def test_against_the_real_server(guide: Server, notes: Path, part: int) -> None:
    """It resumes, between the frames of one commit too: each event comes once, and the table is right in the end. However many
    frames the session has, it is cut behind each."""
    async with proxied(guide.base) as proxy:
        await real_session(guide, proxy)
        whole, cuts = proxy.pieces, 0
    assert whole >= 27
    for number in range(part + 1, whole + 1, PARTS):
        async with proxied(guide.base, number) as proxy:
            await real_session(guide, proxy)
            cuts += proxy.cuts
    assert cuts >= whole // PARTS - 2, "frames that share a moment may come as one or two"


async def real_session(guide: Server, proxy: Proxy) -> None:
    """Subscribe and keep a table while another writes; all events come, and the table is right in the end."""
    direct = create_client(guide.base, token=ADMIN_TOKEN)
    client = create_client(proxy.url, token=ADMIN_TOKEN, reconnect=FAST)
    async with direct, client:
        await connected(client)
        rows, seen = direct.items("notes"), list[Any]()
        async with client.subscribe("notes", query={"fields": ["rank"]}) as events:
            reading = asyncio.create_task(collect(events, seen))
            table = await client.live("notes", filter=F.rank > 3, sort="-rank", limit=3)
            assert table.exact
            made = await rows.create_many([{"rank": rank} for rank in range(6)])
            await rows.create({"rank": 6})
            await rows.update_where(F.rank == 3, {"rank": 13})
            await rows.delete(made[5]["id"])
            await rows.create({"rank": 7})
            async with asyncio.timeout(PATIENCE):
                await table.until(lambda found: [row["rank"] for row in found] == [13, 7, 6])
                while len(seen) < 10:  # noqa: ASYNC110 - the events are taken elsewhere
                    await asyncio.sleep(0.005)
            reading.cancel()
        await rows.delete_where(F.id > 0)
    created = [("create", [{"rank": rank}]) for rank in range(7)]
    last = [("update", [{"rank": 13}]), ("delete", [str(made[5]["id"])]), ("create", [{"rank": 7}])]
    assert [(kind, list(map(str, data)) if kind == "delete" else data) for kind, data in seen] == [*created, *last]
    assert proxy.cuts <= 1


async def test_requests_over_a_cut(guide: Server, notes: Path) -> None:
    """Reads come through; of a change that was on its way nobody knows, and the caller is told."""
    async with proxied(guide.base) as proxy, create_client(proxy.url, token=ADMIN_TOKEN, reconnect=FAST) as client:
        await client.items("notes").create({"text": "a"})
        for _ in range(5):
            reads = [asyncio.create_task(client.items("notes").read(fields=["text"])) for _ in range(5)]
            await asyncio.sleep(0)
            proxy.cut()
            assert await asyncio.gather(*reads) == [[{"text": "a"}]] * 5
        made = asyncio.create_task(client.items("notes").create({"text": "b"}))
        await asyncio.sleep(0)
        proxy.cut()
        with pytest.raises(ConnectionLost) as caught:
            await made
        assert caught.value.extensions == {"sent": True}


async def test_it_gives_up_when_it_is_told_to(guide: Server) -> None:
    reconnect = Reconnect(delay=0.005, retries=2)
    async with proxied(guide.base) as proxy, create_client(proxy.url, token=ADMIN_TOKEN, reconnect=reconnect) as client:
        events = client.subscribe("messages")
        async with events:
            proxy.refusing = True
            proxy.cut()
            with pytest.raises(ConnectionLost):
                await soon(anext(events))
        proxy.refusing = False
        assert await client.items("messages").read(limit=0) == []

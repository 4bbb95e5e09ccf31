"""Hard days of the live engine: everybody comes back at once, another program writes 100 000 rows in one transaction, rights change
for all.

    .venv/bin/python bench/storm.py [--clients 2000] [--rows 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.live import percentile, resident, say
from bench.sockets import Client, connect, decode
from tests.support.guide import TOKEN, prepare
from tests.support.server import Server

AT_ONCE, MISSED = 100, 20
SPENT = 1e-4
"""Seconds for which somebody asks, for each row of a long transaction: somewhat more than telling it takes."""
WISH: dict[str, Any] = {"type": "subscribe", "collection": "messages", "uid": "s", "resume": True}
QUERY: dict[str, Any] = {"fields": ["id", "text"], "limit": 1}
BULK = """import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
db.executemany("INSERT INTO messages(text, user) VALUES (?, 'bulk')", ((str(n),) for n in range(int(sys.argv[2]))))
db.commit()
"""


def write(admin: httpx.Client, text: str) -> None:
    """One more row."""
    admin.post("/items/messages", json={"text": text}).raise_for_status()


def reading_rule(admin: httpx.Client) -> str:
    """The address of the rule by which all read."""
    rules = admin.get("/permissions", params={"filter[collection][_eq]": "messages", "limit": -1}).json()["data"]
    return next(f"/permissions/{each['id']}" for each in rules if each["action"] == "read")


async def open_all(server: Server, size: int) -> list[Client]:
    """So many signed-in connections."""
    found: list[Client] = []
    for start in range(0, size, AT_ONCE):
        many = range(start, min(start + AT_ONCE, size))
        found += await asyncio.gather(*[connect(f"{server.socket}?access_token={TOKEN}") for _ in many])
    return found


async def back(server: Server, since: str) -> tuple[Client, int]:
    """Come back; how many events were told until ``resumed``, -1 if it begins anew."""
    client, told = await connect(f"{server.socket}?access_token={TOKEN}"), 0
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def hear(frame: bytes) -> None:
        nonlocal told
        event = decode(frame).get("event")
        if event in ("resumed", "init") and not done.done():
            done.set_result(told if event == "resumed" else -1)
        told += 1

    client.heard = hear
    client.send({**WISH, "query": QUERY, "since": since})
    return client, await asyncio.wait_for(done, 60)


async def storm(server: Server, admin: httpx.Client, size: int) -> None:
    """All are cut off, some rows are written, all come back."""
    clients = await open_all(server, size)
    places = [(await client.ask({**WISH, "query": QUERY}))["position"] for client in clients]
    for client in clients:
        client.close()
    await asyncio.sleep(1)
    for number in range(MISSED):
        await asyncio.to_thread(write, admin, str(number))
    began, gate = time.perf_counter(), asyncio.Semaphore(200)

    async def one(place: str) -> tuple[Client, int]:
        async with gate:
            return await back(server, place)

    found = await asyncio.gather(*map(one, places))
    spent = time.perf_counter() - began
    say(f"{size:,} clients come back and resume", f"{spent:.1f} s")
    say("  told what they missed exactly", f"{sum(told == MISSED for _, told in found):,}")
    for client, _ in found:
        client.close()


async def bulk(server: Server, rows: int) -> None:
    """Another program's long transaction, told to ten; how long somebody else waits for an answer meanwhile, in a process of his
    own."""
    listeners, heard, done = await open_all(server, 10), 0, asyncio.Event()
    for client in listeners:
        await client.ask(
            {"type": "subscribe", "collection": "messages", "event": "create", "query": {"fields": ["id"]}, "uid": "s"}
        )

    def hear(frame: bytes) -> None:
        nonlocal heard
        heard += b'"create"' in frame[:60]
        if heard == rows * len(listeners):
            done.set()

    for client in listeners:
        client.heard = hear
    before = resident(server.process.pid)
    asker = await start("asker.py", f"{server.socket}?access_token={TOKEN}", rows * SPENT, piped=True)
    await asyncio.sleep(1)
    began = time.perf_counter()
    process = await start("-c", BULK, server.directory / "data" / "rowcast.db", rows)
    await asyncio.wait_for(done.wait(), 300)
    spent = time.perf_counter() - began
    more = resident(server.process.pid) - before
    await process.wait()
    lags = decode((await asker.communicate())[0])
    say(f"{rows:,} rows in one foreign transaction, told to 10", f"{spent:.1f} s")
    say("  heard by all", f"{heard:,} of {rows * len(listeners):,}")
    say(
        "  an answer meanwhile: p50, p99, longest",
        f"{percentile(lags, 0.5):.1f}, {percentile(lags, 0.99):.1f}, {max(lags) * 1000:.1f} ms",
    )
    say("  memory that it took", f"{more / 1e6:.0f} MB")
    for client in listeners:
        client.close()


async def start(*arguments: object, piped: bool = False) -> asyncio.subprocess.Process:
    """A program of this folder, or the text of one behind ``-c``, in a process of its own."""
    first, *rest = map(str, arguments)
    program = [first] if first == "-c" else [str(Path(__file__).with_name(first))]
    output = asyncio.subprocess.PIPE if piped else None
    return await asyncio.create_subprocess_exec(sys.executable, *program, *rest, stdout=output)


async def rights(server: Server, admin: httpx.Client, size: int) -> None:
    """A rule changes for that many listeners: from the call to the last of them."""
    clients, waiting = await open_all(server, size), asyncio.Event()
    for client in clients:
        await client.ask({"type": "subscribe", "collection": "messages", "live": "set", "query": QUERY, "uid": "s"})
    left = size

    def hear(_frame: bytes) -> None:
        nonlocal left
        left -= 1
        if not left:
            waiting.set()

    for client in clients:
        client.heard = hear
    rule = await asyncio.to_thread(reading_rule, admin)
    began = time.perf_counter()
    await asyncio.to_thread(admin.patch, rule, json={"permissions": {"id": {"_lt": 0}}})
    await asyncio.wait_for(waiting.wait(), 30)
    say(f"a rule changes for {size:,} listeners: the last is told", f"{(time.perf_counter() - began) * 1000:.0f} ms")
    await asyncio.to_thread(admin.patch, rule, json={"permissions": {}})
    for client in clients:
        client.close()


async def measure(server: Server, admin: httpx.Client, clients: int, rows: int) -> None:
    """All figures."""
    await asyncio.to_thread(write, admin, "first")
    await rights(server, admin, min(clients, 3000))
    await storm(server, admin, clients)
    await bulk(server, rows)


def main() -> None:
    """Measure a server of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as directory,
        Server(Path(directory), WEBSOCKETS_HEARTBEAT_ENABLED="false") as server,
        server.client() as admin,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        prepare(admin)
        runner.run(measure(server, admin, options.clients, options.rows))


if __name__ == "__main__":
    main()

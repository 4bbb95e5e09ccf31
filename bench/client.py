"""How much one client takes: 1 000 subscriptions and their events, a live table of 100 000 rows and its changes. The server is a
process that sends prepared frames as fast as they are taken; the client has one core.

python bench/client.py [--events 200000] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from websockets.asyncio.server import ServerConnection, serve

from rowcast.client import Client, Subscription, create_client

ROWS, CHANGES = 100_000, 20_000
SUBSCRIPTIONS = 1_000
ROW = {
    "id": 1,
    "user": "Ben",
    "text": "Hello World, and all who live in it!",
    "date_created": "2026-01-01T00:00:00.000Z",
}
_GO = b'{"type":"go"'


def frame(**members: Any) -> bytes:
    """The text of a subscription frame."""
    return json.dumps({"type": "subscription", **members}, separators=(",", ":")).encode()


class Source:
    """The server: answers each subscription, and at ``{"type":"go"}`` sends all events, ``batch`` at a time."""

    def __init__(self, events: int) -> None:
        self._events = events
        self._uids: list[str] = []

    async def serve(self, socket: ServerConnection) -> None:
        """One connection."""
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "subscribe":
                self._uids.append(message["uid"])
                is_set = message.get("live") == "set"
                rows = [{**ROW, "id": key, "rank": key * 7919 % ROWS} for key in range(ROWS)] if is_set else []
                await socket.send(frame(event="init", data=rows, position="0", uid=message["uid"]).decode())
            elif message["type"] == "go":
                await self._send(socket, self._changes() if message.get("table") else self._spread())

    def _spread(self) -> list[bytes]:
        """Each event for the next subscription."""
        return [frame(event="update", data=[ROW], uid=self._uids[n % len(self._uids)]) for n in range(self._events)]

    def _changes(self) -> list[bytes]:
        """Rows move, come and go, all over the table."""
        uid, frames = self._uids[-1], []
        for number in range(CHANGES):
            key = number * 104_729 % ROWS
            if number % 10 == 9:
                frames.append(frame(event="delete", data=[key], position=str(number), uid=uid))
            else:
                row = {**ROW, "id": key, "rank": (number * 31 + 1) % ROWS}
                frames.append(frame(event="update", data=[row], position=str(number), uid=uid))
        return frames

    async def _send(self, socket: ServerConnection, frames: list[bytes]) -> None:
        """Written as they go over the wire, so that the server is not what is measured."""
        wire = [bytes((0x81, 126)) + len(text).to_bytes(2) + text for text in frames]
        for start in range(0, len(wire), 500):
            socket.transport.write(b"".join(wire[start : start + 500]))
            await socket.drain()


def source(events: int, port: Any) -> None:
    """The server's process."""

    async def main() -> None:
        async with serve(Source(events).serve, "127.0.0.1", 0) as server:
            port.value = next(iter(server.sockets)).getsockname()[1]
            await asyncio.Future()

    asyncio.run(main())


@asynccontextmanager
async def connected(events: int) -> AsyncIterator[Client]:
    """A client of such a server."""
    port = multiprocessing.Value("i", 0)
    process = multiprocessing.Process(target=source, args=(events, port), daemon=True)
    process.start()
    while not port.value:  # noqa: ASYNC110 - another process sets it
        await anyio.sleep(0.01)
    try:
        async with create_client(f"http://127.0.0.1:{port.value}") as client:
            yield client
    finally:
        process.terminate()


async def subscriptions(events: int) -> dict[str, float]:
    """1 000 subscriptions, each with a task that takes its events."""
    left = events

    async def take(each: Subscription, done: anyio.Event) -> None:
        nonlocal left
        async for event in each:
            assert event.rows
            left -= 1
            if not left:
                done.set()

    async with connected(events) as client, anyio.create_task_group() as tasks:
        before, done = resource.getrusage(resource.RUSAGE_SELF), anyio.Event()
        for _ in range(SUBSCRIPTIONS):
            each = client.subscribe("messages", buffer=events)
            await each.__aenter__()
            tasks.start_soon(take, each, done)
        after = resource.getrusage(resource.RUSAGE_SELF)
        used, start = time.process_time(), time.perf_counter()
        client.send({"type": "go"})
        await done.wait()
        seconds, processor = time.perf_counter() - start, time.process_time() - used
        tasks.cancel_scope.cancel()
    kib = (after.ru_maxrss - before.ru_maxrss) / SUBSCRIPTIONS
    return {"events/s": events / seconds, "events/s of one core": events / processor, "KiB per subscription": kib}


async def table() -> dict[str, float]:
    """A live table of 100 000 rows in an order that changes touch."""
    async with connected(0) as client:
        start = time.perf_counter()
        live = await client.live("messages", sort="rank,-user", limit=-1, buffer=CHANGES)
        opened = time.perf_counter() - start
        deleted = {number * 104_729 % ROWS for number in range(9, CHANGES, 10)}
        start, used = time.perf_counter(), time.process_time()
        client.send({"type": "go", "table": True})
        for _ in range(CHANGES):
            await anext(live)
        seconds, processor = time.perf_counter() - start, time.process_time() - used
        assert len(live) == ROWS - len(deleted)
        ranks = [row["rank"] for row in live.rows]
        assert ranks == sorted(ranks)
    return {"seconds to open": opened, "changes/s": CHANGES / seconds, "changes/s of one core": CHANGES / processor}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {
        f"{SUBSCRIPTIONS} subscriptions": anyio.run(
            subscriptions, options.events, backend_options={"use_uvloop": options.uvloop}
        ),
        f"live table of {ROWS} rows": anyio.run(table),
    }
    if options.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        print(name)
        for what, figure in figures.items():
            print(f"  {what:24} {figure:12,.1f}")


if __name__ == "__main__":
    main()

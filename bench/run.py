"""Figures of this machine: start, memory, questions and answers over the socket, and one change told to many.

    make bench          or: .venv/bin/python bench/run.py

What depends on the machine is given as a ratio to the limit measured in the same run: a bare server that sends a prepared frame
to the same number of sockets.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.client import Client, connect
from tests.support.guide import TOKEN, prepare
from tests.support.server import Server

CONNECTIONS, IN_FLIGHT, QUESTIONS = 8, 8, 4000
SUBSCRIBERS, EVENTS = 500, 60
SUBSCRIBE = {"type": "subscribe", "collection": "messages", "event": "create", "query": {"fields": ["id", "text"]}}


async def rate(url: str, message: Callable[[int], dict[str, Any]]) -> float:
    """Answers per second: several connections, several questions under way on each."""
    clients = [await connect(f"{url}?access_token={TOKEN}") for _ in range(CONNECTIONS)]
    done, left, answered = asyncio.Event(), iter(range(QUESTIONS)), 0

    def asks(client: Client) -> Callable[[bytes], None]:
        def heard(frame: bytes) -> None:
            nonlocal answered
            if b'"error"' in frame[:80]:
                raise AssertionError(frame)
            answered += 1
            if answered == QUESTIONS:
                done.set()
            if (number := next(left, None)) is not None:
                client.send(message(number))

        return heard

    began = time.perf_counter()
    for client in clients:
        client.heard = asks(client)
        for _ in range(IN_FLIGHT):
            client.send(message(next(left)))
    await asyncio.wait_for(done.wait(), 60)
    took = time.perf_counter() - began
    for client in clients:
        client.close()
    return QUESTIONS / took


async def told(clients: list[Client], cause: Callable[[int], None]) -> float:
    """Deliveries per second when each cause is told to all."""
    heard, whole = 0, asyncio.Event()

    def count(_frame: bytes) -> None:
        nonlocal heard
        heard += 1
        if heard == len(clients) * EVENTS:
            whole.set()

    for client in clients:
        client.heard = count
    began = time.perf_counter()
    for number in range(EVENTS):
        cause(number)
    await asyncio.wait_for(whole.wait(), 60)
    return len(clients) * EVENTS / (time.perf_counter() - began)


async def fan_out(url: str, listen: Any, cause: Callable[[int], Any]) -> float:
    """Deliveries per second when ``cause`` is said to a server whose other clients all said ``listen``."""
    clients = [await connect(url) for _ in range(SUBSCRIBERS)]
    for client in clients:
        await client.ask(listen)
    speaker = await connect(url)
    result = await told(clients, lambda number: speaker.send(cause(number)))
    for client in [*clients, speaker]:
        client.close()
    return result


@contextmanager
def bare() -> Iterator[str]:
    """The address of a server that does nothing but send, in a process of its own."""
    process = subprocess.Popen([sys.executable, Path(__file__).with_name("bare.py")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"ws://127.0.0.1:{process.stdout.readline().strip()}/"
    finally:
        process.kill()


def create(number: int) -> dict[str, Any]:
    """A message that creates an item."""
    data = {"text": f"Hello {number}", "user": "Ben"}
    return {"type": "items", "collection": "messages", "action": "create", "data": data}


def read(_number: int) -> dict[str, Any]:
    """A message that reads one item."""
    return {"type": "items", "collection": "messages", "action": "read", "id": 1}


def read_hundred(_number: int) -> dict[str, Any]:
    """A message that reads a hundred items."""
    return {"type": "items", "collection": "messages", "action": "read", "query": {"limit": 100}}


def starts(directory: Path) -> list[tuple[float, float]]:
    """Seconds from the command to the first answer, and MB at rest, a few times."""
    results = []
    for _ in range(5):
        began = time.perf_counter()
        with Server(directory) as server, server.client() as client:
            client.get("/server/ping").raise_for_status()
            took = time.perf_counter() - began
            time.sleep(1)
            pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
            results.append((took, pages * 4096 / 1e6))
    return results[1:]


def say(name: str, value: str) -> None:
    """Print one figure."""
    print(f"{name:44}{value:>14}", flush=True)


async def measure(server: Server) -> None:
    """All figures that need a running server."""
    say("creates by socket", f"{await rate(server.socket, create):,.0f}/s")
    say("reads of one item by socket", f"{await rate(server.socket, read):,.0f}/s")
    say("reads of 100 items by socket", f"{await rate(server.socket, read_hundred):,.0f}/s")
    ours = await fan_out(f"{server.socket}?access_token={TOKEN}", SUBSCRIBE, create)
    with bare() as url:
        limit = await fan_out(url, "listen", create)
    say(f"deliveries to {SUBSCRIBERS} sockets", f"{ours:,.0f}/s")
    say("the same by a bare server (the limit)", f"{limit:,.0f}/s")
    say("ratio", f"{ours / limit:.0%}")


def main() -> None:
    """Run everything against a server of its own."""
    with tempfile.TemporaryDirectory() as directory:
        figures = starts(Path(directory))
        say("start to first answer (median)", f"{statistics.median(each[0] for each in figures):.2f} s")
        say("memory at rest (median)", f"{statistics.median(each[1] for each in figures):.0f} MB")
        with Server(Path(directory), WEBSOCKETS_HEARTBEAT_ENABLED="false") as server:
            with server.client() as admin:
                prepare(admin)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(measure(server))


if __name__ == "__main__":
    main()

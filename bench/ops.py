"""Questions and answers by WebSocket and by REST, beside the bound: a throw-away server on the same parts that knows no rights, one
fixed collection, and writes the same rows (item, activity, revision, change log).

    .venv/bin/python bench/ops.py [--rounds 5] [--questions 20000]

Both are measured in turn, so that what the machine does meanwhile hits both; medians, and the median of the ratios. Each figure has
the processor time of the server for one question beside it, which depends less on what else runs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.nested import PATH, fill
from bench.requests import rate as http_rate
from bench.sockets import Client, connect
from tests.support.guide import TOKEN, prepare
from tests.support.server import ADMIN_TOKEN, Server

CONNECTIONS, IN_FLIGHT = 8, 8
ITEMS = {"type": "items", "collection": "messages"}
QUESTIONS: dict[str, Callable[[int], dict[str, Any]]] = {
    "create": lambda n: {**ITEMS, "action": "create", "data": {"text": f"t{n}", "user": "Ben"}, "uid": n},
    "read one (newest)": lambda n: {
        **ITEMS,
        "action": "read",
        "query": {"limit": 1, "sort": "-date_created"},
        "uid": n,
    },
    "read 100": lambda n: {**ITEMS, "action": "read", "query": {"limit": 100}, "uid": n},
}
TICKS = os.sysconf("SC_CLK_TCK")


class Measured(NamedTuple):
    """Answers per second, and microseconds of the server's processors for each."""

    rate: float
    cost: float


class Target(NamedTuple):
    """A server that is measured."""

    url: str
    pid: int


def spent(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def ask(target: Target, message: Callable[[int], dict[str, Any]], count: int) -> Measured:
    """Several connections, several questions under way on each."""
    clients = [await connect(target.url) for _ in range(CONNECTIONS)]
    for client in clients:
        assert (await client.ask({"type": "auth", "access_token": TOKEN}))["status"] == "ok"
    left, answered, done = iter(range(count)), 0, asyncio.Event()

    def asks(client: Client) -> Callable[[bytes], None]:
        def heard(frame: bytes) -> None:
            nonlocal answered
            if b'"error"' in frame[:80]:
                raise AssertionError(frame)
            answered += 1
            if answered == count:
                done.set()
            if (number := next(left, None)) is not None:
                client.send(message(number))

        return heard

    used, began = spent(target.pid), time.perf_counter()
    for client in clients:
        client.heard = asks(client)
        for _ in range(IN_FLIGHT):
            client.send(message(next(left)))
    await asyncio.wait_for(done.wait(), 120)
    took = time.perf_counter() - began
    for client in clients:
        client.close()
    return Measured(count / took, (spent(target.pid) - used) / count * 1e6)


@contextmanager
def bound() -> Iterator[Target]:
    """The bound, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("bound.py")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield Target(f"ws://127.0.0.1:{process.stdout.readline().strip()}/", process.pid)
    finally:
        process.kill()
        process.wait()


def compare(name: str, ours: list[Measured], limits: list[Measured]) -> None:
    """Print the medians of one question."""
    rate, limit = (statistics.median(m.rate for m in each) for each in (ours, limits))
    cost, least = (statistics.median(m.cost for m in each) for each in (ours, limits))
    share = statistics.median(a.rate / b.rate for a, b in zip(ours, limits, strict=True))
    print(
        f"{name:22}{rate:>10,.0f}/s {cost:>7.1f} µs   bound {limit:>10,.0f}/s {least:>6.1f} µs   {share:>5.0%}",
        flush=True,
    )


def nested(server: Server, count: int, rounds: int) -> None:
    """The nested read by REST, which the bound does not know."""
    with server.client() as admin:
        fill(admin)
    results = []
    for _ in range(rounds):
        used = spent(server.process.pid)
        rate = uvloop.run(http_rate(server.base, PATH, ADMIN_TOKEN, count))
        results.append(Measured(rate, (spent(server.process.pid) - used) / count * 1e6))
    rate, cost = statistics.median(m.rate for m in results), statistics.median(m.cost for m in results)
    print(f"{'nested read by REST':22}{rate:>10,.0f}/s {cost:>7.1f} µs", flush=True)


def durable(count: int, rounds: int, variables: dict[str, str]) -> None:
    """Creates that survive the machine as well: each commit waits for the disk."""
    with (
        tempfile.TemporaryDirectory() as directory,
        Server(Path(directory), **variables, ROWCAST_SYNCHRONOUS="full") as server,
    ):
        with server.client() as admin:
            prepare(admin)
        target = Target(server.socket, server.process.pid)
        results = [uvloop.run(ask(target, QUESTIONS["create"], count)) for _ in range(rounds)]
    rate, cost = statistics.median(m.rate for m in results), statistics.median(m.cost for m in results)
    print(f"{'create, FULL':22}{rate:>10,.0f}/s {cost:>7.1f} µs", flush=True)


def main() -> None:
    """Measure a server of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=20_000)
    options = parser.parse_args()
    variables = {"WEBSOCKETS_HEARTBEAT_ENABLED": "false"}
    with (
        tempfile.TemporaryDirectory() as directory,
        bound() as limit,
        Server(Path(directory), **variables) as server,
    ):
        with server.client() as admin:
            prepare(admin)
        target = Target(server.socket, server.process.pid)
        for name, message in QUESTIONS.items():
            pairs = [
                tuple(uvloop.run(ask(each, message, options.questions)) for each in (limit, target))
                for _ in range(options.rounds)
            ]
            compare(name, [pair[1] for pair in pairs], [pair[0] for pair in pairs])
        nested(server, options.questions // 4, options.rounds)
    durable(options.questions // 4, options.rounds, variables)


if __name__ == "__main__":
    main()

"""One change, many who hear of it: deliveries beside the limit, different filters, delay, slow readers, memory.

    .venv/bin/python bench/live.py [--plots bench/plots]

The limit is a bare server that sends a prepared frame to the same number of sockets, measured in turn with ours.
"""

from __future__ import annotations

import argparse
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

from bench.crowd import Crowd
from bench.fleet import Fleet, create, now, subscription
from bench.sockets import Client, connect
from tests.support.guide import TOKEN, prepare
from tests.support.server import Server

FIELDS = {"fields": ["id", "text", "user"]}
PROBES = 20
SQL = """import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
for _ in range(int(sys.argv[2])):
    db.execute("INSERT INTO messages(text, user) VALUES (?, 'sql')", (f"#at:{time.time():.6f}#",))
    time.sleep(0.01)
"""


def say(name: str, value: str) -> None:
    """Print one figure."""
    print(f"{name:54}{value:>22}", flush=True)


def resident(pid: int) -> float:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def percentile(values: list[float], share: float) -> float:
    """The value below which that share lies, in milliseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


@contextmanager
def bare() -> Iterator[str]:
    """The address of a server that does nothing but send, in a process of its own."""
    process = subprocess.Popen([sys.executable, Path(__file__).with_name("bare.py")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"ws://127.0.0.1:{process.stdout.readline().strip()}/"
    finally:
        process.kill()
        process.wait()


async def deliveries(fleet: Fleet, speaker: Client, events: int) -> float:
    """Deliveries per second when everybody is told everything, one event after the other."""
    size = len(fleet.clients)
    began = time.perf_counter()
    for number in range(events):
        fleet.expect(size)
        speaker.send(create(f"Hello {number}"))
        await fleet.all()
    return size * events / (time.perf_counter() - began)


async def fan_out(server: Server, size: int, rounds: int) -> tuple[float, float]:
    """(ours, the limit) in deliveries per second to ``size`` sockets of one view; medians of several rounds in turn."""
    ours, limit = Fleet(), Fleet()
    events = max(20, 40_000 // size)
    with bare() as url:
        await ours.open(server.socket, size)
        await ours.subscribe(lambda _: FIELDS)
        await limit.open(url, size)
        await asyncio.gather(*[client.ask("listen") for client in limit.clients])
        limit.listen()
        speaker, other = await connect(f"{server.socket}?access_token={TOKEN}"), await connect(url)
        pairs = [
            (await deliveries(ours, speaker, events), await deliveries(limit, other, events)) for _ in range(rounds)
        ]
        for each in (ours, limit):
            each.close()
    share = statistics.median(a / b for a, b in pairs)
    rate, most = (statistics.median(pair[n] for pair in pairs) for n in (0, 1))
    say(f"{size:,} sockets on one view", f"{rate:,.0f} deliveries/s")
    say("  the limit", f"{most:,.0f} deliveries/s")
    say("  share of the limit", f"{share:.0%}")
    return rate, most


async def filters(server: Server, size: int, commits: int) -> None:
    """Items per second through to their one subscriber each, of many with different equality filters."""
    fleet = Fleet()
    await fleet.open(server.socket, size)
    await fleet.subscribe(lambda n: {**FIELDS, "filter": {"user": {"_eq": f"u{n}"}}})
    speakers = [await connect(f"{server.socket}?access_token={TOKEN}") for _ in range(8)]
    fleet.expect(commits)
    began = time.perf_counter()
    for number in range(commits):
        speakers[number % 8].send(create("Hello", f"u{number % size}"))
        if number % 64 == 63:
            while number - fleet.heard > 256:  # noqa: ASYNC110 - what is measured must not wait for an event more
                await asyncio.sleep(0)
    await fleet.all()
    say(f"{size:,} different equality filters", f"{commits / (time.perf_counter() - began):,.0f} items/s")
    for client in speakers:
        client.close()
    fleet.close()


def spread(lags: list[float]) -> str:
    """The median and the 99th percentile, in words."""
    return f"{percentile(lags, 0.5):.1f}, {percentile(lags, 0.99):.1f} ms"


async def lags_of(fleet: Fleet, speaker: Client, message: Callable[[int], Any], seconds: int, each: int) -> list[float]:
    """Seconds from the call to the client of events at 100 a second that reach ``each`` of the fleet."""
    fleet.expect(each * seconds * 100)
    clock = asyncio.get_running_loop().time
    begin = clock()
    for number in range(seconds * 100):
        await asyncio.sleep(max(0.0, begin + number / 100 - clock()))
        speaker.send(message(number))
    await fleet.all()
    return fleet.lags


async def delays(server: Server, size: int, seconds: int) -> list[float]:
    """Delays of ``size`` subscribers, 100 items a second: each of interest to one of them; each of interest to all, beside the
    limit; written by plain SQL; and while a tenth does not read."""
    alone, fleet = Fleet(), Fleet()
    speaker = await connect(f"{server.socket}?access_token={TOKEN}")
    await alone.open(server.socket, size)
    await alone.subscribe(lambda n: {**FIELDS, "filter": {"user": {"_eq": f"u{n}"}}})
    lags = await lags_of(alone, speaker, lambda n: create(now(), f"u{n % size}"), seconds, 1)
    say(f"{size:,} subscribers, 100 items/s for one each: p50, p99", spread(lags))
    alone.close()
    await probes(server, speaker, size, seconds)
    await fleet.open(server.socket, size)
    await fleet.subscribe(lambda _: FIELDS)
    lags = await lags_of(fleet, speaker, lambda _: create(now()), seconds, size)
    say(f"{size:,} subscribers, 100 items/s for all: p50, p99", spread(lags))
    say("  the limit", spread(await least_delays(size, seconds)))
    fleet.expect(size * seconds * 50)
    database = server.directory / "data" / "rowcast.db"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SQL, str(database), str(seconds * 50))
    await fleet.all()
    await process.wait()
    say("  written by plain SQL: p50, p99", spread(fleet.lags))
    await slow_readers(server, fleet, speaker, size, seconds)
    speaker.close()
    fleet.close()
    return lags


async def probes(server: Server, speaker: Client, size: int, seconds: int) -> None:
    """Delays of items for all as ``PROBES`` of them see it, evenly spread, while the others cost this machine next to nothing, as
    if they were on others; beside the limit. Where all are measured, half of the time is that of the thousand clients."""
    wish = subscription(FIELDS, "create", "s")
    lags = await seen_by_probes(server.socket, speaker, wish, lambda _: create(now()), size, seconds)
    say(f"{size:,} subscribers, as one of them sees it: p50, p99", spread(lags))
    with bare() as url:
        other = await connect(url)
        lags = await seen_by_probes(url, other, "listen", lambda _: event(now()), size, seconds)
        other.close()
    say("  the limit", spread(lags))


async def seen_by_probes(
    url: str, speaker: Client, wish: Any, message: Callable[[int], Any], size: int, seconds: int
) -> list[float]:
    """The delays of a few clients in a crowd."""
    fleet, crowd = Fleet(), await Crowd.start(f"{url}?access_token={TOKEN}", wish)
    for _ in range(PROBES):
        await crowd.grow(size // PROBES - 1)
        await fleet.open(url, 1)
        await fleet.clients[-1].ask(wish)
    fleet.listen()
    lags = await lags_of(fleet, speaker, message, seconds, PROBES)
    fleet.close()
    await crowd.end()
    return lags


async def least_delays(size: int, seconds: int) -> list[float]:
    """The same from a server that does nothing but send."""
    fleet = Fleet()
    with bare() as url:
        await fleet.open(url, size)
        await asyncio.gather(*[client.ask("listen") for client in fleet.clients])
        fleet.listen()
        speaker = await connect(url)
        lags = await lags_of(fleet, speaker, lambda _: event(now()), seconds, size)
        fleet.close()
    return lags


def event(text: str) -> dict[str, Any]:
    """What the bare server is to send."""
    return {"type": "subscription", "event": "create", "data": [{"id": 1, "text": text, "user": "Ben"}], "uid": "s"}


async def slow_readers(server: Server, fleet: Fleet, speaker: Client, size: int, seconds: int) -> None:
    """The delay of nine tenths of the sockets before and while the others do not read, and what that takes in memory."""
    slow = fleet.clients[::10]
    others = size - len(slow)
    padding = "x" * 500
    for client in slow:
        client.heard = lambda _frame: None
    before = await lags_of(fleet, speaker, lambda _: create(now() + padding), seconds, others)
    held = resident(server.process.pid)
    for client in slow:
        client.pause()
    during = await lags_of(fleet, speaker, lambda _: create(now() + padding), seconds, others)
    more = (resident(server.process.pid) - held) / len(slow) / 1000
    say("  nine tenths of them: p50, p99", spread(before))
    say("  while the others do not read: p50, p99", spread(during))
    say("  memory for each that does not read", f"{more:.0f} kB")


async def memory(server: Server, size: int) -> None:
    """What a connection costs at rest, and a subscription with a filter of its own."""
    fleet, before = Fleet(), resident(server.process.pid)
    await fleet.open(server.socket, size)
    await asyncio.sleep(1)
    opened = resident(server.process.pid)
    await fleet.subscribe(lambda n: {**FIELDS, "filter": {"user": {"_eq": f"m{n}"}}})
    subscribed = resident(server.process.pid)
    say("a connection at rest", f"{(opened - before) / size / 1000:.1f} kB")
    say("a subscription with a filter of its own", f"{(subscribed - opened) / size / 1024:.2f} KiB")
    fleet.close()


async def many(server: Server, sockets: int, each: int) -> None:
    """What each of very many subscriptions costs, all with filters of their own: what is kept once weighs nothing any more."""
    fleet = Fleet()
    await fleet.open(server.socket, sockets)
    before, fields = resident(server.process.pid), {"fields": ["id"]}
    for part, client in enumerate(fleet.clients):
        fleet.expect_answers(client, each)
        for n in range(each):
            query = {**fields, "filter": {"user": {"_eq": f"x{part}-{n}"}}}
            client.send({"type": "subscribe", "collection": "messages", "query": query, "uid": str(n)})
        await fleet.all()
    took = (resident(server.process.pid) - before) / (sockets * each)
    say(f"each of {sockets * each:,} subscriptions", f"{took / 1024:.2f} KiB")
    fleet.close()


def plot(folder: Path, shares: dict[int, tuple[float, float]], lags: list[float]) -> None:
    """Draw deliveries beside the limit, and the delays."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4))
    places = range(len(shares))
    left.bar([x - 0.2 for x in places], [ours for ours, _ in shares.values()], 0.4, label="Rowcast")
    left.bar([x + 0.2 for x in places], [limit for _, limit in shares.values()], 0.4, label="bare sockets")
    left.set_xticks(list(places), [f"{size:,} sockets" for size in shares])
    left.set_ylabel("deliveries per second")
    left.legend()
    right.hist([lag * 1000 for lag in lags], bins=80)
    right.set_xlabel("milliseconds from the call to the client")
    right.set_ylabel("deliveries")
    figure.tight_layout()
    figure.savefig(folder / "live.png", dpi=110)


async def measure(server: Server, plots: Path | None) -> None:
    """All figures."""
    await memory(server, 1000)
    shares = {size: await fan_out(server, size, 3) for size in (1000, 5000)}
    await filters(server, 1000, 20_000)
    lags = await delays(server, 1000, 5)
    await many(server, 100, 1000)
    if plots is not None:
        plot(plots, shares, lags)


def main() -> None:
    """Measure a server of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plots", type=Path)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as directory,
        Server(Path(directory), WEBSOCKETS_HEARTBEAT_ENABLED="false") as server,
    ):
        with server.client() as admin:
            prepare(admin)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(measure(server, options.plots))


if __name__ == "__main__":
    main()

"""What an event costs, in calls rather than in seconds, which depend on who else is busy: 50 000 events a second of one core leave
20 µs for each."""

from __future__ import annotations

import asyncio
import sys
from types import FrameType
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from rowcast.client import create_client
from tests.support.patience import PATIENCE

EVENTS, SUBSCRIPTIONS = 2000, 50


async def pushing(socket: ServerConnection) -> None:
    """Answers subscriptions, and at ``go`` sends all events at once, to one subscription after the other."""
    uids: list[str] = []
    async for text in socket:
        if '"subscribe"' in str(text):
            uids.append(str(text).split('"uid":"')[1].split('"')[0])
            await socket.send(f'{{"type":"subscription","event":"init","uid":"{uids[-1]}"}}')
        elif '"go"' in str(text):
            row = '[{"id":1,"user":"Ben","text":"Hello World"}]'
            frames = [
                f'{{"type":"subscription","event":"update","data":{row},"uid":"{uids[number % len(uids)]}"}}'.encode()
                for number in range(EVENTS)
            ]
            wire = b"".join(bytes((0x81, len(each))) + each for each in frames)
            socket.transport.write(wire)


async def test_an_event_takes_few_calls() -> None:
    calls, built_in, taken, done = 0, 0, 0, asyncio.Event()

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls, built_in
        calls += event == "call"
        built_in += event == "c_call"

    async def take(events: Any) -> None:
        nonlocal taken
        async for event in events:
            assert event.rows[0]["user"] == "Ben"
            taken += 1
            if taken == EVENTS:
                done.set()

    async with serve(pushing, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        async with create_client(url) as client:
            events = [client.subscribe("c", buffer=EVENTS) for _ in range(SUBSCRIPTIONS)]
            for each in events:
                await each.__aenter__()
            tasks = [asyncio.create_task(take(each)) for each in events]
            await asyncio.sleep(0.05)
            client.send({"type": "go"})
            sys.setprofile(count)
            async with asyncio.timeout(PATIENCE):
                await done.wait()
            sys.setprofile(None)
            for task in tasks:
                task.cancel()
    assert calls / EVENTS < 14, "what reads, decodes, hands on, wakes, and makes the event"
    assert built_in / EVENTS < 20, "of what is built in"

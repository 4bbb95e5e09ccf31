"""The client against the frames of the reference: what it recorded as an answer must come out of the verb, what it recorded as
an event out of the subscription, what it recorded as an error as that error."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from rowcast.client import Client, Subscription, create_client
from rowcast.client.ask import Ask
from rowcast.errors import ConnectionLost, RowcastError
from tests.client.scripted import Case, Stage, playing, recordings, sessions, staging
from tests.support.patience import PATIENCE, soon

SESSIONS = sessions()
RECORDINGS = recordings()


def test_enough_of_them() -> None:
    assert (len(SESSIONS), len(RECORDINGS)) >= (119, 253)


@pytest.mark.parametrize("case", SESSIONS, ids=[case["id"] for case in SESSIONS])
async def test_session(case: Case) -> None:
    async with playing(case) as (script, url), create_client(url, token="t") as client, AsyncExitStack() as stack:
        await client.connect()
        open_: dict[str, Subscription] = {}
        for number, step in enumerate(case["steps"]):
            message = step.get("send")
            work = None if message is None else asyncio.create_task(said(client, stack, open_, message))
            frames = await script.step(number, message)
            uid = None if message is None else str(message["uid"])
            if work is not None:
                assert await soon(work) == told(frames, message["type"], uid)
            for frame in frames:
                if frame.get("event") in ("create", "update", "delete"):
                    event = await soon(anext(open_[frame["uid"]]))
                    assert event.kind == frame["event"]
                    data = frame["data"] if isinstance(frame["data"], list) else [frame["data"]]
                    assert (event.keys if event.kind == "delete" else event.rows) == data
        assert [events.waiting for events in open_.values()] == [0] * len(open_)


async def said(client: Client, stack: AsyncExitStack, open_: dict[str, Subscription], message: dict[str, Any]) -> Any:
    """Say it by the client's verbs; returns what came of it."""
    members = {name: value for name, value in message.items() if name not in ("type", "uid")}
    try:
        if message["type"] == "items":
            reply = await client._execute(msgspec.convert({"collection": "", **members}, Ask))
            return None if reply.data is None else msgspec.json.decode(reply.data)
        name = members.pop("collection", "")
        events = await stack.enter_async_context(client.subscribe(name, **members, resume=False))
        open_[str(message["uid"])] = events
        return events.init.rows
    except RowcastError as error:
        return error.code


def told(frames: list[dict[str, Any]], kind: str, uid: str | None) -> Any:
    """What must have come of it, by the recording."""
    for frame in frames:
        if frame.get("status") == "error" and frame["type"] == kind:
            return frame["error"]["code"]
        if str(frame.get("uid")) == uid and (frame["type"] == "items" or frame.get("event") == "init"):
            data = frame.get("data", [])
            return data if kind == "items" or isinstance(data, list) else [data]
    raise AssertionError(frames)


@pytest.mark.parametrize("case", RECORDINGS, ids=[case["id"] for case in RECORDINGS])
async def test_every_frame_of_every_recording(case: Case) -> None:
    """Whatever was said and answered, sense or nonsense, by however many sockets: each frame arrives, in order, and nothing that
    the reference says upsets the client."""
    async with staging(case) as (stage, url), AsyncExitStack() as stack:
        clients = {name: await entered(stack, f"{url}/{name}", who) for name, who in case["ws"].items()}
        heard: dict[str, list[Any]] = {name: [] for name in clients}
        for name, client in clients.items():
            client.on("message", heard[name].append)
            await client.connect()
        wanted = {name: list(case["expect"]["steps"][0].get(name, [])) for name in clients}
        for number, step in enumerate(case["steps"], 1):
            if "error" in case["expect"]["steps"][number]:  # nobody was there any more
                with pytest.raises(ConnectionLost):
                    clients[step["on"]].send(step["send"])
            elif "send" in step:
                await speak(clients[step["on"]], stage, step["on"], step["send"])
            if step.get("close"):
                await clients[step["on"]].disconnect()
            for name in clients:
                wanted[name] += await stage.play(number, name)
            await arrived(heard, wanted)
            gone = [client for name, client in clients.items() if stage.closes(number, name)]
            async with asyncio.timeout(PATIENCE):
                while any(client.is_connected for client in gone):  # noqa: ASYNC110 - it is told in words of its own
                    await asyncio.sleep(0.001)


async def entered(stack: AsyncExitStack, url: str, who: Any) -> Client:
    """A client that signs in, or says nothing of who it is and leaves that to the messages."""
    token = "t" if isinstance(who, str) else None
    client = create_client(url, token=token, reconnect=None)
    return await stack.enter_async_context(client)


async def speak(client: Client, stage: Stage, name: str, message: Any) -> None:
    """Send it as it is; the stage must get it as it is."""
    text = message if isinstance(message, str) else msgspec.json.encode(message).decode()
    client.send(text.encode())
    assert await soon(stage.said[name].get()) == text


async def arrived(heard: dict[str, list[Any]], wanted: dict[str, list[Any]]) -> None:
    """Wait until all is heard that was played, but pings, which the client answers."""
    shown = {name: [frame for frame in frames if frame.get("type") != "ping"] for name, frames in wanted.items()}
    async with asyncio.timeout(PATIENCE):
        while any(len(heard[name]) < len(shown[name]) for name in shown):  # noqa: ASYNC110 - listeners are plain functions
            await asyncio.sleep(0.001)
    assert heard == shown

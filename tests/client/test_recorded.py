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
from rowcast.errors import RowcastError
from tests.client.scripted import Case, playing, sessions

SESSIONS = sessions()


def test_enough_of_them() -> None:
    assert len(SESSIONS) >= 60


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
                assert await asyncio.wait_for(work, 5) == told(frames, message["type"], uid)
            for frame in frames:
                if frame.get("event") in ("create", "update", "delete"):
                    event = await asyncio.wait_for(anext(open_[frame["uid"]]), 5)
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

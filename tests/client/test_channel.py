"""Channels: who is there and what they say, on a real server, over cuts and while rights come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from rowcast import errors
from rowcast.client import Channel, ChannelEvent, Client, Member, Reconnect, create_client, sync
from tests.client.proxy import proxied
from tests.support.guide import TOKEN
from tests.support.patience import PATIENCE, until
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, ADMIN_TOKEN, Server

FAST = Reconnect(delay=0.01, factor=1.5, longest=0.1)


def admin(server: Server, **more: Any) -> Client:
    """A client that may do everything."""
    return create_client(server.base, token=ADMIN_TOKEN, reconnect=FAST, **more)


async def take(channel: Channel) -> ChannelEvent:
    """The next event, soon."""
    with anyio.fail_after(PATIENCE):
        return await anext(channel)


def kinds(events: list[ChannelEvent]) -> list[Any]:
    """What happened, and what was said."""
    return [
        (event.kind, event.data if event.kind == "message" else event.member and event.member.state) for event in events
    ]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_they_see_and_hear_each_other(guide: Server, backend: str) -> None:
    async def work() -> None:
        async with admin(guide) as first, admin(guide) as second, first.channel("#a", state={"n": 1}) as one:
            assert [member.id for member in one.present] == [one.id]
            async with second.channel("#a") as two:
                assert [member.id for member in two.present] == [one.id, two.id]
                await one.send({"hello": [1]})
                await two.set_state("busy")
                await two.send(None)
                assert (two.state, two.get(two.id)) == ("busy", Member(two.id, two.present[1].user, "busy"))
                said = await take(two)
                assert (said.kind, said.member, said.data) == ("message", one.get(one.id), {"hello": [1]})
                assert said.member is not None
                assert said.member.state == {"n": 1}
            told = [await take(one) for _ in range(4)]
            assert kinds(told) == [("joined", None), ("changed", "busy"), ("message", None), ("left", "busy")]
            assert {event.member.id for event in told if event.member} == {two.id}
            assert (one.present, one.waiting) == ([one.get(one.id)], 0)
            assert [event async for event in two] == []

    anyio.run(work, backend=backend)


async def test_what_is_refused(guide: Server) -> None:
    async with create_client(guide.base, token=TOKEN) as client:
        for name, kind in (
            ("#a", errors.Forbidden),
            ("messages/99999", errors.Forbidden),
            ("nothing", errors.Forbidden),
        ):
            with pytest.raises(kind):
                await client.channel(name).__aenter__()
        async with client.channel("messages") as channel:
            with pytest.raises(RuntimeError, match="on the channel 'messages' already"):
                await client.channel("messages").__aenter__()
            await channel.send("still there")
            with pytest.raises(errors.InvalidPayload):
                await channel.send("x" * 20_000)
            with pytest.raises(errors.InvalidPayload):
                await channel.set_state("x" * 5_000)
            with pytest.raises(errors.InvalidPayload, match="cannot be sent as JSON"):
                await channel.set_state(object())
            assert channel.state is None
            with pytest.raises(RuntimeError, match="joined by one block"):
                await channel.__aenter__()
        async with client.channel("messages"):
            pass
        outside = client.channel("messages")
        for wait in (outside.send(1), anext(outside)):
            with pytest.raises(RuntimeError, match="in a block"):
                await wait


async def test_after_a_cut_one_is_there_again(guide: Server) -> None:
    async with proxied(guide.base) as proxy, admin(guide) as other:
        client = create_client(proxy.url, token=ADMIN_TOKEN, reconnect=FAST)
        async with client, other.channel("#b") as watching, client.channel("#b", state=1) as channel:
            await channel.set_state(2)
            assert kinds([await take(watching), await take(watching)]) == [("joined", 1), ("changed", 2)]
            before = channel.id
            for _ in range(2):
                proxy.cut()
                assert (await take(channel)).kind == "gap"
                await channel.send("from then on")
                told = sorted(kinds([await take(watching) for _ in range(3)]), key=str)
                assert told == [("joined", 2), ("left", 2), ("message", "from then on")]
            assert channel.id != before
            assert {member.state for member in channel.present} == {None, 2}


async def test_a_cut_at_every_place_loses_no_state(guide: Server) -> None:
    async def session(url: str) -> list[Any]:
        client = create_client(url, token=ADMIN_TOKEN, reconnect=FAST)
        async with client:
            for _ in range(3):
                try:
                    await client.connect()
                    break
                except errors.ConnectionLost:
                    await asyncio.sleep(0.01)
            async with client.channel("#c", state=0) as channel:
                for number in range(1, 4):
                    await channel.set_state(number)
                await channel.set_state("end")
                return [member.state for member in channel.present if member.id == channel.id]

    async with proxied(guide.base) as proxy:
        assert await session(proxy.url) == ["end"]
        whole = proxy.pieces
    for number in range(1, whole):
        async with proxied(guide.base, number) as proxy:
            assert await session(proxy.url) == ["end"], number


@pytest.fixture
def row(guide: Server, notes: Path) -> Iterator[int]:
    """A note that a channel is about."""
    with guide.client() as http:
        yield http.post("/items/notes", json={"text": "a"}).json()["data"]["id"]


async def test_when_the_right_ends_iterating_says_so(guide: Server, row: int) -> None:
    async with admin(guide) as client, client.channel(f"notes/{row}") as channel:
        await client.items("notes").delete(row)
        with pytest.raises(errors.Forbidden):
            await take(channel)
        with pytest.raises(errors.Forbidden):
            await channel.send("?")


async def test_a_full_buffer(guide: Server) -> None:
    first, second = admin(guide), admin(guide)
    async with first, second, first.channel("#d", buffer=2) as slow, second.channel("#d") as fast:
        for number in range(5):
            await fast.send(number)
        await first.ask("ping")
        assert kinds([await take(slow) for _ in range(3)]) == [("gap", None), ("message", 3), ("message", 4)]
        assert len(slow.present) == 2


async def test_a_token_that_expires(tmp_path: Path) -> None:
    """As the public one may not be there, so one leaves and is there again, and the state is kept."""
    with Server(tmp_path, ACCESS_TOKEN_TTL="2s") as server:
        client = create_client(server.base, email=ADMIN_EMAIL, password=ADMIN_PASSWORD, reconnect=FAST)
        said: list[str] = []
        client.on("message", lambda message: said.append(message["status"]) if message["type"] == "auth" else None)
        async with client, admin(server) as other, client.channel("#e", state="s") as channel:
            await until(lambda: said[-2:] == ["error", "ok"])  # expired, and renewed
            await channel.send("I am")
            async with other.channel("#e") as found:
                await until(lambda: {member.state for member in found.present} == {"s", None})
                with anyio.fail_after(PATIENCE):
                    assert await heard(channel, found) == "heard"


async def heard(channel: Channel, other: Channel) -> Any:
    """What the other says on it, again and again: one is away for a moment whenever a token expires."""
    while True:
        await other.send("heard")
        with anyio.move_on_after(1):
            while (event := await anext(channel)).kind != "message":
                pass
            return event.data


async def test_a_server_without_channels(tmp_path: Path) -> None:
    with Server(tmp_path, ROWCAST_CHANNELS_ENABLED="false") as server:
        async with admin(server) as client:
            with pytest.raises(errors.Forbidden, match="no channels"):
                await client.channel("#a").__aenter__()


async def test_the_end_of_the_client(guide: Server) -> None:
    async with admin(guide) as client, client.channel("#f") as channel:
        waiting = asyncio.create_task(anext(channel, None))
        await asyncio.sleep(0.05)
        await client.disconnect()
        assert await waiting is None


def test_without_await(guide: Server) -> None:
    with (
        sync.create_client(guide.base, token=ADMIN_TOKEN) as first,
        sync.create_client(guide.base, token=ADMIN_TOKEN) as second,
    ):
        with first.channel("#g", state=1) as one, second.channel("#g") as two:
            two.send("hello")
            one.set_state(2)
            assert kinds([event for event in (one.next(PATIENCE), one.next(PATIENCE)) if event]) == [
                ("joined", None),
                ("message", "hello"),
            ]
            event = two.next(PATIENCE)
            assert event is not None
            assert (event.kind, event.member) == ("changed", two.get(one.id))
            assert (one.next(0.01), one.waiting, len(one.present), one.state, two.name) == (None, 0, 2, 2, "#g")
            assert two.id in repr(two.present)
            first.close()
        assert list(one) == []

"""What is sent and what comes: any text, values of Python, what is too large, nonsense, rows that do not fit. The error says so,
and the client goes on."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec import Struct
from websockets.asyncio.server import ServerConnection, serve

from rowcast import errors
from rowcast.client import F, Reconnect, create_client
from tests.client.resuming import remembering
from tests.support.guide import TOKEN
from tests.support.server import ADMIN_TOKEN, Server

FAST = Reconnect(delay=0.01, factor=1.5, longest=0.1)


@pytest.mark.parametrize(
    "text", ["é🎉", "日本", "a\u202eb\u2028c", "\x01\x7f", '"\\/', "' OR 1=1 --", "{{x}}", "x" * 255]
)
async def test_any_text_comes_back(guide: Server, notes: Path, text: str) -> None:
    client = create_client(guide.base, token=ADMIN_TOKEN)
    async with client, client.subscribe("notes", event="create") as events:
        for rows in (client.items("notes"), client.rest.items("notes")):
            made = await rows.create({"text": text})
            assert made["text"] == text
            assert (await anext(events)).rows[0]["text"] == text
            assert await rows.count(F.text == text) == 1
            await rows.delete(made["id"])


async def test_values_of_python(guide: Server, notes: Path) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        rows, name = client.items("notes"), uuid.uuid4()
        texts: list[tuple[Any, str]] = [(name, str(name)), (Path("a/b"), "a/b"), (Decimal("1.50"), "1.50")]
        for value, stored in texts:
            assert (await rows.create({"text": value}))["text"] == stored
        for wrong in ("\ud83d", object(), {"a": {1, object()}}):
            for way in (rows, client.rest.items("notes")):
                with pytest.raises(errors.InvalidPayload, match="cannot be sent as JSON"):
                    await way.create({"text": wrong})
        assert await rows.count() == len(texts)


async def test_messages_that_are_too_large_are_not_sent_again_and_again(guide: Server, notes: Path) -> None:
    opened: list[None] = []
    async with create_client(guide.base, token=ADMIN_TOKEN, reconnect=FAST) as client, asyncio.timeout(10):
        client.on("open", opened.append)
        rows, text = client.items("notes"), "x" * 20_000_000
        for ask in (rows.create({"text": text}), rows.read(filter=F.text == text)):
            with pytest.raises(errors.ConnectionLost, match="1009"):
                await ask
        with pytest.raises(errors.ConnectionLost, match="1009"):
            async with client.subscribe("notes", query={"filter": (F.text == text).json}):
                pytest.fail("it was too large")
        assert await rows.read() == []
        assert len(opened) == 4


async def test_answers_that_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that goes on for ever is not listened to."""
    from rowcast.client import opening as module

    connect = module.connect
    monkeypatch.setattr(module, "connect", lambda *given, **more: connect(*given, **more, largest=1000))
    async with remembering() as (memory, base), asyncio.timeout(5):
        memory.rows = {key: {"id": key, "rank": key} for key in range(1000)}
        async with create_client(base, token="t", reconnect=FAST) as client:
            with pytest.raises(errors.ConnectionLost, match="too large"):
                await client.items("c").read()
            with pytest.raises(errors.ConnectionLost, match="too large"):
                await client.live("c")
            memory.rows.clear()
            assert await client.items("c").read() == []


@asynccontextmanager
async def saying(*texts: str | bytes) -> AsyncIterator[str]:
    """A server that answers the first message of a client with these texts, and others by what they ask."""

    async def answer(socket: ServerConnection) -> None:
        async for message in socket:
            if '"auth"' in str(message):
                for text in texts:
                    await socket.send(text)
                await socket.send('{"type":"auth","status":"ok"}')
            elif '"items"' in str(message):
                await socket.send('{"type":"items","data":[{"id":"text"}],"uid":"1"}')

    async with serve(answer, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


NONSENSE: list[str | bytes] = [
    "",
    "nonsense",
    "[]",
    "{}",
    '{"type":1}',
    '{"type":"items","uid":{}}',
    b"\xff\xfe",
    '{"type":"subscription"}',
]


async def test_nonsense_is_passed_over() -> None:
    heard: list[Any] = []
    async with saying(*NONSENSE, '{"type":"x"}', "[" * 5000) as url, create_client(url, token="t") as client:
        client.on("message", heard.append)
        assert await client.items("c").read() == [{"id": "text"}]
    assert heard[0] == [], "what is JSON is heard"


class Number(Struct):
    """A class that is not what the server sends."""

    __collection__: ClassVar[str] = "notes"
    id: int
    text: int


async def test_rows_that_do_not_fit_their_class(guide: Server, notes: Path) -> None:
    """The verb, the subscription, the table fail; the client goes on."""
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        table = await client.live(Number)
        async with client.subscribe(Number) as events:
            await client.items("notes").create({"text": "a"})
            with pytest.raises(errors.InvalidConfiguration, match="does not fit Number: Expected `int`, got `str`"):
                await anext(events)
            with pytest.raises(errors.InvalidConfiguration, match="does not fit"):
                await anext(table)
        for rows in (client.items(Number), client.rest.items(Number)):
            with pytest.raises(errors.InvalidConfiguration, match="rowcast types"):
                await rows.read()
        with pytest.raises(errors.InvalidConfiguration):
            await client.live(Number)
        assert await client.items("notes").count() == 1


async def test_a_listener_that_fails_ends_nothing(guide: Server) -> None:
    async with create_client(guide.base, token=TOKEN) as client:
        client.on("open", lambda _: 1 // 0)
        client.on("message", lambda _: 1 // 0)
        assert await client.items("messages").read(limit=0) == []

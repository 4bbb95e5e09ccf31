"""The names of the JavaScript SDK."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from rowcast.client.compose import authentication, create_directus, realtime, rest, static_token
from rowcast.errors import AuthFailed, ConnectionLost
from tests.support.guide import TOKEN
from tests.support.patience import until
from tests.support.server import Server


async def test_messages_as_they_are(guide: Server) -> None:
    heard: list[Any] = []
    client = create_directus(guide.base).with_(static_token(TOKEN)).with_(realtime()).with_(rest())
    remove = client.on_web_socket("message", heard.append)
    with pytest.raises(ConnectionLost):
        client.send_message({"type": "ping"})
    await client.connect()
    with pytest.raises(ConnectionLost, match="open"):
        await client.connect()
    client.send_message({"type": "ping", "uid": "mine"})
    client.send_message('{"type":"ping"}')
    client.send_message({"type": "ping"})
    await until(lambda: len(heard) >= 4)
    assert heard[:3] == [{"type": "auth", "status": "ok"}, {"type": "pong", "uid": "mine"}, {"type": "pong"}]
    assert heard[3]["type"] == "pong"
    assert heard[3]["uid"].isdigit()
    remove()
    subscribed = await client.subscribe("messages", event="create", uid="s")
    made = await client.rest.items("messages").create({"text": "x", "user": "y"})
    first, second = await anext(subscribed.subscription), await anext(subscribed.subscription)
    assert first == {"type": "subscription", "event": "init", "uid": "s"}
    assert second == {"type": "subscription", "event": "create", "data": [made], "uid": "s"}
    await subscribed.unsubscribe()
    assert [each async for each in subscribed.subscription] == []
    assert len(heard) == 4
    await client.disconnect()
    assert not client.is_connected
    await client.connect()
    await client.disconnect()


async def test_refused(guide: Server) -> None:
    client = create_directus(guide.base).with_(authentication(email="ben@example.com", password="no")).with_(realtime())
    with pytest.raises(AuthFailed):
        await client.connect()
    await client.disconnect()


def test_on_trio_it_is_a_block(guide: Server) -> None:
    async def work() -> None:
        async with create_directus(guide.base).with_(static_token(TOKEN)).with_(realtime()) as client:
            subscription, unsubscribe = await client.subscribe("messages", {"event": "update"})
            assert (await anext(subscription))["event"] == "init"
            await unsubscribe()

    anyio.run(work, backend="trio")

"""What administrators see of sockets, and channels on them: with a real server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.support.patience import soon, wait_until
from tests.support.server import ADMIN_TOKEN, Server, serving

pytestmark = pytest.mark.xdist_group("inspection")  # they share a server


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("inspection")) as server:
        fields = [{"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True}}]
        with server.client() as client:
            collection = {"collection": "things", "meta": {}, "schema": {}, "fields": fields}
            client.post("/collections", json=collection).raise_for_status()
            client.post("/items/things", json={"id": 7}).raise_for_status()
        yield server


@pytest.fixture
def shared(prepared: Server) -> Iterator[Server]:
    """The server; who looks next finds nobody there."""
    yield prepared
    with prepared.client() as admin:
        wait_until(lambda: not admin.get("/realtime/connections").json()["data"])


@asynccontextmanager
async def opened(server: Server) -> AsyncIterator[ClientConnection]:
    async with connect(f"{server.socket}?access_token={ADMIN_TOKEN}", proxy=None) as ws:
        yield ws


async def ask(ws: ClientConnection, **message: Any) -> Any:
    await ws.send(json.dumps(message))
    return await hear(ws)


async def hear(ws: ClientConnection) -> Any:
    return json.loads(await soon(ws.recv()))


async def test_a_socket_is_seen_and_may_be_closed(shared: Server) -> None:
    async with opened(shared) as ws:
        await ask(ws, type="subscribe", collection="things", uid="a")
        await ask(ws, type="ping")
        with shared.client() as admin:
            admin.post("/items/things", json={"id": 1})
            assert (await hear(ws))["event"] == "create"
            (one,) = admin.get("/realtime/connections").json()["data"]
            assert (one["kind"], one["admin"], one["ip"], one["outbox"]) == ("websocket", True, "127.0.0.1", 0)
            assert one["frames"] == {"in": 2, "out": 3}
            assert [(each["uid"], each["events"]) for each in one["subscriptions"]] == [("a", 1)]
            admin.delete(f"/realtime/connections/{one['id']}")
        with pytest.raises(websockets.ConnectionClosed):
            await hear(ws)
        assert ws.close_code == 4403


async def test_figures_and_the_slowest_first(shared: Server) -> None:
    async with opened(shared) as ws:
        await ask(ws, type="subscribe", collection="things", uid="a")
        with shared.client() as admin, shared.client("wrong") as stranger:
            found = admin.get("/realtime/figures").json()["data"]
            assert (found["connections"]["websocket"], found["subscriptions"]) == (1, 1)
            assert len(found["latency"]["counts"]) == len(found["latency"]["bounds"]) + 1
            assert [one["kind"] for one in admin.get("/realtime/connections?sort=-outbox").json()["data"]] == [
                "websocket"
            ]
            assert stranger.get("/realtime/figures").status_code == 401


async def test_meeting_on_a_channel(shared: Server) -> None:
    async with opened(shared) as one:
        first = await ask(one, type="channel", action="join", channel="things/7", state=1, uid=5)
        async with opened(shared) as two:
            second = await ask(two, type="channel", action="join", channel="things/7", state=[2], uid="x")
            assert [member["state"] for member in second["members"]] == [1, [2]]
            await ask(two, type="channel", action="broadcast", channel="things/7", data={"to": "all"}, uid="y")
            heard = [await hear(one) for _ in range(2)]
        left = await hear(one)
    assert [(frame["event"], frame["uid"]) for frame in [first, *heard, left]] == [
        *(("join", 5), ("joined", 5), ("message", 5), ("left", 5))
    ]
    assert heard[1]["data"] == {"to": "all"}
    assert heard[1]["from"]["id"] == left["member"]["id"] == second["id"]


async def test_what_is_no_action(shared: Server) -> None:
    async with opened(shared) as ws:
        for message in ({"action": "shout", "channel": "#x"}, {"channel": 5}, {"channel": ""}):
            answer = await ask(ws, type="channel", uid=1, **message)
            assert (answer["type"], answer["error"]["code"], answer["uid"]) == ("channel", "INVALID_PAYLOAD", 1)

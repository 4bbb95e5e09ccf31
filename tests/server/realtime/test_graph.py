"""The GraphQL door on a real server: the upgrade, the credentials, the codes it closes with, and events of whatever wrote."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.realtime.test_sets import NOTES
from tests.support.patience import soon, wait_until
from tests.support.server import ADMIN_TOKEN, Server, serving

QUIET = {"WEBSOCKETS_HEARTBEAT_ENABLED": "false"}


async def opened(server: Server, query: str = "", protocol: str = "graphql-transport-ws") -> ClientConnection:
    address = server.base.replace("http", "ws", 1) + "/graphql" + query
    return await connect(address, ping_interval=None, proxy=None, subprotocols=[protocol])  # type: ignore[list-item]


async def say(ws: ClientConnection, **message: Any) -> None:
    await ws.send(json.dumps(message))


async def hear(ws: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await soon(ws.recv()))
    return found


async def code(ws: ClientConnection) -> int:
    with suppress(ConnectionClosed):
        while True:
            await soon(ws.recv())
    return ws.close_code or 0


async def greeted(server: Server) -> ClientConnection:
    ws = await opened(server)
    assert ws.subprotocol == "graphql-transport-ws"
    await say(ws, type="connection_init", payload={"access_token": ADMIN_TOKEN})
    assert await hear(ws) == {"type": "connection_ack"}
    return ws


async def test_events_of_the_api_and_of_other_programs(tmp_path: Path) -> None:
    with serving(tmp_path, QUIET) as server, server.client() as client:
        client.post("/collections", json=NOTES).raise_for_status()
        ws = await greeted(server)
        await say(
            ws,
            type="subscribe",
            id="s",
            payload={"query": "subscription { notes_mutated { key event data { text } } }"},
        )
        await say(ws, type="subscribe", id="q", payload={"query": "{ notes { id } }"})
        assert await hear(ws) == {"id": "q", "type": "next", "payload": {"data": {"notes": []}}}
        assert await hear(ws) == {"id": "q", "type": "complete"}
        client.post(
            "/graphql", json={"query": 'mutation { create_notes_item(data: {text: "a"}) { id } }'}
        ).raise_for_status()
        told = {"key": "1", "event": "create", "data": {"text": "a"}}
        assert await hear(ws) == {"id": "s", "type": "next", "payload": {"data": {"notes_mutated": told}}}
        with sqlite3.connect(tmp_path / "data" / "rowcast.db") as other:
            other.execute("UPDATE notes SET text = 'b'")
        told = {"key": "1", "event": "update", "data": {"text": "b"}}
        assert await hear(ws) == {"id": "s", "type": "next", "payload": {"data": {"notes_mutated": told}}}
        await say(ws, type="complete", id="s")
        client.delete("/items/notes/1").raise_for_status()
        await say(ws, type="ping")
        assert await hear(ws) == {"type": "pong"}
        await ws.close()


async def test_who_is_let_in_and_how_one_is_sent_away(tmp_path: Path) -> None:
    settings = {**QUIET, "WEBSOCKETS_GRAPHQL_AUTH_TIMEOUT": "4", "WEBSOCKETS_GRAPHQL_CONN_LIMIT": "2"}
    with serving(tmp_path, settings) as server:
        for protocol in ("graphql-ws", "x"):
            with pytest.raises(InvalidStatus) as refused:
                await opened(server, protocol=protocol)
            assert refused.value.response.status_code == 400
        assert await code(await opened(server)) == 4408
        ws = await opened(server)
        await say(ws, type="connection_init", payload={"access_token": "wrong"})
        assert await code(ws) == 4403
        ws = await opened(server)
        await say(ws, type="subscribe", id="1", payload={"query": "{ a }"})
        assert await code(ws) == 4401
        with server.client() as admin:
            wait_until(lambda: not admin.get("/realtime/connections").json()["data"])
        first, second = await greeted(server), await greeted(server)
        with pytest.raises(InvalidStatus) as refused:
            await opened(server)
        assert refused.value.response.status_code == 403
        await first.send("{")
        assert await code(first) == 4400
        await second.close()
        with_query = await opened(server, f"?access_token={ADMIN_TOKEN}")
        await say(with_query, type="connection_init")
        assert await hear(with_query) == {"type": "connection_ack"}
        await with_query.close()


async def test_a_door_that_is_closed_and_one_elsewhere(tmp_path: Path) -> None:
    with serving(tmp_path / "a", {**QUIET, "WEBSOCKETS_GRAPHQL_ENABLED": "false"}) as server, server.client() as client:
        with pytest.raises(InvalidStatus) as refused:
            await opened(server)
        assert refused.value.response.status_code == 404
        assert client.get("/server/info").json()["data"]["websocket"]["graphql"] is False
        assert client.post("/graphql", json={"query": "{ __typename }"}).json() == {"data": {"__typename": "Query"}}
    together = {**QUIET, "WEBSOCKETS_GRAPHQL_PATH": "/websocket"}
    with serving(tmp_path / "c", together) as server:
        address = server.socket + f"?access_token={ADMIN_TOKEN}"
        for protocol, said in (("graphql-transport-ws", "connection_init"), ("x", "unsubscribe")):
            ws = await connect(address, subprotocols=[protocol], proxy=None, ping_interval=None)  # type: ignore[list-item]
            await say(ws, type=said)
            assert (await hear(ws))["type"] in ("connection_ack", "subscription")
            await ws.close()
    elsewhere = {**QUIET, "WEBSOCKETS_GRAPHQL_PATH": "/live", "WEBSOCKETS_GRAPHQL_AUTH": "strict"}
    with serving(tmp_path / "b", elsewhere) as server, server.client() as client:
        told = client.get("/server/info").json()["data"]["websocket"]["graphql"]
        assert told == {"authentication": "strict", "path": "/live"}
        address = server.base.replace("http", "ws", 1) + "/live"
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, subprotocols=["graphql-transport-ws"], proxy=None)  # type: ignore[list-item]
        assert refused.value.response.status_code == 401

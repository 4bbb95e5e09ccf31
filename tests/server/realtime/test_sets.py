"""Exact sets and resuming on the wire of a real server, which may be killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.support.patience import soon
from tests.support.server import ADMIN_TOKEN, Server

NOTES = {
    "collection": "notes",
    "meta": {},
    "schema": {},
    "fields": [
        {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
        {"field": "text", "type": "text", "meta": {}, "schema": {}},
    ],
}
SETTINGS = {"WEBSOCKETS_HEARTBEAT_ENABLED": "false"}


async def opened(server: Server, **options: Any) -> ClientConnection:
    address = f"{server.socket}?access_token={ADMIN_TOKEN}"
    return await connect(address, ping_interval=None, proxy=None, max_size=None, **options)


async def say(ws: ClientConnection, **message: Any) -> None:
    await ws.send(json.dumps(message))


async def hear(ws: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await soon(ws.recv()))
    return found


async def test_a_set_on_the_wire(server: Server) -> None:
    with server.client() as client:
        client.post("/collections", json=NOTES).raise_for_status()
        ws = await opened(server)
        query = {"fields": ["text"], "filter": {"text": {"_neq": "no"}}}
        await say(ws, type="subscribe", collection="notes", uid=1, live="set", query=query)
        assert await hear(ws) == {"type": "subscription", "event": "init", "data": [], "uid": "1"}
        client.post("/items/notes", json={"text": "a"}).raise_for_status()
        assert await hear(ws) == {
            "type": "subscription",
            "event": "create",
            "data": [{"id": 1, "text": "a"}],
            "uid": "1",
        }
        client.patch("/items/notes/1", json={"text": "no"}).raise_for_status()
        assert await hear(ws) == {"type": "subscription", "event": "delete", "data": [1], "uid": "1"}
        await say(ws, type="subscribe", collection="notes", uid="x", live="list")
        refused = await hear(ws)
        assert (refused["type"], refused["error"]["code"], refused["uid"]) == ("subscribe", "INVALID_PAYLOAD", "x")
        await ws.close()


async def test_resuming_after_the_server_was_killed(tmp_path: Path) -> None:
    server = Server(tmp_path, **SETTINGS).start()
    try:
        with server.client() as client:
            client.post("/collections", json=NOTES).raise_for_status()
        ws = await opened(server)
        for uid, live in (("set", {"live": "set"}), ("events", {})):
            await say(ws, type="subscribe", collection="notes", uid=uid, resume=True, query={"fields": ["*"]}, **live)
        places = {frame["uid"]: frame["position"] for frame in (await hear(ws), await hear(ws))}
        await ws.close()
        with server.client() as client:
            keys = [client.post("/items/notes", json={"text": t}).json()["data"]["id"] for t in "abc"]
            client.patch(f"/items/notes/{keys[0]}", json={"text": "A"}).raise_for_status()
            client.delete(f"/items/notes/{keys[1]}").raise_for_status()
        server.kill()
        server = Server(tmp_path, **SETTINGS).start()
        with server.client() as client:
            client.post("/items/notes", json={"text": "d"}).raise_for_status()
        ws = await opened(server)
        for uid, live in (("set", {"live": "set"}), ("events", {})):
            await say(
                ws, type="subscribe", collection="notes", uid=uid, since=places[uid], query={"fields": ["*"]}, **live
            )
            frames = [await hear(ws) for _ in range(7)]
            assert [frame["event"] for frame in frames] == [*["create"] * 3, "update", "delete", "create", "resumed"]
            assert [frame["uid"] for frame in frames] == [uid] * 7
            assert frames[3]["data"] == [{"id": keys[0], "text": "A"}]
            assert frames[4]["data"] == [keys[1]]
        await ws.close()
    finally:
        server.kill()


async def test_what_the_log_has_lost_begins_anew(tmp_path: Path) -> None:
    with Server(tmp_path, ROWCAST_LOG_SIZE="5", ROWCAST_LOG_RETENTION="1h", **SETTINGS) as server:
        with server.client() as client:
            client.post("/collections", json=NOTES).raise_for_status()
        ws = await opened(server)
        await say(ws, type="subscribe", collection="notes", resume=True, event="create", uid=1)
        place = (await hear(ws))["position"]
        await ws.close()
        with server.client() as client:
            for _ in range(3):  # the log is cut every 2000 changes
                client.post("/items/notes", json=[{"text": "x"}] * 1500).raise_for_status()
        server.stop()
        server.start()
        ws = await opened(server)
        await say(ws, type="subscribe", collection="notes", since=place, uid=1)
        frame = await hear(ws)
        assert (frame["event"], len(frame["data"])) == ("init", 100)
        await ws.close()


async def test_a_slow_reader_of_a_set_ends_where_it_should(server: Server) -> None:
    text = "x" * 20_000
    with server.client() as client:
        client.post("/collections", json=NOTES).raise_for_status()
        client.post("/items/notes", json=[{"text": "0"}] * 5).raise_for_status()
        ws = await opened(server, max_queue=1)
        slow = httpx.AsyncClient(base_url=server.base, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})
        await say(ws, type="subscribe", collection="notes", uid="s", live="set", query={"fields": ["*"]})
        held = {row["id"]: row["text"] for row in (await hear(ws))["data"]}
        ws.transport.pause_reading()
        for number in range(400):
            await slow.patch(f"/items/notes/{number % 5 + 1}", json={"text": f"{number}{text}"})
        await slow.delete("/items/notes/3")
        ws.transport.resume_reading()
        wanted = {f"{number}" for number in (395, 396, 398, 399)}
        while {value.rstrip("x") for value in held.values()} != wanted:
            frame = await hear(ws)
            for row in frame["data"]:
                if frame["event"] == "delete":
                    del held[row]
                else:
                    held[row["id"]] = row["text"]
        await slow.aclose()
        await ws.close()

"""The socket of a real server: the upgrade, frames, limits and ends."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.support.patience import PATIENCE, soon, wait_until
from tests.support.server import ADMIN_TOKEN, Server, serving

pytestmark = pytest.mark.xdist_group("sockets")  # they share a server

VARIABLES = {
    "WEBSOCKETS_REST_CONN_LIMIT": "5",
    "WEBSOCKETS_REST_AUTH_TIMEOUT": "600",
    "WEBSOCKETS_HEARTBEAT_PERIOD": "600",
    "ROWCAST_WEBSOCKETS_MAX_PAYLOAD_SIZE": "20000",
    "CORS_ENABLED": "true",
    "CORS_ORIGIN": "https://friend.example.com,*",
    "LOGIN_STALL_TIME": "0",
}
HASTY = {"WEBSOCKETS_REST_AUTH_TIMEOUT": "1", "WEBSOCKETS_HEARTBEAT_PERIOD": "1"}
AUTH = {"type": "auth", "access_token": ADMIN_TOKEN}
NOTES = {
    "collection": "notes",
    "meta": {},
    "schema": {},
    "fields": [
        {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
        {"field": "text", "type": "text", "meta": {}, "schema": {}},
    ],
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests here that do not end it."""
    with serving(tmp_path_factory.mktemp("sockets"), VARIABLES) as server:
        with server.client() as client:
            client.post("/collections", json=NOTES).raise_for_status()
        yield server


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that soon ends who says nothing: for those who do, however slow they are, only."""
    with serving(tmp_path_factory.mktemp("hasty"), HASTY) as server:
        yield server


@asynccontextmanager
async def opened(server: Server, target: str = "", **options: Any) -> AsyncIterator[ClientConnection]:
    async with connect(server.socket + target, ping_interval=None, proxy=None, **options) as ws:
        yield ws


@asynccontextmanager
async def signed_in(server: Server, **options: Any) -> AsyncIterator[ClientConnection]:
    async with opened(server, **options) as ws:
        await tell(ws, AUTH)
        assert (await hear(ws))["status"] == "ok"
        yield ws


async def tell(ws: ClientConnection, *messages: Any) -> None:
    for message in messages:
        await ws.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def hear(ws: ClientConnection, pings: bool = False) -> Any:
    """The next frame; heartbeats are answered."""
    while True:
        found = json.loads(await soon(ws.recv()))
        if pings or found != {"type": "ping"}:
            return found
        await tell(ws, {"type": "pong"})


def empty(server: Server) -> None:
    """Wait until it has let go of whoever was there."""
    with server.client() as admin:
        wait_until(lambda: not admin.get("/realtime/figures").json()["data"]["connections"].get("websocket"))


CODES = {401: {"INVALID_CREDENTIALS"}, 403: {"FORBIDDEN", "LIMIT_EXCEEDED"}, 404: {"ROUTE_NOT_FOUND"}}


async def refusal(server: Server, target: str = "", path: str = "/websocket", **options: Any) -> int:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await connect(server.base.replace("http", "ws") + path + target, proxy=None, **options)
    await asyncio.sleep(0.01)  # the client lets go of its socket a turn later
    answer = refused.value.response
    assert answer.headers["content-type"].startswith("application/json")
    assert json.loads(answer.body)["errors"][0]["extensions"]["code"] in CODES[answer.status_code]
    return answer.status_code


# ---- the upgrade ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/other", "/websocket/", "/websocket/log", "/"])
async def test_other_paths_are_refused_at_once(shared: Server, path: str) -> None:
    assert await refusal(shared, path=path) == 404


async def test_bad_token_in_the_query(shared: Server) -> None:
    assert await refusal(shared, "?access_token=nonsense") == 401


async def test_token_in_the_query_needs_no_auth_frame(shared: Server) -> None:
    async with opened(shared, f"?access_token={ADMIN_TOKEN}") as ws:
        await tell(ws, {"type": "ping", "uid": 1})
        assert await hear(ws) == {"type": "pong", "uid": 1}


async def test_session_cookie(shared: Server) -> None:
    with shared.client(None) as client:
        login = {"email": "admin@example.com", "password": "d1r3ctu5", "mode": "session"}
        token = client.post("/auth/login", json=login).cookies["directus_session_token"]
    async with opened(shared, additional_headers={"Cookie": f"directus_session_token={token}"}) as ws:
        await tell(ws, {"type": "ping"})
        assert await hear(ws) == {"type": "pong"}
    assert await refusal(shared, additional_headers={"Cookie": "directus_session_token=nonsense"}) == 401


async def test_number_of_connections(shared: Server) -> None:
    empty(shared)
    many = [await connect(shared.socket, proxy=None) for _ in range(5)]
    assert await refusal(shared) == 403
    for ws in many:
        await ws.close()
    empty(shared)
    async with signed_in(shared):
        pass


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", "nonsense"])
async def test_pages_of_others_are_refused(shared: Server, origin: str) -> None:
    for _ in range(2):
        assert await refusal(shared, origin=origin) == 403
    told = [line for line in shared.log.splitlines() if "was refused a socket" in line and f"origin={origin}" in line]
    assert len(told) == 1
    assert "CORS_ENABLED=true" in told[0]
    assert "CORS_ORIGIN" in told[0]


async def test_own_and_named_pages_are_welcome(shared: Server) -> None:
    for origin in (shared.base, "https://friend.example.com"):
        async with signed_in(shared, origin=origin):
            pass


async def test_sub_protocol_is_taken(shared: Server) -> None:
    async with opened(shared, subprotocols=["one", "two"]) as ws:
        assert ws.subprotocol == "one"


def test_plain_requests_go_on_beside(shared: Server) -> None:
    with shared.client() as client:
        assert client.get("/server/ping").text == "pong"
        plain = client.get("/websocket")
        assert (plain.status_code, plain.headers["upgrade"]) == (426, "websocket")
        (error,) = plain.json()["errors"]
        assert error["extensions"]["code"] == "UPGRADE_REQUIRED"
        assert error["message"] == f"This is the WebSocket: connect with {shared.socket}."


# ---- frames -----------------------------------------------------------------------------------------------------------


async def test_frames_behind_the_auth_frame_take_effect_in_order(shared: Server) -> None:
    async with opened(shared) as ws:
        create = {"type": "items", "collection": "notes", "action": "create", "data": {"text": "a"}, "uid": "c"}
        read = {"type": "items", "collection": "notes", "action": "read", "query": {"aggregate": {"count": "*"}}}
        await tell(ws, AUTH, {**read, "uid": 1}, create, {**read, "uid": 2}, {"type": "ping", "uid": 3})
        frames = [await hear(ws) for _ in range(5)]
    assert [frame.get("uid") for frame in frames] == [None, 1, "c", 2, 3]
    assert frames[3]["data"][0]["count"] == frames[1]["data"][0]["count"] + 1


async def test_event_comes_before_the_reply_to_the_write(shared: Server) -> None:
    async with signed_in(shared) as ws:
        await tell(
            ws, {"type": "subscribe", "collection": "notes", "event": "create", "query": {"fields": "text"}, "uid": 7}
        )
        await tell(ws, {"type": "items", "collection": "notes", "action": "create", "data": {"text": "b"}, "uid": "c"})
        init, event, reply = [await hear(ws) for _ in range(3)]
    assert init == {"type": "subscription", "event": "init", "uid": "7"}
    assert event == {"type": "subscription", "event": "create", "data": [{"text": "b"}], "uid": "7"}
    assert (reply["type"], reply["uid"]) == ("items", "c")


async def test_protocol_pings_are_answered(shared: Server) -> None:
    async with signed_in(shared) as ws:
        await soon(await ws.ping(b"hello"))


async def test_fragments_and_binary_frames(shared: Server) -> None:
    async with signed_in(shared) as ws:
        await ws.send(iter(['{"type":', '"ping",', '"uid":"f"}']))
        assert await hear(ws) == {"type": "pong", "uid": "f"}
        await ws.send(b'{"type":"ping","uid":"b"}')
        assert await hear(ws) == {"type": "pong", "uid": "b"}


async def test_a_large_message_within_the_limit(shared: Server) -> None:
    async with signed_in(shared) as ws:
        await tell(ws, {"type": "ping", "uid": "x" * 19_000})
        assert len((await hear(ws))["uid"]) == 19_000


@pytest.mark.parametrize("in_parts", [False, True])
async def test_a_message_over_the_limit_ends_the_connection(shared: Server, in_parts: bool) -> None:
    async with signed_in(shared) as ws:
        await ws.send(iter(["x" * 15_000, "y" * 15_000]) if in_parts else "x" * 30_000)
        with pytest.raises(websockets.ConnectionClosed):
            await soon(ws.recv())
        assert ws.close_code == 1009


@pytest.mark.parametrize("agent", ["Mozilla/5.0", None])
async def test_answers_stand_before_the_answer_to_a_close(shared: Server, agent: str | None) -> None:
    async with signed_in(shared, user_agent_header=agent) as ws:
        ws.transport.write(frame(b'{"type":"ping","uid":1}') + b"\x88\x80" + bytes(4))
        assert await hear(ws) == {"type": "pong", "uid": 1}
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await soon(ws.recv())
    assert closed.value.rcvd is not None


async def test_close_is_answered(shared: Server) -> None:
    async with signed_in(shared) as ws:
        await ws.close(4000, "bye")
        assert ws.close_code == 4000


async def test_silence_is_ended_by_the_heartbeat(hasty: Server) -> None:
    async with opened(hasty, f"?access_token={ADMIN_TOKEN}") as ws:
        assert await hear(ws, pings=True) == {"type": "ping"}
        await soon(ws.wait_closed())
        assert ws.close_code == 1005


async def test_no_auth_frame_in_time(hasty: Server) -> None:
    async with opened(hasty) as ws:
        error = await hear(ws)
        assert error["error"] == {"code": "AUTH_FAILED", "message": "Authentication handshake failed."}
        await soon(ws.wait_closed())
        assert ws.close_code == 1005


async def test_a_suspended_user_is_sent_away(shared: Server) -> None:
    with shared.client() as client:
        user = {"email": "eve@example.com", "token": "eve-token", "status": "active"}
        key = client.post("/users", json=user).json()["data"]["id"]
        async with opened(shared, "?access_token=eve-token") as ws:
            client.patch(f"/users/{key}", json={"status": "suspended"}).raise_for_status()
            await soon(ws.wait_closed())
            assert ws.close_code == 4401


def test_whoever_does_not_read_is_let_go_and_delays_nobody(shared: Server) -> None:
    """A subscriber that stops reading, beside one that reads; each event is large."""
    asyncio.run(_slow_reader(shared))


async def _slow_reader(server: Server) -> None:
    subscribe = {"type": "subscribe", "collection": "notes", "event": "create", "query": {"fields": "text"}}
    async with signed_in(server) as good:
        deaf = _raw_subscriber(server, subscribe)
        await tell(good, {**subscribe, "uid": "g"})
        await hear(good)
        with server.client() as client:
            for _ in range(400):
                client.post("/items/notes?fields=id", json={"text": "x" * 15_000})
                assert (await hear(good))["event"] == "create"
            info = client.get("/server/ping")
            assert info.text == "pong"
        deaf.close()


@pytest.mark.parametrize("ask", [{"type": "subscribe"}, {"type": "items", "action": "read"}])
async def test_a_long_answer_is_not_slowness(tmp_path: Path, ask: Any) -> None:
    """More than may wait, and more than the kernel takes at once; events come while it is on its way."""
    with serving(tmp_path, {"ROWCAST_OUTBOX_SIZE": "100kb"}) as server, server.client() as client:
        client.post("/collections", json=NOTES).raise_for_status()
        for _ in range(24):
            client.post("/items/notes", json={"text": "x" * 500_000}).raise_for_status()
        async with signed_in(server, max_size=None) as ws:
            await tell(ws, {"type": "subscribe", "collection": "notes", "event": "update", "query": {"fields": "id"}})
            await hear(ws)
            ws.transport.pause_reading()
            await tell(ws, {**ask, "collection": "notes", "query": {"limit": -1}, "uid": "l"})
            (mine,) = client.get("/realtime/connections").json()["data"]
            wait_until(lambda: one(client, mine["id"])["outbox"] > 0)  # it is on its way, and has not arrived
            client.patch("/items/notes/1?fields=id", json={"text": "y"}).raise_for_status()
            ws.transport.resume_reading()
            assert len((await hear(ws))["data"]) == 24
            assert (await hear(ws))["event"] == "update"


def one(client: httpx.Client, key: str) -> dict[str, Any]:
    """What is told of one connection."""
    return next(each for each in client.get("/realtime/connections").json()["data"] if each["id"] == key)


def _raw_subscriber(server: Server, subscribe: Any) -> socket.socket:
    """A socket that subscribes and never reads again."""
    address = urlsplit(server.base)
    raw = socket.create_connection((address.hostname, address.port))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    head = f"GET /websocket?access_token={ADMIN_TOKEN} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    raw.sendall((head + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
    raw.recv(1000)
    raw.sendall(frame(json.dumps(subscribe).encode()))
    heard = b""
    while b'"init"' not in heard:
        heard += raw.recv(1000)
    return raw


def frame(payload: bytes) -> bytes:
    """A masked text frame; the mask is zero."""
    size = struct.pack("!B", 0x80 | len(payload)) if len(payload) < 126 else struct.pack("!BH", 0xFE, len(payload))
    return b"\x81" + size + bytes(4) + payload


async def test_the_end_of_the_server_is_told(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        async with signed_in(server) as ws:
            server.process.send_signal(signal.SIGTERM)
            await soon(ws.wait_closed())
            assert ws.close_code == 1001
        assert await asyncio.to_thread(server.process.wait, PATIENCE) == 0


@pytest.mark.parametrize("mode", ["public", "strict"])
async def test_other_modes(tmp_path: Path, mode: str) -> None:
    with serving(tmp_path, {"WEBSOCKETS_REST_AUTH": mode}) as server:
        if mode == "strict":
            assert await refusal(server) == 401
            return
        async with opened(server) as ws:
            await tell(ws, {"type": "auth", "access_token": "nonsense", "uid": "a"}, {"type": "ping", "uid": "p"})
            assert (await hear(ws))["uid"] == "a"
            assert await hear(ws) == {"type": "pong", "uid": "p"}
            await tell(ws, {"type": "items", "collection": "directus_users", "action": "read", "uid": "r"})
            assert (await hear(ws))["error"]["code"] == "INVALID_COLLECTION"
            await tell(ws, {**AUTH, "uid": "b"})
            assert await hear(ws) == {"type": "auth", "status": "ok", "uid": "b"}


async def test_answers_of_all_sizes_leave_in_order(shared: Server) -> None:
    """Long frames, short ones and those that the kernel does not take at once must not overtake each other."""
    sizes = [10, 15_000, 126, 9_000, 70, 18_000, 200, 65] * 40
    async with signed_in(shared, max_size=None) as ws:
        ws.transport.pause_reading()  # until the server's socket is full
        for number, size in enumerate(sizes):
            await tell(ws, {"type": "items", "collection": "none", "action": "read", "uid": f"{number}-" + "x" * size})
        await asyncio.sleep(0.3)
        ws.transport.resume_reading()
        heard = [(await hear(ws))["uid"] for _ in sizes]
    assert [uid.split("-")[0] for uid in heard] == [str(number) for number in range(len(sizes))]
    assert [len(uid.split("-")[1]) for uid in heard] == sizes


async def test_writes_of_one_connection_keep_their_order_and_reads_see_them(shared: Server) -> None:
    async with signed_in(shared) as ws:
        text = {"type": "items", "collection": "notes"}
        for n in range(30):
            await tell(ws, {**text, "action": "create", "data": {"text": f"order {n}"}, "uid": f"c{n}"})
        wish = {"filter": {"text": {"_starts_with": "order"}}, "limit": -1, "sort": "id", "fields": ["text"]}
        await tell(ws, {**text, "action": "read", "query": wish, "uid": "r"})
        heard = [await hear(ws) for _ in range(31)]
    assert [frame["uid"] for frame in heard] == [*(f"c{n}" for n in range(30)), "r"]
    assert [row["text"] for row in heard[-1]["data"]] == [f"order {n}" for n in range(30)]

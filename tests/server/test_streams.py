"""Event streams of a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.patience import PATIENCE, soon, wait_until
from tests.support.server import ADMIN_TOKEN, Server, serving

pytestmark = pytest.mark.xdist_group("streams")  # they share a server

NOTES = {
    "collection": "notes",
    "meta": {},
    "schema": {},
    "fields": [
        {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
        {"field": "text", "type": "text", "meta": {}, "schema": {}},
    ],
}
VARIABLES = {"WEBSOCKETS_HEARTBEAT_PERIOD": "0.2", "ACCESS_TOKEN_TTL": "3s", "ROWCAST_OUTBOX_SIZE": "200kb"}


def prepare(server: Server) -> None:
    with server.client() as admin:
        admin.post("/collections", json=NOTES).raise_for_status()
        policy = {"name": "reads notes", "permissions": [{"collection": "notes", "action": "read", "fields": ["*"]}]}
        role = {"name": "readers", "policies": [{"policy": policy}]}
        user = {"email": "ann@example.com", "password": "pw-of-ann-1", "token": "tok-ann", "role": role}
        admin.post("/users", json=user).raise_for_status()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("streams"), VARIABLES) as server:
        prepare(server)
        yield server


@pytest.fixture
def shared(prepared: Server) -> Iterator[Server]:
    """One server, put in order after each test."""
    yield prepared
    with prepared.client() as admin:
        admin.request("DELETE", "/items/notes", json={"query": {"limit": -1}})
        user, policy = (admin.get(f"/{name}?sort=-id").json()["data"] for name in ("users", "policies"))
        (ann,) = [one["id"] for one in user if one["email"] == "ann@example.com"]
        admin.patch(f"/users/{ann}", json={"status": "active"})
        if not admin.get("/permissions?filter[collection][_eq]=notes").json()["data"]:
            (reads,) = [one["id"] for one in policy if one["name"] == "reads notes"]
            permission = {"policy": reads, "collection": "notes", "action": "read", "fields": ["*"]}
            admin.post("/permissions", json=permission).raise_for_status()
        wait_until(lambda: not admin.get("/realtime/connections").json()["data"])


class Reader:
    """An open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response, self._lines = response, response.aiter_lines()

    async def block(self) -> dict[str, str]:
        """The next event or comment, by the names of its lines."""
        found: dict[str, str] = {}
        while line := await soon(anext(self._lines)):
            name, _, value = line.partition(":")
            found[name] = value.strip()
        return found

    async def raw(self) -> dict[str, str]:
        """The next event as it is; signs of life may come at any time."""
        while "event" not in (found := await self.block()):
            pass
        return found

    async def event(self) -> tuple[str, Any]:
        """The next event: its kind and data."""
        found = await self.raw()
        data = json.loads(found["data"])
        return found["event"], data.get("data", data)

    async def last(self) -> None:
        """No more may come."""
        with pytest.raises(StopAsyncIteration):
            await self.block()


@asynccontextmanager
async def reading(server: Server, path: str, token: str | None = ADMIN_TOKEN, **headers: str) -> AsyncIterator[Reader]:
    given = {"Accept": "text/event-stream", **headers} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with (
        httpx.AsyncClient(base_url=server.base, timeout=PATIENCE) as client,
        client.stream("GET", path, headers=given) as response,
    ):
        yield Reader(response)


async def test_the_events_of_a_subscription(shared: Server) -> None:
    async with reading(shared, "/items/notes?fields=text&filter[text][_neq]=no") as reader:
        assert reader.response.headers["content-type"].startswith("text/event-stream")
        assert await reader.event() == ("init", [])
        with shared.client() as admin:
            key = admin.post("/items/notes", json={"text": "a\nb"}).json()["data"]["id"]
            admin.post("/items/notes", json={"text": "no"})
            admin.patch(f"/items/notes/{key}", json={"text": "c"})
            admin.delete(f"/items/notes/{key}")
        assert await reader.event() == ("create", [{"text": "a\nb"}])
        assert await reader.event() == ("update", [{"text": "c"}])
        assert await reader.event() == ("delete", [str(key)])
        assert "" in await reader.block()  # a sign of life


async def test_one_item_and_one_kind_of_event(shared: Server) -> None:
    with shared.client() as admin:
        key = admin.post("/items/notes", json={"text": "a"}).json()["data"]["id"]
        async with (
            reading(shared, f"/items/notes/{key}?fields=text") as one,
            reading(shared, "/items/notes?event=update&fields=text") as updates,
        ):
            assert await one.event() == ("init", {"text": "a"})
            assert (await updates.event())[0] == "init"
            admin.post("/items/notes", json={"text": "b"})
            admin.patch(f"/items/notes/{key}", json={"text": "c"})
            assert await one.event() == ("update", {"text": "c"})
            assert await updates.event() == ("update", [{"text": "c"}])


async def test_what_was_missed_is_told(shared: Server) -> None:
    path = "/items/notes?fields=text"
    with shared.client() as admin:
        async with reading(shared, path) as reader:
            await reader.event()
            for text in "ab":
                admin.post("/items/notes", json={"text": text})
            first, _ = await reader.raw(), await reader.raw()
            assert first["event"] == "create"
        admin.post("/items/notes", json={"text": "c"})
        async with reading(shared, path, **{"Last-Event-ID": first["id"]}) as reader:
            heard = [await reader.event() for _ in range(3)]
            admin.post("/items/notes", json={"text": "d"})
            heard.append(await reader.event())
        assert [kind for kind, _ in heard] == ["create", "create", "resumed", "create"]
        assert [heard[at][1] for at in (0, 1, 3)] == [[{"text": text}] for text in "bcd"]
        async with reading(shared, path, **{"Last-Event-ID": "nonsense"}) as reader:
            assert (await reader.event())[0] == "init"


async def test_exact_sets(shared: Server) -> None:
    async with reading(shared, "/items/notes?fields=id,text&filter[text][_neq]=no&live=set") as reader:
        assert await reader.event() == ("init", [])
        with shared.client() as admin:
            key = admin.post("/items/notes", json={"text": "a"}).json()["data"]["id"]
            admin.patch(f"/items/notes/{key}", json={"text": "no"})
            assert [await reader.event() for _ in "12"] == [("create", [{"id": key, "text": "a"}]), ("delete", [key])]
            (one,) = admin.get("/realtime/connections").json()["data"]
            assert one["subscriptions"][0]["mode"] == "set"
            assert one["frames"]["out"] == 2
    async with reading(shared, "/items/notes?live=all") as reader:
        assert reader.response.status_code == 400


async def test_refusals_are_answers(shared: Server) -> None:
    async with reading(shared, "/items/notes", None) as reader:
        await reader.response.aread()
        assert reader.response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    async with reading(shared, "/items/notes?event=all") as reader:
        assert reader.response.status_code == 400
    async with reading(shared, "/realtime/commits", "tok-ann") as reader:
        assert reader.response.status_code == 403


async def test_a_right_that_ends_ends_the_stream(shared: Server) -> None:
    async with reading(shared, "/items/notes?fields=text", "tok-ann") as reader:
        assert await reader.event() == ("init", [])
        with shared.client() as admin:
            permission = admin.get("/permissions?filter[collection][_eq]=notes").json()["data"][0]["id"]
            admin.delete(f"/permissions/{permission}")
        kind, data = await reader.event()
        assert (kind, data["error"]["code"]) == ("error", "FORBIDDEN")
        await reader.last()


async def test_a_suspended_user_hears_nothing_more(shared: Server) -> None:
    async with reading(shared, "/items/notes?fields=text", "tok-ann") as reader:
        assert await reader.event() == ("init", [])
        with shared.client() as admin:
            user = admin.get("/users?filter[email][_eq]=ann@example.com").json()["data"][0]["id"]
            admin.patch(f"/users/{user}", json={"status": "suspended"})
        assert (await reader.event())[1]["error"]["code"] == "INVALID_CREDENTIALS"
        await reader.last()


async def test_the_end_of_a_token_is_the_end_of_the_stream(shared: Server) -> None:
    login, heard = {"email": "ann@example.com", "password": "pw-of-ann-1"}, list[Any]()
    while len(heard) < 2:  # again, if the machine was so slow that the token was over before the stream began
        with shared.client(None) as nobody:
            token = nobody.post("/auth/login", json=login).json()["data"]["access_token"]
        async with reading(shared, f"/items/notes?access_token={token}", None) as reader:
            if reader.response.status_code == 200:
                heard = [await reader.event()]
            if heard and heard[0][0] == "init":
                heard.append(await reader.event())
                await reader.last()
    assert [kind for kind, _ in heard] == ["init", "error"]
    assert heard[1][1]["error"]["code"] == "TOKEN_EXPIRED"


def test_a_head_is_all_that_is_asked_for(shared: Server) -> None:
    with shared.client() as admin:
        for path in ("/realtime/commits", "/items/notes"):
            assert admin.head(path, headers={"Accept": "text/event-stream"}).status_code == 200


async def test_commits(shared: Server) -> None:
    async with reading(shared, "/realtime/commits?collection=notes") as reader:
        assert "retry" in await reader.block()
        with shared.client() as admin:
            admin.post("/items/notes", json={"text": "a"})
            admin.patch("/items/notes", json={"query": {}, "data": {"text": "b"}})
        first, second = await reader.raw(), await reader.raw()
        assert first["event"] == "commit"
        assert json.loads(first["data"])["changes"][0]["after"]["text"] == "a"
        assert json.loads(second["data"])["changes"][0]["before"]["text"] == "a"
    last = {"Last-Event-ID": first["id"]}
    async with reading(shared, "/realtime/commits?collection=notes", **last) as reader:
        _, again = await reader.event()
        assert again["changes"] == json.loads(second["data"])["changes"]


async def test_looking_at_connections_and_closing_one(shared: Server) -> None:
    async with reading(shared, "/items/notes?fields=text", "tok-ann") as reader:
        await reader.event()
        with shared.client() as admin, shared.client("tok-ann") as ann:
            answer = admin.get("/realtime/connections").json()
            assert answer["meta"] == {"total_count": 1}
            (one,) = answer["data"]
            assert (one["kind"], one["ip"]) == ("sse", "127.0.0.1")
            assert [s["collection"] for s in one["subscriptions"]] == ["notes"]
            (view,) = admin.get("/realtime/views").json()["data"]
            assert (view["fields"], view["subscribers"]) == (["text"], 1)
            path = f"/realtime/connections/{one['id']}"
            assert [client.delete(path).status_code for client in (ann, admin, admin)] == [403, 204, 403]
            assert [ann.get(f"/realtime/{name}").status_code for name in ("connections", "views")] == [403, 403]
        assert (await reader.event())[1]["error"]["code"] == "DISCONNECTED"
        await reader.last()
        with shared.client() as admin:
            wait_until(lambda: admin.get("/realtime/connections").json()["data"] == [])


async def test_a_reader_that_leaves_is_forgotten(shared: Server) -> None:
    async with reading(shared, "/items/notes") as reader:
        await reader.event()
    with shared.client() as admin:
        wait_until(lambda: admin.get("/realtime/connections").json()["data"] == [])
        wait_until(lambda: admin.get("/realtime/views").json()["data"] == [])


@asynccontextmanager
async def unread(server: Server, target: str) -> AsyncIterator[asyncio.StreamReader]:
    """A stream whose reader takes no more than its beginning."""
    host, port = server.base.removeprefix("http://").split(":")
    source, sink = await asyncio.open_connection(host, int(port), limit=1024)
    try:
        lines = (f"GET {target} HTTP/1.1", f"Host: {host}", "Accept: text/event-stream")
        sink.write("\r\n".join([*lines, f"Authorization: Bearer {ADMIN_TOKEN}", "", ""]).encode())
        await source.readuntil(b"init")
        yield source
    finally:
        sink.transport.abort()
        await asyncio.sleep(0.01)


async def read_until(source: asyncio.StreamReader, wanted: bytes) -> bytes:
    """What comes until that; it must come."""
    rest = b""
    while wanted not in rest:
        part = await soon(source.read(1_000_000))
        assert part
        rest += part
    return rest


async def test_a_reader_that_does_not_read_is_left_behind(shared: Server) -> None:
    async with unread(shared, "/items/notes") as source:
        with shared.client() as admin:
            for _ in range(200):
                admin.post("/items/notes", json={"text": "x" * 50_000})
                if not admin.get("/realtime/connections").json()["data"]:
                    break
            else:
                pytest.fail("the reader is still waited for")
        await read_until(source, b"LIMIT_EXCEEDED")


async def test_a_slow_reader_of_an_exact_set_gets_the_end_state(shared: Server) -> None:
    with shared.client() as admin:
        key = admin.post("/items/notes", json={"text": "a"}).json()["data"]["id"]
        async with unread(shared, "/items/notes?live=set") as source:
            for number in range(150):
                admin.patch(f"/items/notes/{key}", json={"text": f"{number} " + "x" * 50_000}).raise_for_status()
            assert len(admin.get("/realtime/connections").json()["data"]) == 1
            heard = await read_until(source, b'"text":"149 ')
            assert heard.count(b"event: update") < 149


async def test_number_of_connections(tmp_path: Path) -> None:
    with serving(tmp_path, {"WEBSOCKETS_REST_CONN_LIMIT": "1"}) as server:
        prepare(server)
        async with reading(server, "/items/notes") as reader, reading(server, "/items/notes") as other:
            assert (await reader.event())[0] == "init"
            await other.response.aread()
            assert other.response.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_streams_end_with_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        prepare(server)
        async with reading(server, "/items/notes") as reader:
            await reader.event()
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            assert (await reader.event())[1]["error"]["code"] == "SERVICE_UNAVAILABLE"
            await reader.last()
            assert await stopping == 0
        assert "Traceback" not in server.log
        assert "Cancel" not in server.log

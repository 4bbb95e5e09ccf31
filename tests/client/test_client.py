"""The client against a real server, on both event loops."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from rowcast import errors
from rowcast.client import F, Reconnect, create_client
from tests.support.guide import TOKEN
from tests.support.patience import PATIENCE
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, ADMIN_TOKEN, Server

Work = Callable[[], Awaitable[None]]
both = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def run(work: Work, backend: str) -> None:
    """Run it within a limit."""

    async def limited() -> None:
        with anyio.fail_after(2 * PATIENCE):
            await work()

    anyio.run(limited, backend=backend)


@both
def test_the_issue_s_example(guide: Server, notes: Path, backend: str) -> None:
    async def work() -> None:
        client = create_client(guide.socket, token=ADMIN_TOKEN)
        async with client:
            note = await client.items("notes").create({"text": "Hello", "rank": 1})
            async with client.subscribe("notes", event="update", query={"fields": ["rank", "text"]}) as events:
                assert events.init.rows == []
                await client.items("notes").update(note["id"], {"text": "Hi"})
                event = await anext(events)
                assert (event.kind, event.rows) == ("update", [{"rank": 1, "text": "Hi"}])
            assert await client.items("notes").read(limit=1, sort="-id") == [{**note, "text": "Hi"}]
            table = await client.live("notes", filter={"text": {"_eq": "Hi"}}, sort="-rank", limit=50)
            assert table.rows == [{**note, "text": "Hi"}]
            other = await client.items("notes").create({"text": "Hi", "rank": 2})
            change = await anext(table)
            assert (change.kind, change.row) == ("insert", other)
            assert table.rows == [other, {**note, "text": "Hi"}]

    run(work, backend)


@pytest.mark.parametrize(
    ("mode", "credentials"),
    [
        ("handshake", {"token": TOKEN}),
        ("handshake", {"token": lambda: TOKEN}),
        ("handshake", {"email": "ben@example.com", "password": "secret-ben"}),
        ("strict", {"token": TOKEN}),
        ("strict", {"email": "ben@example.com", "password": "secret-ben"}),
    ],
)
async def test_each_way_to_say_who_asks(guide: Server, mode: Any, credentials: dict[str, Any]) -> None:
    async with create_client(guide.base, mode=mode, **credentials) as client:
        assert await client.items("messages").read(limit=0) == []
        assert (await client.users.me(fields="id"))["id"]


async def test_public_mode(tmp_path: Path) -> None:
    """Nobody has to sign in; whoever does, has his rights."""
    with Server(tmp_path, WEBSOCKETS_REST_AUTH="public") as server:
        async with create_client(server.base, mode="public") as client:
            await client.connect()
            assert client.is_connected
            with pytest.raises(errors.Forbidden):
                await client.items("messages").read()
            assert client.is_connected
        client = create_client(server.base, mode="public", token=ADMIN_TOKEN)
        async with client, client.subscribe("directus_roles", query={"fields": ["name"]}) as events:
            assert events.init.rows == [{"name": "Administrator"}]
        async with create_client(server.base, mode="public", token="wrong") as client:
            with pytest.raises(errors.AuthFailed, match="The token was refused"):
                await client.connect()


async def test_a_refresh_token_serves_both_ways(guide: Server) -> None:
    with guide.client(None) as http:
        said = {"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
        refresh = http.post("/auth/login", json=said).json()["data"]["refresh_token"]
    async with create_client(guide.base, refresh_token=refresh) as client:
        await client.connect()
        assert (await client.users.me(fields="email"))["email"] == ADMIN_EMAIL
        assert (await client.auth.refresh()).refresh_token not in (None, refresh)
        await client.disconnect()
        await client.items("messages").read(limit=1)


@pytest.mark.parametrize("mode", ["handshake", "strict"])
async def test_bad_credentials_are_refused_at_once(guide: Server, mode: Any) -> None:
    async with create_client(guide.base, token="wrong", mode=mode) as client:
        with pytest.raises(errors.AuthFailed):
            await client.connect()
        with pytest.raises(errors.RequestError):
            await client.rest.items("messages").read()
    async with create_client(guide.base, email="ben@example.com", password="wrong") as client:
        with pytest.raises(errors.AuthFailed):
            await client.connect()
        with pytest.raises(errors.InvalidCredentials):
            await client.users.me()


async def test_no_server_and_no_websocket(guide: Server) -> None:
    async with create_client("http://127.0.0.1:1") as client:
        with pytest.raises(errors.ConnectionLost):
            await client.items("messages").read()
        with pytest.raises(errors.ConnectionLost):
            await client.rest.items("messages").read()
    async with create_client(guide.base, socket_url=guide.socket + "/none") as client:
        with pytest.raises(errors.RouteNotFound):
            await client.connect()
    with pytest.raises(RuntimeError, match="async with"):
        await create_client(guide.base).connect()


@pytest.mark.parametrize("way", ["socket", "http"])
async def test_every_verb_both_ways(guide: Server, notes: Path, way: str) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        rows = client.items("notes") if way == "socket" else client.rest.items("notes")
        first = await rows.create({"text": "a", "rank": 1})
        others = await rows.create_many([{"text": "b", "rank": 2}, {"text": "c", "rank": 3}])
        keys = [row["id"] for row in (first, *others)]
        assert await rows.read() == [first, *others]
        assert await rows.read_all(batch=2, sort="rank") == [first, *others]
        for size in (1, 2, 3, 4):
            assert await rows.read_all(batch=size, sort="rank", offset=1) == others
            assert await rows.read_all(batch=size, sort="rank", limit=2) == [first, others[0]]
        assert await rows.read_all(limit=0) == []
        with pytest.raises(ValueError, match="at least 1"):
            await rows.read_all(batch=0)
        assert await rows.read_one(keys[0], fields=["text"]) == {"text": "a"}
        assert await rows.read_many(keys[:2], fields="rank") == [{"rank": 1}, {"rank": 2}]
        assert await rows.first(sort="-rank", fields=["text"]) == {"text": "c"}
        assert await rows.first(filter=F.text == "z") is None
        assert (await rows.count(), await rows.count(F.rank > 1)) == (3, 2)
        page = await rows.read_page(filter=F.rank > 1, limit=1)
        assert (len(page), page.meta.total_count, page.meta.filter_count) == (1, 3, 2)
        assert await rows.aggregate(aggregate={"sum": "rank"}) == [{"sum": {"rank": 6}}]
        assert (await rows.update(keys[0], {"rank": 10}))["rank"] == 10
        assert [row["rank"] for row in await rows.update_many(keys[1:], {"rank": 20})] == [20, 20]
        batch = await rows.update_batch([{"id": keys[0], "rank": 5}, {"id": keys[1], "rank": 6}])
        assert [row["rank"] for row in batch] == [5, 6]
        assert [row["id"] for row in await rows.update_where(F.rank == 20, {"text": "d"})] == [keys[2]]
        await rows.delete(keys[0])
        await rows.delete_many([keys[1]])
        await rows.delete_where(F.text == "d")
        assert await rows.read() == []
        with pytest.raises(errors.Forbidden):
            await rows.read_one(keys[0])
        with pytest.raises(errors.RequestError):
            await rows.read(filter=F.nothing == 1)


async def test_a_long_query_is_searched(guide: Server, notes: Path) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        rows = client.rest.items("notes")
        await rows.create({"text": "a"})
        assert len(await rows.read(filter=F.text.isin(["a", *(str(each) * 9 for each in range(900))]))) == 1


async def test_the_rest_of_rest(guide: Server) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        assert await client.server.ping() == "pong"
        assert "project" in await client.server.info()
        assert (await client.server.health())["status"] == "ok"
        assert (await client.collections.create("things"))["collection"] == "things"
        assert (await client.collections.update("things", {"note": "n"}))["meta"]["note"] == "n"
        assert (await client.fields.create("things", {"field": "other", "type": "integer"}))["field"] == "other"
        relation = {"collection": "things", "field": "other", "related_collection": "things", "schema": {}, "meta": {}}
        assert (await client.relations.create(relation))["related_collection"] == "things"
        assert (await client.relations.read_one("things", "other"))["field"] == "other"
        assert {each["field"] for each in await client.fields.read("things")} == {"id", "other"}
        await client.relations.delete("things", "other")
        assert (await client.fields.update("things", "other", {"meta": {"note": "n"}}))["meta"]["note"] == "n"
        await client.fields.delete("things", "other")
        assert "things" in [each["collection"] for each in await client.collections.read()]
        await client.collections.delete("things")
        with pytest.raises(errors.Forbidden):
            await client.collections.read_one("things")
        role = await client.roles.create({"name": "Reader"})
        policy = await client.policies.create({"name": "Read"})
        permission = {"policy": policy["id"], "collection": "messages", "action": "read", "fields": ["*"]}
        assert (await client.permissions.create(permission))["action"] == "read"
        await client.access.create({"role": role["id"], "policy": policy["id"]})
        user = await client.users.create({"email": "c@example.com", "password": "secret-c", "role": role["id"]})
        assert await client.users.read(filter=F.email == "c@example.com", fields=["id"]) == [{"id": user["id"]}]
        reader = create_client(guide.base)
        async with reader:
            await reader.auth.login("c@example.com", "secret-c")
            assert list(await reader.permissions.mine())
            assert await reader.rest.items("messages").read(limit=0) == []
            assert (await reader.users.me(fields="id"))["id"] == user["id"]
            await reader.auth.logout()
            with pytest.raises(errors.RowcastError):
                await reader.users.me()
        await client.users.delete(user["id"])


async def test_errors_of_subscriptions(guide: Server) -> None:
    async with create_client(guide.base, token=TOKEN) as client:
        refused: list[tuple[Any, Any]] = [
            ({"fields": ["nothing"]}, errors.Forbidden),
            ({"filter": {"id": {"_x": 1}}}, errors.InvalidQuery),
        ]
        for query, error in refused:
            with pytest.raises(error):
                async with client.subscribe("messages", query=query):
                    pytest.fail("it was refused")
        with pytest.raises(errors.RowcastError):
            async with client.subscribe("nothing"):
                pytest.fail("it was refused")
        with pytest.raises(errors.RowcastError):
            await client.live("nothing")
        async with client.subscribe("messages"):
            pass


async def test_an_error_in_the_block_is_itself(guide: Server) -> None:
    async def fail() -> None:
        async with create_client(guide.base, token=TOKEN) as client:
            await client.connect()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    with anyio.move_on_after(0.2) as scope:
        async with create_client(guide.base, token=TOKEN) as client, client.subscribe("messages") as events:
            await anext(events)
    assert scope.cancelled_caught


@both
def test_a_cut_connection_is_made_again(guide: Server, notes: Path, backend: str) -> None:
    async def work() -> None:
        happened: list[str] = []
        client = create_client(guide.base, token=ADMIN_TOKEN, reconnect=Reconnect(delay=0.01))
        other = create_client(guide.base, token=ADMIN_TOKEN)
        for topic in ("open", "close"):
            client.on(topic, lambda _, topic=topic: happened.append(topic))  # type: ignore[misc]
        async with client, other, client.subscribe("notes", event="create", query={"fields": ["rank"]}) as events:
            table = await client.live("notes", sort="-rank", limit=2, fields=["rank"])
            for rank in range(3):
                assert client._link is not None
                assert client._link._hands.socket is not None
                await client._link._hands.socket._stream.aclose()
                await other.items("notes").create({"rank": rank})
                assert (await anext(events)).rows == [{"rank": rank}]
                await table.until(lambda rows, rank=rank: rows[0]["rank"] == rank if rows else False)  # type: ignore[misc]
                assert await client.items("notes").count() == rank + 1
            assert happened == ["open", *["close", "open"] * 3]

    run(work, backend)


@both
@pytest.mark.parametrize("policy", ["gap", "error", "wait"])
def test_a_slow_reader_gets_what_it_has_chosen(guide: Server, notes: Path, backend: str, policy: Any) -> None:
    async def work() -> None:
        client, other = (create_client(guide.base, token=ADMIN_TOKEN) for _ in range(2))
        subscription = client.subscribe("notes", event="create", buffer=3, when_full=policy)
        async with client, other, subscription as events:
            await other.items("notes").create_many([{"rank": rank} for rank in range(10)])
            if policy != "wait":
                await client.ask("ping")  # what is said before the answer has come
            seen: list[Any] = []
            try:
                while len(seen) < {"gap": 4, "error": 5, "wait": 10}[policy]:
                    event = await anext(events)
                    seen.append(event.kind if event.kind == "gap" else event.rows[0]["rank"])
            except errors.SlowConsumer:
                seen.append("slow")
        assert seen == {"gap": ["gap", 7, 8, 9], "error": [0, 1, 2, 3, "slow"], "wait": list(range(10))}[policy]

    run(work, backend)


@both
def test_another_process_goes_on_from_a_position(guide: Server, notes: Path, backend: str) -> None:
    async def work() -> None:
        async with create_client(guide.base, token=ADMIN_TOKEN) as client:
            async with client.subscribe("notes", event="create", query={"fields": ["rank"]}) as events:
                await client.items("notes").create({"rank": 0})
                assert (await anext(events)).rows == [{"rank": 0}]
                position = events.position
            for rank in (1, 2, 3):
                await client.items("notes").create({"rank": rank})
        async with create_client(guide.base, token=ADMIN_TOKEN) as client:
            again = client.subscribe("notes", event="create", query={"fields": ["rank"]}, since=position)
            async with again as events:
                assert (events.init.rows, events.waiting) == ([], 3)
                await client.items("notes").create({"rank": 4})
                assert [(await anext(events)).rows for _ in range(4)] == [[{"rank": rank}] for rank in (1, 2, 3, 4)]
            other = client.subscribe("notes", query={"fields": ["rank"]}, since="nonsense")
            async with other as events:
                assert (events.init.kind, events.init.complete, len(events.init.rows)) == ("gap", True, 5)

    run(work, backend)


@both
def test_cancelling_takes_nothing_along(guide: Server, notes: Path, backend: str) -> None:
    async def work() -> None:
        async with create_client(guide.base, token=ADMIN_TOKEN) as client:
            async with client.subscribe("notes", event="create") as events:
                for number in range(30):
                    with anyio.move_on_after(0.0001 * number):
                        await client.items("notes").read(limit=1)
                    with anyio.move_on_after(0.0001):
                        await anext(events)
                async with anyio.create_task_group() as tasks:
                    for number in range(50):
                        tasks.start_soon(client.items("notes").create, {"rank": number})
                seen: list[int] = []
                while len(seen) < 50:
                    with anyio.move_on_after(0.0002):
                        seen.append((await anext(events)).rows[0]["rank"])
            assert sorted(seen) == list(range(50))

    run(work, backend)


async def test_after_the_end_nothing_waits(guide: Server) -> None:
    ended: list[Any] = []

    async def wait(events: Any) -> None:
        ended.append(await anext(events, "the end"))

    async with create_client(guide.base, token=TOKEN) as client:
        async with anyio.create_task_group() as tasks, client.subscribe("messages") as events:
            table = await client.live("messages", limit=1)
            tasks.start_soon(wait, events)
            tasks.start_soon(wait, table)
            await anyio.sleep(0.05)
            await client.disconnect()
        assert ended == ["the end"] * 2
        assert await client.items("messages").read(limit=0) == []

"""The client without await."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rowcast.client import F, Items, LiveTable, Subscription, create_client, sync
from rowcast.errors import ConnectionLost, Forbidden
from tests.support.server import ADMIN_TOKEN, Server


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_same_verbs(guide: Server, notes: Path, backend: str) -> None:
    with sync.create_client(guide.base, token=ADMIN_TOKEN, backend=backend) as client:
        rows = client.items("notes")
        made = rows.create({"text": "a", "rank": 1})
        assert rows.read(filter=F.rank == 1) == [made]
        with client.subscribe("notes", event="create") as events:
            assert events.init.rows == []
            other = rows.create({"text": "b", "rank": 2})
            event = events.next(5)
            assert event is not None
            assert event.rows == [other]
            assert events.next(0.01) is None
        with client.live("notes", sort="-rank") as table:
            assert table.rows == [other, made]
            rows.delete(other["id"])
            assert table.until(lambda found: found == [made], 5) == [made]
            change = table.next(5)
            assert change is not None
            assert change.kind == "delete"
        assert client.users.me(fields="email")["email"] == "admin@example.com"
        with pytest.raises(Forbidden):
            rows.read_one(other["id"])


def test_without_a_block(guide: Server) -> None:
    client = sync.create_client(guide.base, token=ADMIN_TOKEN)
    assert client.items("messages").read(limit=0) == []
    client.close()
    client.close()
    assert client.items("messages").read(limit=0) == []
    client.close()


def test_all_that_the_asynchronous_client_has() -> None:
    """By the names, at each level; what runs by itself (``gate`` …) is for the asynchronous client's own parts."""

    def names(kind: object) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    inner, client = create_client("http://host"), sync.create_client("http://host")
    own = {"gate", "is_hosted", "address", "options", "timeout", "answer_pings"}
    assert names(inner) - names(client) == own
    assert names(Items) - names(sync.Items) == set()
    assert names(Subscription) - names(sync.Subscription) == set()
    assert names(LiveTable) - names(sync.LiveTable) == {"aclose", "apply", "become", "end", "room", "start", "take"}
    assert {"items", "request"} <= names(client.rest)
    for name in ("users", "collections", "auth", "server"):
        assert names(getattr(inner, name)) == names(getattr(client, name)), name


def test_the_rest(guide: Server, notes: Path) -> None:
    with sync.create_client(guide.base, token=ADMIN_TOKEN) as client:
        heard: list[object] = []
        remove = client.on("message", heard.append)
        made = client.rest.items("notes").create({"text": "a", "rank": 1})
        assert not client.is_connected
        client.connect()
        client.send({"type": "ping", "uid": "mine"})
        with client.live("notes", sort="rank") as table:
            assert (made["id"] in table, table.get(made["id"]), table.exact) == (True, made, True)
            assert table.next(0.01) is None
            client.items("notes").delete(made["id"])
            assert [change.kind for change in [table.next(5)] if change is not None] == ["delete"]
            assert table.version == 1
        assert {"type": "pong", "uid": "mine"} in heard
        remove()
        client.disconnect()
        assert client.rest.request("GET", "/server/health").json()["status"] == "ok"
        with pytest.raises(ConnectionLost):
            client.send({"type": "ping"})
        with pytest.raises(AttributeError):
            client.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_several_threads_share_it(guide: Server, notes: Path) -> None:
    client, made = sync.create_client(guide.base, token=ADMIN_TOKEN), list[int]()

    def work(number: int) -> None:
        made.append(client.items("notes").create({"rank": number})["id"])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 20
    client.close()

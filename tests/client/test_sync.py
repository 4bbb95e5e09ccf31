"""The client without await."""

from __future__ import annotations

import inspect
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rowcast.client import Channel, Client, F, Items, LiveTable, Subscription, create_client, sync
from rowcast.client.client import ClientOptions, SubscriptionOptions
from rowcast.errors import ConnectionLost, Forbidden
from tests.support.patience import PATIENCE, wait_until
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
            event = events.next(PATIENCE)
            assert event is not None
            assert event.rows == [other]
            assert events.next(0.01) is None
        with client.live("notes", sort="-rank") as table:
            assert table.rows == [other, made]
            rows.delete(other["id"])
            assert table.until(lambda found: found == [made], PATIENCE) == [made]
            change = table.next(PATIENCE)
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
    own = {"gate", "is_hosted", "aclose", "forget", "address", "options", "timeout", "answer_pings"}
    assert names(inner) - names(client) == own
    assert names(Items) - names(sync.Items) == set()
    assert names(Subscription) - names(sync.Subscription) == set()
    assert names(LiveTable) - names(sync.LiveTable) == {"aclose", "apply", "become", "end", "room", "start", "take"}
    assert names(Channel) - names(sync.Channel) == {"end", "room", "take"}
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
            assert [change.kind for change in [table.next(PATIENCE)] if change is not None] == ["delete"]
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


def test_options_are_those_of_the_asynchronous_client() -> None:
    assert ClientOptions.__annotations__.keys() == inspect.signature(create_client).parameters.keys() - {"url"}
    wanted = inspect.signature(Client.subscribe).parameters.keys() - {"self", "collection"}
    assert SubscriptionOptions.__annotations__.keys() == wanted


def interrupted(work: Callable[[], object]) -> None:
    """Ctrl-C while it waits."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def begin() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        work()

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            begin()
    finally:
        signal.signal(signal.SIGALRM, before)


def test_who_was_interrupted_takes_nothing_along(guide: Server, notes: Path) -> None:
    client = sync.create_client(guide.base, token=ADMIN_TOKEN)
    with client, client.subscribe("notes", event="create") as events, client.live("notes") as table:
        interrupted(events.next)
        interrupted(table.next)
        made = client.items("notes").create({"rank": 1})
        event, change = events.next(PATIENCE), table.next(PATIENCE)
        assert event is not None
        assert change is not None
        assert event.rows == [change.row] == [made]


def test_after_the_end(guide: Server, notes: Path) -> None:
    """What is still held can be looked at, and starts nothing; a client may end within the blocks of others."""
    client = sync.create_client(guide.base, token=ADMIN_TOKEN)
    made = client.items("notes").create({"rank": 1})
    table, before = client.live("notes"), threading.active_count()
    with client.subscribe("notes") as events:
        client.close()
    wait_until(lambda: threading.active_count() < before)
    assert (table.rows, table.next(), events.next(), table.to_pandas()["rank"].tolist()) == ([made], None, None, [1])
    table.close()
    wait_until(lambda: threading.active_count() < before)
    with pytest.raises(ConnectionLost, match="closed"), events:
        pass


def test_a_listener_that_asks_its_client(guide: Server) -> None:
    """It would wait for itself."""
    told: list[BaseException] = []
    with sync.create_client(guide.base, token=ADMIN_TOKEN) as client:

        def ask(_: object) -> None:
            try:
                client.ask("ping")
            except RuntimeError as error:
                told.append(error)

        client.on("open", ask)
        client.connect()
    assert len(told) == 1


def test_a_script_that_closes_nothing_ends(guide: Server) -> None:
    lines = [
        "from rowcast.client import sync",
        f"client = sync.create_client({guide.base!r}, token={ADMIN_TOKEN!r})",
        "table = client.live('messages')",
        "events = client.subscribe('messages').__enter__()",
        "print(client, table, events, client.items('messages'))",
    ]
    found = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], check=True, capture_output=True, text=True, timeout=PATIENCE
    )
    assert found.stderr == ""
    assert found.stdout.startswith(f"<Client of {guide.base}, connected> <LiveTable of ")
    assert ADMIN_TOKEN not in found.stdout

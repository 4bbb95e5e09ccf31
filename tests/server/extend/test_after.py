"""Hooks after the commit: whoever wrote, in order, at least once, across failures, restarts and kills."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from rowcast import Context, Rowcast, RowEvent
from rowcast.errors import Forbidden, InvalidConfiguration
from rowcast.server.extend import after
from tests.server.extend.conftest import BEN, by_hand, made, opened
from tests.support.patience import PATIENCE, until, wait_until
from tests.support.server import Server


async def test_whoever_wrote(app: Rowcast, tmp_path: Path) -> None:
    seen: list[RowEvent] = []

    @app.after("items.*", "messages")
    async def note(ctx: Context, event: RowEvent) -> None:
        seen.append(event)

    async with opened(app) as client:
        await client.post("/items/messages", json=[{"text": "a"}, {"text": "b"}], headers=BEN)
        by_hand(tmp_path, "UPDATE messages SET text = 'c' WHERE id = 2")
        await client.delete("/items/messages/1")
        await client.post("/items/notes", json={"text": "not asked for"})
        await until(lambda: len(seen) == 4)
    assert [(e.name, e.key) for e in seen] == [
        ("items.create", 1),
        ("items.create", 2),
        ("items.update", 2),
        ("items.delete", 1),
    ]
    update = seen[2]
    assert update.before is not None
    assert update.after is not None
    assert (update.before["text"], update.after["text"], seen[3].after) == ("b", "c", None)
    assert len({each.id for each in seen}) == 4
    assert [each.position for each in seen] == sorted(each.position for each in seen)


async def test_it_may_write_with_all_rights(app: Rowcast) -> None:
    @app.after("items.create", "messages")
    async def copy(ctx: Context, event: RowEvent) -> None:
        assert event.after is not None
        await ctx.items("notes").create({"text": event.after["text"]})

    @app.after("users.create")
    def sync(ctx: Context, event: RowEvent) -> None:
        assert event.collection == "directus_users"
        names.append(event.after and event.after["email"])

    names: list[Any] = []
    async with opened(app) as client:
        await client.post("/items/messages", json={"text": "a"}, headers=BEN)
        await until(lambda: app.hooks[0].calls == 1 and names == ["ben@example.com"])
        notes: list[dict[str, Any]] = []
        while not notes:  # the call is counted before it has written
            notes = (await client.get("/items/notes")).json()["data"]
        assert [row["text"] for row in notes] == ["a"]


async def test_it_learns_who_asked_for_it(tmp_path: Path) -> None:
    """Also from the log, after a restart; and whoever it was, the hook has all rights."""
    seen: list[tuple[Any, Any, Any]] = []

    async def note(ctx: Context, event: RowEvent) -> None:
        assert event.after is not None
        await ctx.items("directus_users").read()
        seen.append((event.after["text"], event.user == ben, (ctx.actor.user == ben, ctx.actor.admin)))

    async def as_ben(ctx: Context, event: RowEvent) -> None:
        with pytest.raises(Forbidden):
            await ctx.as_user(event.user or "").items("notes").read()

    ben = ""
    for first in (True, False):
        app = made(tmp_path)
        app.after("items.create", "messages", name="note")(note)
        if first:
            app.after("items.create", "messages", name="as-ben")(as_ben)
        async with opened(app) as client:
            ben = (await client.get("/users", params={"filter[email][_eq]": "ben@example.com"})).json()["data"][0]["id"]
            if first:
                await client.post("/items/messages", json={"text": "ben's"}, headers=BEN)
                await until(lambda app=app: len(seen) == 1 and app.hooks[1].calls == 1)  # type: ignore[misc]
                assert app.hooks[1].failures == 0
                by_hand(tmp_path, "INSERT INTO messages (text) VALUES ('by hand')")
                await until(lambda: len(seen) == 2)
            else:
                await until(lambda: len(seen) == 4)
        if first:
            async with opened(made(tmp_path)) as client:  # the hook is not there
                await client.post("/items/messages", json=[{"text": "again"}], headers=BEN)
                by_hand(tmp_path, "INSERT INTO messages (text) VALUES ('by hand again')")
    assert seen == [
        ("ben's", True, (True, False)),
        ("by hand", False, (False, True)),
        ("again", True, (True, False)),
        ("by hand again", False, (False, True)),
    ]


@pytest.mark.parametrize("fault", [asyncio.CancelledError, SystemExit])
@pytest.mark.parametrize("is_async", [True, False])
async def test_what_ends_itself_ends_nothing_else(app: Rowcast, fault: type[BaseException], is_async: bool) -> None:
    seen: list[Any] = []

    def end(ctx: Context, event: RowEvent) -> None:
        if not seen:
            seen.append("ended")
            raise fault
        seen.append(event.key)

    async def end_later(ctx: Context, event: RowEvent) -> None:
        await asyncio.sleep(0)
        end(ctx, event)

    app.after("items.create", "messages", attempts=1)(end_later if is_async else end)
    async with opened(app) as client:
        await client.post("/items/messages", json=[{"text": "a"}, {"text": "b"}])
        await until(lambda: seen == ["ended", 2])
        assert (app.hooks[0].failures, app.hooks[0].dropped) == (1, 1)


async def test_what_fails_is_told_again_then_given_up(
    app: Rowcast, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[str] = []

    @app.after("items.create", "messages", name="stubborn", attempts=3, pause=0.01)
    async def fails(ctx: Context, event: RowEvent) -> None:
        assert event.after is not None
        tried.append(event.after["text"])
        if event.after["text"] == "bad" or len(tried) == 1:
            raise ValueError("not now")

    async with opened(app) as client:
        for text in ("first", "bad", "last"):
            await client.post("/items/messages", json={"text": text})
        await until(lambda: tried[-1:] == ["last"])
        assert tried == ["first", "first", "bad", "bad", "bad", "last"]
        (tally,) = app.hooks
        assert (tally.calls, tally.failures, tally.dropped) == (6, 4, 1)
        assert tally.last_error == "ValueError: not now"
    said = capsys.readouterr()
    assert f"{caplog.text}{said.out}{said.err}".count("Traceback") == 2, "of the first attempts"


@pytest.mark.parametrize("is_async", [True, False])
async def test_what_takes_too_long_is_a_failure(app: Rowcast, is_async: bool) -> None:
    async def dawdle(ctx: Context, event: RowEvent) -> None:
        await asyncio.sleep(5)

    def sleep(ctx: Context, event: RowEvent) -> None:
        time.sleep(0.3)

    app.after("items.create", "messages", timeout=0.05, attempts=1)(dawdle if is_async else sleep)
    async with opened(app) as client:
        await client.post("/items/messages", json={"text": "a"})
        await until(lambda: app.hooks[0].dropped == 1)
        assert app.hooks[0].last_error == "TimeoutError: took longer than 0.05 s"


async def test_what_happened_meanwhile_is_told_after_the_start(tmp_path: Path) -> None:
    async def write(ctx: Context, event: RowEvent) -> None:
        seen.append(event.key)

    seen: list[Any] = []
    first = made(tmp_path)
    first.after("items.create", "messages", name="writer")(write)
    async with opened(first) as client:
        await client.post("/items/messages", json={"text": "a"})
        await until(lambda: seen == [1])
    async with opened(made(tmp_path)) as client:  # the hook is not there
        await client.post("/items/messages", json=[{"text": "b"}] * 3)
    by_hand(tmp_path, "INSERT INTO messages (text) VALUES ('c')")
    second = made(tmp_path)
    second.after("items.create", "messages", name="writer")(write)
    second.after("items.create", "messages", name="new")(write)
    async with opened(second) as client:
        await until(lambda: len(seen) >= 5)
        await client.post("/items/messages", json={"text": "d"})
        await until(lambda: seen.count(6) >= 2)
    assert seen == [1, 2, 3, 4, 5, 6, 6], "once each, and nothing old for a hook that is new"


async def test_a_burst_is_read_from_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after, "MOST_WAITING", 3)
    monkeypatch.setattr(after, "AT_ONCE", 7)
    seen: list[Any] = []
    app = made(tmp_path)

    @app.after("items.create", "messages")
    async def slow(ctx: Context, event: RowEvent) -> None:
        await asyncio.sleep(0.002)
        seen.append(event.key)

    async with opened(app) as client:
        for _ in range(20):
            await client.post("/items/messages", json=[{"text": "x"}] * 5)
        await until(lambda: len(seen) >= 100)
    assert seen == list(range(1, 101))


async def test_what_the_log_has_lost_is_reported(tmp_path: Path) -> None:
    seen: list[Any] = []

    async def note(ctx: Context, event: RowEvent) -> None:
        seen.append(event.key)

    first = made(tmp_path)
    first.after("items.create", "messages", name="n")(note)
    async with opened(first):
        pass
    async with opened(made(tmp_path)) as client:
        for _ in range(3):
            await client.post("/items/messages", json={"text": "x"})
    by_hand(tmp_path, "DELETE FROM rowcast_changes WHERE seq < (SELECT max(seq) FROM rowcast_changes)")
    second = made(tmp_path)
    second.after("items.create", "messages", name="n")(note)
    async with opened(second):
        await until(lambda: seen == [3])
    assert second.hooks[0].dropped == 1


APP = """
import os, pathlib
from rowcast import Rowcast
app = Rowcast()
seen = pathlib.Path("seen")

@app.after("items.create", "messages", name="witness")
async def witness(ctx, event):
    with seen.open("a") as out:
        out.write(f"{event.key} {event.id}\\n")
    if event.after["text"] == "die" and not pathlib.Path("died").exists():
        pathlib.Path("died").touch()
        os._exit(9)   # told, but not acknowledged
"""


def test_kill_between_commit_and_acknowledgement(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(APP)
    body = {"collection": "messages", "schema": {}, "fields": [{"field": "text", "type": "text", "schema": {}}]}
    with Server(tmp_path, "--app", "main:app") as server, server.client() as admin:
        admin.post("/collections", json=body).raise_for_status()
        admin.post("/items/messages", json={"text": "live"}).raise_for_status()
        with suppress(httpx.TransportError):  # the answer may be lost with the server
            admin.post("/items/messages", json=[{"text": "die"}, {"text": "after"}])
        assert server.process.wait(PATIENCE) == 9
    told = [line.split() for line in (tmp_path / "seen").read_text().splitlines()]
    assert [key for key, _ in told] == ["1", "2"]
    with Server(tmp_path, "--app", "main:app"):
        wait_until(lambda: "\n3 " in (tmp_path / "seen").read_text())
    again = [line.split() for line in (tmp_path / "seen").read_text().splitlines()][2:]
    assert [key for key, _ in again] in (["2", "3"], ["1", "2", "3"]), "what was not acknowledged comes again"
    assert told[1] in again, "under the same id"


KILLED = """
import pathlib
from rowcast import Rowcast
app = Rowcast()

@app.after("items.create", "messages", name="witness")
async def witness(ctx, event):
    with pathlib.Path("seen").open("a") as out:
        out.write(f"{event.key}\\n")

@app.after("items.create", "messages", name="copier")
async def copier(ctx, event):
    await ctx.items("copies").create({"of": event.key})
"""


def test_killed_at_any_time_every_event_is_told(tmp_path: Path) -> None:
    """While others write, twice; what was answered is told in the end, whatever was under way."""
    (tmp_path / "main.py").write_text(KILLED)
    made: list[int] = []
    killers: list[threading.Thread] = []
    server = Server(tmp_path, "--app", "main:app").start()
    try:
        with server.client() as admin:
            for name, column in (("messages", "text"), ("copies", "of")):
                kind = "text" if column == "text" else "integer"
                body = {"collection": name, "schema": {}, "fields": [{"field": column, "type": kind, "schema": {}}]}
                admin.post("/collections", json=body).raise_for_status()
        for _ in range(2):
            enough = len(made) + 10
            with server.client() as admin, suppress(httpx.TransportError):
                while True:
                    made.append(admin.post("/items/messages", json={"text": "a"}).json()["data"]["id"])
                    if len(made) == enough:  # somewhere within what comes then
                        killers.append(threading.Thread(target=server.kill))
                        killers[-1].start()
            for killer in killers:
                killer.join()
            server.start()
        with server.client() as admin:
            rows = admin.get("/items/messages?limit=-1&fields=id").json()["data"]
            there = {row["id"] for row in rows}

            def told() -> bool:
                copies = admin.get("/items/copies?limit=-1&fields=of").json()["data"]
                seen = {int(key) for key in (tmp_path / "seen").read_text().split()}
                return there <= seen & {row["of"] for row in copies}

            wait_until(told)
            assert set(made) <= there
            assert len(made) >= 20
    finally:
        server.kill()


SHARED = """
import asyncio, os, pathlib
from rowcast import Rowcast
app = Rowcast()

def note(what):
    with pathlib.Path(what).open("a") as out:
        out.write(f"{os.getpid()}\\n")

@app.after("items.create", "messages", name="witness")
async def witness(ctx, event):
    note("told")

@app.every("50ms")
async def once(ctx):
    note("once")

@app.every("50ms", everywhere=True)
async def everywhere(ctx):
    note("everywhere")
"""


def test_of_several_processes_one_calls_them(tmp_path: Path) -> None:
    def who(name: str) -> list[int]:
        path = tmp_path / name
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    (tmp_path / "main.py").write_text(SHARED)
    body = {"collection": "messages", "schema": {}, "fields": [{"field": "text", "type": "text", "schema": {}}]}
    with Server(tmp_path, "--app", "main:app") as first, Server(tmp_path, "--app", "main:app") as second:
        pids = {first.process.pid, second.process.pid}
        with first.client() as admin, second.client() as other:
            admin.post("/collections", json=body).raise_for_status()
            wait_until(lambda: other.get("/collections/messages").status_code == 200)
            for client in (admin, other):
                client.post("/items/messages", json={"text": "a"}).raise_for_status()
            wait_until(lambda: len(who("told")) == 2 and len(who("once")) > 2 and set(who("everywhere")) == pids)
            assert set(who("once")) == set(who("told")) == {first.process.pid}
            first.process.kill()
            other.post("/items/messages", json={"text": "b"}).raise_for_status()
            wait_until(lambda: who("told")[-1] == who("once")[-1] == second.process.pid)
        assert len(who("told")) in (3, 4, 5), "at least once, and twice only what was not acknowledged"


@pytest.mark.parametrize("event", ["activity.create", "revisions.*", "sessions.delete"])
def test_what_is_not_in_the_log(app: Rowcast, event: str) -> None:
    with pytest.raises(InvalidConfiguration, match="never told"):
        app.after(event)


def test_names_are_unique(app: Rowcast) -> None:
    app.after("items.create", name="one")(print)
    app.after("items.create")(print)
    app.after("items.update")(print)
    with pytest.raises(InvalidConfiguration, match="two after-hooks"):
        app.after("items.delete", name="one")(print)

"""Small mutations on the loop itself: when they run there, and that nothing else changes by it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import apsw
import pytest

from rowcast.errors import InvalidForeignKey, NotUnique
from rowcast.schema.steps import ColumnPlan, CreateTable
from rowcast.store.base import Transaction
from rowcast.store.sqlite import SqliteOptions, writer
from rowcast.store.sqlite.group import Groups, Write
from rowcast.store.sqlite.session import CHECKPOINT
from rowcast.store.sqlite.writer import CAREFUL
from tests.store.conftest import ID, Opened
from tests.store.sqlite.test_foreign import write_beside
from tests.store.sqlite.test_writer import add, adding
from tests.support.patience import PATIENCE
from tests.support.unhurried import unhurried

__all__ = ["unhurried"]

Work = Callable[[Transaction], Awaitable[threading.Thread]]
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n"


def noting(text: str) -> Work:
    """A mutation that adds a note and tells the thread that it ran in."""

    async def work(tx: Transaction) -> threading.Thread:
        await add(tx, text)
        return threading.current_thread()

    return work


async def settled(store: Opened) -> None:
    """Wait until the thread has nothing to do."""
    await store.write(adding("settle"))


async def texts(store: Opened) -> list[str]:
    return [text for (text,) in await store.read("SELECT text FROM notes ORDER BY id")]


@pytest.mark.usefixtures("unhurried")
async def test_quick_mutations_run_on_the_loop_and_share_a_transaction(store: Opened) -> None:
    await settled(store)
    before = store.transactions
    threads = await asyncio.gather(*[store.write(noting(str(n)), quick=True) for n in range(20)])
    assert set(threads) == {threading.main_thread()}
    assert store.transactions - before == 1
    assert [change.unit for change in store.commits[-1].changes] == list(range(20))


async def test_others_do_not(store: Opened) -> None:
    assert await store.write(noting("a")) is not threading.main_thread()


async def test_order_is_that_of_the_calls(store: Opened) -> None:
    await settled(store)
    quick = [True, True, False, True, False, False, True, True] * 5
    await asyncio.gather(*[store.write(adding(str(n)), quick=each) for n, each in enumerate(quick)])
    assert await texts(store) == ["settle", *map(str, range(len(quick)))]
    keys = [change.key for commit in store.commits for change in commit.changes]
    assert keys == sorted(keys)


async def test_one_that_fails_undoes_itself_alone(store: Opened) -> None:
    await store.alter(lambda tx: tx.apply([CreateTable("names", (ID, ColumnPlan("name", "string", unique=True)))]))

    def naming(name: str) -> Callable[[Transaction], Awaitable[object]]:
        return lambda tx: tx.fetch("INSERT INTO names(name) VALUES(?)", (name,))

    found = await asyncio.gather(*[store.write(naming(n), quick=True) for n in "abac"], return_exceptions=True)
    assert [type(each) for each in found] == [list, list, NotUnique, list]
    assert await store.read("SELECT group_concat(name) FROM names") == [("a,b,c",)]


async def test_while_another_program_writes_it_is_the_thread_that_waits(store: Opened) -> None:
    await settled(store)
    other = apsw.Connection(store.options.path)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.gather(*[store.write(noting(str(n)), quick=True) for n in range(3)])
    ticks = 0
    while ticks < 5:  # the loop goes on
        await asyncio.sleep(0.002)
        ticks += 1
    assert not writing.done()
    other.execute("ROLLBACK")
    other.close()
    assert threading.main_thread() not in await writing
    assert await texts(store) == ["settle", "0", "1", "2"]


async def test_what_another_program_wrote_comes_first(store: Opened) -> None:
    await settled(store)
    write_beside(store.options.path, "INSERT INTO notes(text) VALUES('theirs')")
    await store.write(adding("ours"), quick=True)
    told = [change.after.values["text"] for commit in store.commits for change in commit.changes if change.after]
    assert told == ["settle", "theirs", "ours"]


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("careful", [False, True])
async def test_one_that_takes_long_is_run_again_in_the_thread(
    store: Opened, monkeypatch: pytest.MonkeyPatch, careful: bool
) -> None:
    monkeypatch.setattr(writer, "ON_LOOP", 0.0)  # whatever has so many steps that it is looked at takes too long
    await settled(store)
    if careful:
        with pytest.raises(NotUnique):
            await store.write(lambda tx: tx.fetch("INSERT INTO notes(id, text) VALUES(1, 'again')"), quick=True)
    ran_in: list[threading.Thread] = []

    async def slow(tx: Transaction) -> None:
        ran_in.append(threading.current_thread())
        await add(tx, "slow")
        await tx.fetch(SLOW)

    await asyncio.gather(store.write(adding("before"), quick=True), store.write(slow, quick=True))
    await store.write(adding("after"), quick=True)
    assert len(ran_in) == 2
    assert ran_in[0] is threading.main_thread()
    assert ran_in[1] is not threading.main_thread()
    assert await texts(store) == ["settle", "before", "slow", "after"]
    told = [change.key for commit in store.commits for change in commit.changes]
    assert told == [1, 2, 3, 4]


@pytest.mark.parametrize("options", [{"synchronous": "FULL"}, {"turn": 0.0}])
async def test_never_where_a_commit_waits_for_the_disk_or_it_is_switched_off(
    tmp_path: Path, options: dict[str, object]
) -> None:
    opened = Opened(SqliteOptions(str(tmp_path / "data.db"), **options))  # type: ignore[arg-type]
    await opened.open()
    await opened.alter(lambda tx: tx.apply([CreateTable("notes", (ID, ColumnPlan("text", "string")))]))
    assert await opened.write(noting("a"), quick=True) is not threading.main_thread()
    await opened.close()


async def test_the_write_ahead_log_is_moved_into_the_database(store: Opened) -> None:
    await settled(store)
    large = "x" * 40_000
    for _ in range(CHECKPOINT // 5):
        await store.write(adding(large), quick=True)
    async with asyncio.timeout(PATIENCE):
        while (await store.read("PRAGMA wal_checkpoint"))[0][1] > CHECKPOINT:
            await store.write(adding("small"), quick=True)  # only a write begins the log anew
            await asyncio.sleep(0.02)


async def test_closing_finishes_what_waits_for_its_turn(tmp_path: Path) -> None:
    opened = Opened(SqliteOptions(str(tmp_path / "data.db")))
    await opened.open()
    await opened.alter(lambda tx: tx.apply([CreateTable("notes", (ID, ColumnPlan("text", "string")))]))
    writing = [asyncio.ensure_future(opened.write(adding(str(n)), quick=True)) for n in range(3)]
    await asyncio.sleep(0)
    await opened.close()
    assert await asyncio.gather(*writing) == [1, 2, 3]


@pytest.fixture
def savepoints(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who ran in a savepoint."""
    found: list[str] = []
    real = Groups._single

    def single(self: Groups, write: Write, *args: Any) -> Any:
        found.append(threading.current_thread().name)
        return real(self, write, *args)

    monkeypatch.setattr(Groups, "_single", single)
    return found


@pytest.mark.usefixtures("unhurried")
async def test_good_ones_have_no_savepoints(store: Opened, savepoints: list[str]) -> None:
    await settled(store)
    savepoints.clear()
    await asyncio.gather(*[store.write(adding(str(n)), quick=True) for n in range(20)])
    assert savepoints == []


@pytest.mark.usefixtures("unhurried")
async def test_a_group_with_a_bad_one_is_run_again_on_the_loop(store: Opened, savepoints: list[str]) -> None:
    await settled(store)
    savepoints.clear()
    ran: list[str] = []

    def naming(name: str) -> Work:
        async def work(tx: Transaction) -> threading.Thread:
            ran.append(name)
            await add(tx, name)
            if name == "bad":
                await tx.fetch("INSERT INTO notes(id, text) VALUES(1, 'again')")
            return threading.current_thread()

        return work

    names = ["a", "bad", "b"]
    found = await asyncio.gather(*[store.write(naming(n), quick=True) for n in names], return_exceptions=True)
    assert [type(each) for each in found] == [type(threading.main_thread()), NotUnique, type(threading.main_thread())]
    assert ran == ["a", "bad", "a", "bad", "b"]
    assert savepoints == [threading.main_thread().name] * 3
    assert await texts(store) == ["settle", "a", "b"]
    assert [c.after and c.after.values["text"] for commit in store.commits for c in commit.changes] == [
        "settle",
        "a",
        "b",
    ]
    for _ in range(CAREFUL):
        await store.write(adding("x"), quick=True)
    savepoints.clear()
    await store.write(adding("y"), quick=True)
    assert savepoints == []


async def test_a_deferred_foreign_key_fails_its_own_mutation_on_the_loop(store: Opened) -> None:
    await store.write(
        lambda tx: tx.fetch(
            "CREATE TABLE hangs(id INTEGER PRIMARY KEY, note INT REFERENCES notes DEFERRABLE INITIALLY DEFERRED)"
        )
    )
    await settled(store)

    def hanging(note: int) -> Callable[[Transaction], Awaitable[object]]:
        return lambda tx: tx.fetch("INSERT INTO hangs(note) VALUES(?)", (note,))

    found = await asyncio.gather(*[store.write(hanging(n), quick=True) for n in (1, 99, 1)], return_exceptions=True)
    assert [type(each) for each in found] == [list, InvalidForeignKey, list]


@pytest.mark.usefixtures("unhurried")
async def test_history_is_written_once_for_all_and_in_order(store: Opened) -> None:
    await settled(store)
    calls: list[int] = []

    async def bulk(tx: Transaction, rows: Sequence[str]) -> None:
        calls.append(len(rows))
        await tx.fetch_many("INSERT INTO notes(text) VALUES(?)", [(row,) for row in rows])

    def noting_later(text: str) -> Callable[[Transaction], Awaitable[None]]:
        async def work(tx: Transaction) -> None:
            await tx.defer(bulk, f"history of {text}")
            await add(tx, text)
            if text == "bad":
                raise NotUnique("no", collection=None, field=None, value=None)

        return work

    await asyncio.gather(*[store.write(noting_later(text), quick=True) for text in "abc"])
    assert calls == [3]
    assert await texts(store) == ["settle", "a", "b", "c", *[f"history of {text}" for text in "abc"]]
    names = ["d", "bad", "e"]
    await asyncio.gather(*[store.write(noting_later(text), quick=True) for text in names], return_exceptions=True)
    assert (await texts(store))[7:] == ["d", "history of d", "e", "history of e"]


async def test_history_is_there_for_who_asks_for_it(store: Opened) -> None:
    async def bulk(tx: Transaction, rows: Sequence[str]) -> None:
        await tx.fetch_many("INSERT INTO notes(text) VALUES(?)", [(row,) for row in rows])

    async def work(tx: Transaction) -> list[Any]:
        await tx.defer(bulk, "history")
        before = await tx.fetch("SELECT count(*) FROM notes")
        after = await tx.fetch("SELECT count(*), 'directus_activity' FROM notes")
        return [before[0][0], after[0][0]]

    assert await store.write(work, quick=True) == [0, 1]

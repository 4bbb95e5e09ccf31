"""Group commit: mutations share a transaction, and nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from rowcast.errors import InvalidForeignKey, NotUnique, OutOfTime, ServiceUnavailable
from rowcast.feed import Change
from rowcast.feed.commit import Kind
from rowcast.schema import ForeignKey
from rowcast.schema.steps import AddForeignKey, ColumnPlan, CreateTable
from rowcast.store.base import Transaction
from rowcast.store.sqlite import SqliteOptions
from tests.store.conftest import ID, NOTES, Opened
from tests.support.patience import passed, until


async def add(tx: Transaction, text: str) -> int:
    rows = await tx.fetch("INSERT INTO notes(text) VALUES(?) RETURNING id", (text,))
    return int(rows[0][0])


def adding(text: str) -> Callable[[Transaction], Awaitable[int]]:
    """The mutation that adds a note."""
    return lambda tx: add(tx, text)


async def together(store: Opened, *works: Callable[[Transaction], Awaitable[object]]) -> list[Any]:
    """Results and errors of mutations that all wait behind one that does nothing, whose own result is the first."""
    begun, goes_on = threading.Event(), threading.Event()

    async def nothing(_: Transaction) -> None:
        begun.set()
        passed(goes_on)

    first = asyncio.create_task(store.write(nothing))
    await until(begun.is_set)
    others = [asyncio.create_task(store.write(work)) for work in works]
    await until(lambda: store._writer._queue.qsize() == len(works))
    goes_on.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


async def test_mutations_queued_meanwhile_share_a_transaction(store: Opened) -> None:
    before = store.transactions
    keys = await together(store, *[adding(str(n)) for n in range(50)])
    assert keys == [None, *range(1, 51)]
    assert store.transactions - before == 1
    changes = [change for commit in store.commits for change in commit.changes]
    assert [change.key for change in changes] == keys[1:]


async def test_each_mutation_is_a_unit(store: Opened) -> None:
    async def two(tx: Transaction) -> None:
        await add(tx, "a")
        await add(tx, "b")

    await together(store, two, two)
    (commit,) = store.commits
    assert [change.unit for change in commit.changes] == [0, 0, 1, 1]


async def test_unit_closes_what_is_open(store: Opened) -> None:
    async def work(tx: Transaction) -> list[tuple[Change, ...]]:
        await add(tx, "a")
        first = tx.unit()
        await tx.fetch("UPDATE notes SET text = 'b'")
        second = tx.unit()
        return [first, second, tx.unit()]

    first, second, third = await store.write(work)
    assert [change.kind for change in first] == [Kind.CREATE]
    assert [change.kind for change in second] == [Kind.UPDATE]
    assert third == ()
    assert [change.unit for change in store.commits[0].changes] == [0, 1]
    assert store.commits[0].changes == first + second


async def test_an_exception_undoes_one_mutation_only(store: Opened) -> None:
    async def fail(tx: Transaction) -> None:
        await add(tx, "lost")
        raise ValueError("no")

    results = await together(store, adding("first"), fail, adding("second"))
    assert [type(result) for result in results[1:]] == [int, ValueError, int]
    assert await store.read("SELECT text FROM notes ORDER BY id") == [("first",), ("second",)]
    assert [c.after and c.after.values["text"] for c in store.commits[0].changes] == ["first", "second"]
    assert len(store.commits) == 1


async def test_an_error_of_the_database_is_one_of_the_tree(store: Opened) -> None:
    await store.write(lambda tx: add(tx, "a"))
    with pytest.raises(NotUnique) as caught:
        await store.write(lambda tx: tx.fetch("INSERT INTO notes(id) VALUES(1)"))
    assert caught.value.extensions == {"collection": "notes", "field": "id", "value": None}


async def test_a_deferred_foreign_key_fails_its_own_mutation(store: Opened) -> None:
    await store.alter(lambda tx: tx.apply([CreateTable("parts", (ID, ColumnPlan("note", "integer")))]))
    key = ForeignKey("parts", "note", "notes", "id")
    await store.alter(lambda tx: tx.apply([AddForeignKey(key)]))

    async def postpone(tx: Transaction) -> None:
        await tx.fetch("PRAGMA defer_foreign_keys = ON")
        await tx.fetch("INSERT INTO parts(note) VALUES(99)")

    _, innocent, guilty = await together(store, adding("innocent"), postpone)
    assert innocent == 1
    assert isinstance(guilty, InvalidForeignKey)
    assert [change.collection for change in store.commits[0].changes] == ["notes"]


async def test_a_transaction_that_is_lost_fails_all_and_announces_nothing(store: Opened) -> None:
    async def lose(tx: Transaction) -> None:
        await add(tx, "a")
        await tx.fetch("ROLLBACK")
        raise ValueError("lost")

    results = await together(store, adding("innocent"), lose)
    assert [type(result) for result in results] == [ValueError] * 3
    assert store.commits == []
    assert await store.write(lambda tx: add(tx, "next")) == 1
    assert store.commits[0].position.offset == 1


async def test_a_mutation_sees_its_own_rows_and_readers_only_committed_ones(store: Opened) -> None:
    seen: list[int] = []
    go_on = threading.Event()

    async def work(tx: Transaction) -> None:
        await add(tx, "a")
        seen.append((await tx.fetch("SELECT count(*) FROM notes"))[0][0])
        passed(go_on)

    task = asyncio.create_task(store.write(work))
    await until(lambda: seen)
    assert seen == [1]
    assert await store.read("SELECT count(*) FROM notes") == [(0,)]
    go_on.set()
    await task
    assert await store.read("SELECT count(*) FROM notes") == [(1,)]


async def test_commits_come_before_the_answers(store: Opened) -> None:
    await store.write(lambda tx: add(tx, "a"))
    assert len(store.commits) == 1
    assert store.position == store.commits[0].position


async def test_waiting_for_something_else_is_a_fault(store: Opened) -> None:
    async def sleep(_: Transaction) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError):
        await store.write(sleep)
    assert await store.write(lambda tx: add(tx, "a")) == 1


async def test_a_caller_who_has_gone_disturbs_nobody(store: Opened) -> None:
    task = asyncio.create_task(store.write(lambda tx: add(tx, "a")))
    await asyncio.sleep(0)
    task.cancel()
    await store.write(lambda tx: add(tx, "b"))
    assert await store.read("SELECT count(*) FROM notes") == [(2,)]


async def test_a_listener_that_fails_does_not_keep_writers_waiting(store: Opened) -> None:
    reports: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
    store.on_commit = lambda commit: 1 / 0  # type: ignore[assignment]
    assert await store.write(lambda tx: add(tx, "a")) == 1
    assert len(reports) == 1


async def test_close_finishes_what_is_queued(store: Opened) -> None:
    tasks = [asyncio.create_task(store.write(lambda tx: add(tx, "a"))) for _ in range(20)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*tasks) == list(range(1, 21))
    with pytest.raises(ServiceUnavailable):
        await store.write(lambda tx: add(tx, "late"))


async def test_prepared_statements_are_reused(unwatchful: Opened) -> None:
    """Counts, not seconds: a hundred equal mutations prepare nothing new."""
    await unwatchful.write(lambda tx: add(tx, "warm"))
    before = unwatchful.statements()
    for _ in range(100):
        await unwatchful.write(lambda tx: add(tx, "a"))
    after = unwatchful.statements()
    assert after["misses"] == before["misses"]
    assert after["hits"] > before["hits"]


@pytest.mark.parametrize("writes", [False, True])
async def test_an_endless_mutation_is_out_of_time(tmp_path: Path, writes: bool) -> None:
    store = Opened(SqliteOptions(str(tmp_path / "data.db"), query_timeout=0.2))
    await store.open()
    await store.alter(lambda alteration: alteration.apply([NOTES]))
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i FROM n"

    async def work(tx: Transaction) -> None:
        await add(tx, "undone")
        await tx.fetch(
            f"INSERT INTO notes(text) SELECT max(i) FROM ({endless})" if writes else f"SELECT max(i) FROM ({endless})"
        )

    with pytest.raises(OutOfTime):
        await store.write(work)
    assert await store.write(adding("done"))
    assert await store.read("SELECT text FROM notes") == [("done",)]
    assert [change.key for commit in store.commits for change in commit.changes] == [1]
    await store.close()


async def test_a_transaction_that_cannot_begin_is_answered(tmp_path: Path) -> None:
    store = Opened(SqliteOptions(str(tmp_path / "data.db"), busy_timeout=0.05))
    await store.open()
    await store.alter(lambda tx: tx.apply([NOTES]))
    other = apsw.Connection(store.options.path)
    other.execute("BEGIN IMMEDIATE")
    told = await asyncio.gather(*[store.write(adding(str(n))) for n in range(3)], return_exceptions=True)
    assert [type(each) for each in told] == [ServiceUnavailable] * 3
    other.execute("ROLLBACK")
    other.close()
    assert await store.write(adding("then")) == 1
    await store.close()

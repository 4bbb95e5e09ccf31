"""Replaying and cutting the change log."""

from __future__ import annotations

from pathlib import Path

import apsw

from rowcast.feed import Position
from rowcast.store.base import Transaction
from rowcast.store.sqlite import SqliteOptions
from rowcast.store.sqlite.bootstrap import bootstrap
from rowcast.store.sqlite.log import Log
from tests.store.conftest import Opened
from tests.store.sqlite.test_foreign import write_beside
from tests.store.sqlite.test_writer import add, adding, together
from tests.support.patience import until

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "


async def test_a_replay_is_what_was_announced(store: Opened) -> None:
    start = store.position

    async def several(tx: Transaction) -> None:
        await add(tx, "a")
        await add(tx, "b")
        tx.unit()
        await tx.fetch("UPDATE notes SET text = 'c'")

    await together(store, several, adding("d"))
    write_beside(store.options.path, "DELETE FROM notes WHERE id = 1")
    await until(lambda: len(store.commits) == 2)
    await store.write(several)
    assert await store.since(start) == store.commits
    assert await store.since(store.commits[0].position) == store.commits[1:]
    assert await store.since(store.position) == []


async def test_a_replay_of_a_bulk_change_has_the_same_parts(store: Opened) -> None:
    start = store.position
    write_beside(store.options.path, NUMBERS.format(1000) + "INSERT INTO notes(text) SELECT i FROM n")
    await until(lambda: store.position.offset == 1000)
    assert len(store.commits) == 3
    assert await store.since(start) == store.commits


async def test_no_replay_of_another_history_or_from_the_future(store: Opened) -> None:
    await store.write(lambda tx: add(tx, "a"))
    assert await store.since(Position("another", 0)) is None
    assert await store.since(Position(store.position.epoch, 2)) is None


async def test_no_replay_of_too_much(tmp_path: Path, store: Opened) -> None:
    start = store.position
    write_beside(store.options.path, NUMBERS.format(10_001) + "INSERT INTO notes(text) SELECT i FROM n")
    await until(lambda: store.position.offset == 10_001)
    assert await store.since(start) is None
    replayed = await store.since(Position(start.epoch, 1))
    assert replayed is not None
    assert sum(len(commit.changes) for commit in replayed) == 10_000


async def test_no_replay_of_rows_too_large(store: Opened) -> None:
    start, size = store.position, store.options.resume_bytes // 6
    for _ in range(3):
        write_beside(store.options.path, f"INSERT INTO notes(text) VALUES(printf('%.{size}c', 'x'))")
    write_beside(store.options.path, "UPDATE notes SET done = 1 WHERE id = 1")
    await until(lambda: store.position.offset == 4)
    assert await store.since(start) == store.commits
    write_beside(store.options.path, "UPDATE notes SET done = 0 WHERE id = 1")
    await until(lambda: store.position.offset == 5)
    assert await store.since(start) is None
    assert len(await store.since(Position(start.epoch, 4)) or ()) == 1


def prepared(path: Path) -> tuple[apsw.Connection, Log]:
    """A log of ten commits of ten changes, one commit a second."""
    connection = apsw.Connection(str(path / "log.db"))
    bootstrap(connection)
    log = Log(connection)
    for second in range(10):
        connection.execute(
            NUMBERS.format(10) + "INSERT INTO rowcast_changes(collection, key, op) SELECT 'a', i, 'create' FROM n"
        )
        log.take()
        _, ends = log.flush()
        log.note(float(second), log.last, ends)
    log.store_notes()
    return connection, log


def left(connection: apsw.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT min(seq), max(seq), count(*) FROM rowcast_changes").fetchall()


def test_the_log_is_cut_by_age(tmp_path: Path) -> None:
    connection, log = prepared(tmp_path)
    assert not log.trim(10.0, 5.0, 1000, 1000)
    assert left(connection) == [(51, 100, 50)]


def test_the_log_is_cut_by_count(tmp_path: Path) -> None:
    connection, log = prepared(tmp_path)
    assert not log.trim(10.0, 100.0, 25, 1000)
    assert left(connection) == [(71, 100, 30)]


def test_the_newest_commit_is_never_cut(tmp_path: Path) -> None:
    connection, log = prepared(tmp_path)
    log.trim(1e9, 1.0, 0, 1000)
    assert left(connection) == [(91, 100, 10)]


def test_a_cut_is_made_in_bounded_parts(tmp_path: Path) -> None:
    connection, log = prepared(tmp_path)
    assert log.trim(10.0, 5.0, 1000, 20)
    assert left(connection) == [(22, 100, 79)]
    while log.trim(10.0, 5.0, 1000, 20):
        pass
    assert left(connection) == [(51, 100, 50)]


async def test_what_was_cut_is_not_replayed_in_part(tmp_path: Path, store: Opened) -> None:
    await store.close()
    short = Opened(SqliteOptions(store.options.path, log_rows=100))
    await short.open()
    try:
        start = short.position
        for _ in range(30):
            await short.write(lambda tx: tx.fetch(NUMBERS.format(100) + "INSERT INTO notes(text) SELECT i FROM n"))
        assert await short.since(start) is None
        oldest = (await short.read("SELECT min(seq) FROM rowcast_changes"))[0][0]
        assert oldest > 1
        assert await short.since(Position(start.epoch, oldest - 2)) is None
        replayed = await short.since(Position(start.epoch, oldest - 1))
        assert replayed is not None
        assert replayed[-1].position == short.position
    finally:
        await short.close()

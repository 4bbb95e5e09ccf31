"""What other programs write into the file: everything is announced, in order, in bounded parts."""

from __future__ import annotations

import asyncio
import sys

import apsw
import msgspec
import pytest

from rowcast.feed.commit import Kind
from tests.store.conftest import Opened
from tests.store.sqlite.test_writer import add
from tests.support.patience import BUSY, PATIENCE, until
from tests.support.turns import counting_turns


async def run(path: str, code: str) -> None:
    """Let another process write with its own SQLite."""
    script = f"import sqlite3\ndb = sqlite3.connect({path!r}, timeout={PATIENCE})\n{code}\ndb.commit()\ndb.close()"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    assert await process.wait() == 0


def write_beside(path: str, text: str, *args: str | int) -> None:
    """Write through a connection that the store does not know. (Python's own ``sqlite3`` must not be used in this process: two
    copies of SQLite in one process do not see each other's locks.)"""
    connection = apsw.Connection(path)
    connection.set_busy_timeout(BUSY)
    connection.execute(text, args)
    connection.close()


async def test_rows_of_another_process_are_announced(store: Opened) -> None:
    await run(store.options.path, "db.execute(\"INSERT INTO notes(text, done) VALUES('x', 1)\")")
    await until(lambda: store.commits)
    (change,) = store.commits[0].changes
    assert (change.collection, change.key, change.kind) == ("notes", 1, Kind.CREATE)
    assert change.after is not None
    assert change.after.values == {"id": 1, "text": "x", "done": True}
    assert store.position == store.commits[0].position


async def test_they_come_before_our_own_later_commit(store: Opened) -> None:
    write_beside(store.options.path, "INSERT INTO notes(text) VALUES('theirs')")
    await store.write(lambda tx: add(tx, "ours"))
    texts = [c.after.values["text"] for commit in store.commits for c in commit.changes if c.after]
    assert texts == ["theirs", "ours"]
    offsets = [commit.position.offset for commit in store.commits]
    assert offsets == sorted(set(offsets))


async def test_a_bulk_transaction_comes_in_parts_and_the_loop_goes_on(store: Opened) -> None:
    largest = 0

    def count(commit: object) -> None:
        nonlocal largest
        store.commits.append(commit)  # type: ignore[arg-type]
        largest = max(largest, len(store.commits[-1].changes))

    store.on_commit = count
    rows = 5000
    async with counting_turns() as turns:
        await run(
            store.options.path,
            f"db.executemany('INSERT INTO notes(text) VALUES(?)', [(str(n),) for n in range({rows})])",
        )
        await until(lambda: sum(len(commit.changes) for commit in store.commits) == rows)
    assert largest <= store.options.chunk
    assert turns.count > len(store.commits)
    assert [c.key for commit in store.commits for c in commit.changes] == list(range(1, rows + 1))


async def test_large_rows_come_in_smaller_parts(store: Opened) -> None:
    size = store.options.chunk_bytes // 3
    values = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 7)"
    write_beside(store.options.path, f"{values} INSERT INTO notes(text) SELECT printf('%.{size}c', 'x') FROM n")
    await until(lambda: sum(len(commit.changes) for commit in store.commits) == 7)
    assert [len(commit.changes) for commit in store.commits] == [2, 2, 2, 1]
    write_beside(
        store.options.path, f"INSERT INTO notes(text) VALUES(printf('%.{2 * store.options.chunk_bytes}c', 'x'))"
    )
    write_beside(store.options.path, f"{values} INSERT INTO notes(text) SELECT printf('%.{size}c', 'x') FROM n")
    assert await store.write(lambda tx: add(tx, "ours")) == 16
    assert [c.key for commit in store.commits for c in commit.changes] == list(range(1, 17))


async def test_a_bulk_transaction_just_before_our_own_write(store: Opened) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
    write_beside(store.options.path, f"{numbers} INSERT INTO notes(text) SELECT i FROM n")
    assert await store.write(lambda tx: add(tx, "ours")) == 1001
    assert [c.key for commit in store.commits for c in commit.changes] == list(range(1, 1002))


async def test_a_table_made_by_another_program_becomes_a_collection(store: Opened) -> None:
    await run(store.options.path, "db.execute('CREATE TABLE bare(code TEXT PRIMARY KEY, n INT)')")
    await until(lambda: store.versions)
    assert store.schema.get("bare") is not None
    await run(store.options.path, "db.execute(\"INSERT INTO bare VALUES('a', 1)\")")
    await until(lambda: store.commits)
    assert store.commits[0].changes[0].key == "a"


async def test_metadata_written_by_another_program_changes_the_model(store: Opened) -> None:
    code = "db.execute(\"INSERT INTO directus_fields(collection, field, special) VALUES('notes', 'text', 'cast-csv')\")"
    await run(store.options.path, code)
    await until(lambda: store.versions)
    collection = store.schema.get("notes")
    assert collection is not None
    assert collection.fields["text"].type == "csv"
    write_beside(store.options.path, "INSERT INTO notes(text) VALUES('a,b')")
    await until(lambda: len(store.commits) == 2)
    image = store.commits[1].changes[0].after
    assert image is not None
    assert image.values["text"] == ["a", "b"]


async def test_what_was_written_while_we_were_away_is_in_the_log(store: Opened) -> None:
    position = store.position
    await store.close()
    write_beside(store.options.path, "INSERT INTO notes(text) VALUES('meanwhile')")
    again = Opened(store.options)
    await again.open()
    try:
        commits = await again.since(position)
        assert commits is not None
        assert [change.key for commit in commits for change in commit.changes] == [1]
        assert again.position == commits[-1].position
    finally:
        await again.close()


async def test_a_locked_database_is_waited_for(store: Opened) -> None:
    db = apsw.Connection(store.options.path)
    db.execute("BEGIN IMMEDIATE")
    task = asyncio.create_task(store.write(lambda tx: add(tx, "a")))
    await asyncio.sleep(0.05)
    assert not task.done()
    db.execute("ROLLBACK")
    db.close()
    assert await task == 1


@pytest.mark.parametrize("value", ["CAST(X'ff61' AS TEXT)", "char(55357)", "X'ff62'", "'a' || char(0)", "9e999"])
async def test_what_is_no_text_holds_up_nobody(store: Opened, value: str) -> None:
    """Other programs may store anything; it is read as well as may be, and writers go on."""
    write_beside(store.options.path, f"INSERT INTO notes(text) VALUES({value})")
    async with asyncio.timeout(PATIENCE):
        await store.write(lambda tx: add(tx, "ours"))
    theirs, ours = [change.after for commit in store.commits for change in commit.changes]
    assert ours is not None
    assert theirs is not None
    assert isinstance(theirs.values["text"], str)
    [(read,)] = await store.read(
        "SELECT json_object('text', text) FROM notes WHERE id = 1 AND typeof(text) = 'text'"
    ) or [(None,)]
    assert read is None or msgspec.json.decode(read)["text"] == theirs.values["text"]


@pytest.mark.parametrize("value", ["9e999", "X'00ff'", "'x'"])
async def test_what_is_no_number_is_told_all_the_same(store: Opened, value: str) -> None:
    write_beside(store.options.path, "CREATE TABLE odd(id INTEGER PRIMARY KEY, n integer, at datetime, j json)")
    await store.write(lambda tx: add(tx, "look"))
    store.commits.clear()
    write_beside(store.options.path, f"INSERT INTO odd(n, at, j) VALUES({value}, {value}, {value})")
    await until(lambda: store.commits)
    (change,) = store.commits[0].changes
    assert change.after is not None
    assert change.after.values["id"] == 1

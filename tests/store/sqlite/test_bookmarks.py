"""Readers of the log that must see each change: their bookmarks and what they are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rowcast.feed import Commit, Position
from rowcast.store.base import Transaction
from rowcast.store.sqlite import SqliteOptions, SqliteStore

MAKE = "INSERT INTO directus_roles (id, name) VALUES (hex(randomblob(8)), ?)"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """An empty database."""
    made = SqliteStore(SqliteOptions(str(tmp_path / "data.db")))
    await made.open()
    yield made
    await made.close()


async def write(store: SqliteStore, rows: int) -> None:
    async def work(tx: Transaction) -> None:
        for number in range(rows):
            await tx.fetch(MAKE, (str(number),))

    await store.write(work)


async def test_a_new_reader_begins_at_the_end(store: SqliteStore) -> None:
    await write(store, 2)
    begun = await store.bookmark("r")
    assert begun == store.position
    await write(store, 1)
    assert await store.bookmark("r") == begun, "it stays where it is"
    await store.keep("r", store.position)
    assert await store.bookmark("r") == store.position
    assert (await store.history(store.position, 10)) == (True, [])


async def test_history_is_whole_commits_in_parts(store: SqliteStore) -> None:
    heard: list[Commit] = []
    store.on_commit = heard.append
    begun = await store.bookmark("r")
    for rows in (1, 5, 2, 1, 3):
        await write(store, rows)
    position, told = begun, list[Commit]()
    while True:
        complete, commits = await store.history(position, 3)
        assert complete
        if not commits:
            break
        assert sum(len(each.changes) for each in commits) <= 3 + 5
        told, position = told + commits, commits[-1].position
    assert [each.position for each in told] == [each.position for each in heard]
    assert [each.changes for each in told] == [each.changes for each in heard]


async def test_what_was_cut_off_is_said(store: SqliteStore, tmp_path: Path) -> None:
    begun = await store.bookmark("r")
    for _ in range(4):
        await write(store, 1)

    async def cut(tx: Transaction) -> None:
        await tx.fetch("DELETE FROM rowcast_changes WHERE seq <= ?", (begun.offset + 2,))
        await tx.fetch("DELETE FROM rowcast_commits WHERE last <= ?", (begun.offset + 2,))

    await store.write(cut)
    complete, commits = await store.history(begun, 1)
    assert not complete
    assert [each.position.offset for each in commits] == [begun.offset + 3]
    assert (await store.history(Position(begun.epoch, begun.offset + 2), 10))[0]

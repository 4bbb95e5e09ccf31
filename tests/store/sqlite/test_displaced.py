"""Rows that make room for others: ``REPLACE`` of other programs calls no trigger for them, and they are told all the same."""

from __future__ import annotations

from typing import Any

import apsw
import pytest

from tests.store.conftest import Opened
from tests.store.sqlite.test_writer import add
from tests.support.patience import BUSY

SETUP = """
CREATE TABLE u(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE COLLATE NOCASE, a INTEGER, b INTEGER, note TEXT);
CREATE UNIQUE INDEX u_ab ON u(a, b);
CREATE TABLE s(code TEXT PRIMARY KEY NOT NULL, n INTEGER);
INSERT INTO u(id, name, a, b) VALUES(1, 'x', 1, 1), (2, 'y', 1, 2), (3, 'z', 2, 1), (-1, NULL, NULL, NULL);
INSERT INTO s VALUES('k', 1);
"""
IGNORED = "INSERT OR IGNORE INTO u(name) VALUES('X')"


@pytest.fixture
def store(unwatchful: Opened) -> Opened:
    """What others do in two steps is seen as one."""
    return unwatchful


@pytest.fixture
async def beside(store: Opened) -> apsw.Connection:
    """Another program, with tables of its own."""
    other = apsw.Connection(store.options.path)
    other.set_busy_timeout(BUSY)
    other.execute(SETUP)
    await store.write(lambda tx: add(tx, "look"))
    store.commits.clear()
    return other


async def told(store: Opened) -> list[tuple[Any, str]]:
    await store.write(lambda tx: add(tx, "look"))
    return [(c.key, c.kind.value) for commit in store.commits for c in commit.changes if c.collection != "notes"]


CASES: list[tuple[str, list[tuple[Any, str]]]] = [
    ("REPLACE INTO u(id, note) VALUES(1, 'n')", [(1, "delete"), (1, "create")]),
    ("REPLACE INTO u(name) VALUES('X')", [(1, "delete"), (4, "create")]),
    (
        "REPLACE INTO u(id, name, a, b) VALUES(1, 'y', 2, 1)",
        [(1, "delete"), (2, "delete"), (3, "delete"), (1, "create")],
    ),
    ("INSERT OR REPLACE INTO u(a, b) VALUES(1, 2)", [(2, "delete"), (4, "create")]),
    ("REPLACE INTO u(name, a) VALUES(NULL, 1)", [(4, "create")]),
    ("REPLACE INTO s VALUES('k', 2)", [("k", "delete"), ("k", "create")]),
    ("UPDATE OR REPLACE u SET name = 'Y' WHERE id = 1", [(2, "delete"), (1, "update")]),
    ("UPDATE OR REPLACE u SET id = 2 WHERE id = 1", [(2, "delete"), (1, "delete"), (2, "create")]),
    ("UPDATE u SET name = 'X', note = 'n' WHERE id = 1", [(1, "update")]),
    ("INSERT INTO u(id, note) VALUES(1, 'n') ON CONFLICT(id) DO UPDATE SET note = excluded.note", [(1, "update")]),
    ("INSERT INTO u(name) VALUES('X') ON CONFLICT DO UPDATE SET name = excluded.name", [(1, "update")]),
    ("INSERT INTO u(id) VALUES(1) ON CONFLICT DO NOTHING", []),
    (IGNORED, []),
    (IGNORED + "; INSERT INTO u(name) VALUES('w')", [(5, "create")]),
    (
        IGNORED + "; UPDATE u SET name = 'w' WHERE id = 1; INSERT INTO u(name) VALUES('X')",
        [(1, "update"), (5, "create")],
    ),
    (IGNORED + "; DELETE FROM u WHERE id = 1; INSERT INTO u(name) VALUES('X')", [(1, "delete"), (5, "create")]),
    ("PRAGMA recursive_triggers = ON; REPLACE INTO u(id) VALUES(1)", [(1, "delete"), (1, "create")]),
    ("REPLACE INTO u(id) VALUES(1); REPLACE INTO u(id) VALUES(1)", [(1, "delete"), (1, "create")] * 2),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
async def test_what_becomes_of_them(store: Opened, beside: apsw.Connection, text: str, wanted: Any) -> None:
    beside.execute("BEGIN; " + text + "; COMMIT")
    assert await told(store) == wanted


async def test_an_image_of_what_is_gone(store: Opened, beside: apsw.Connection) -> None:
    beside.execute("REPLACE INTO u(id, note) VALUES(3, 'n')")
    await told(store)
    gone = store.commits[0].changes[0]
    assert gone.before is not None
    assert gone.before.values == {"id": 3, "name": "z", "a": 2, "b": 1, "note": None}


async def test_it_is_told_again_as_it_was_told(store: Opened, beside: apsw.Connection) -> None:
    """Also what turned out to mean nothing, and across the parts of a long transaction."""
    begin = store.position
    with beside:
        for number in range(1000):
            beside.execute("REPLACE INTO s VALUES('k', ?)", (number,))
        beside.execute(IGNORED)
    beside.execute(IGNORED)
    told_rows = await told(store)
    assert told_rows == [("k", "delete"), ("k", "create")] * 1000
    assert await store.since(begin) == store.commits


async def test_positions_never_stand_still(store: Opened, beside: apsw.Connection) -> None:
    """Something was appended to the log that means nothing."""
    beside.execute(IGNORED)
    await told(store)
    _, position = await store.snapshot("SELECT 1")
    assert position == store.position


async def test_beside_what_was_not_logged(store: Opened, beside: apsw.Connection) -> None:
    """The log says that rows of a table have changed unnoticed, while it is not clear yet what a note means."""
    begin = store.position
    with beside:
        beside.execute(IGNORED + "; DROP TRIGGER rowcast_log_create_s")
    beside.execute("REPLACE INTO u(name) VALUES('X')")
    assert await told(store) == [(1, "delete"), (5, "create"), ("s", "update")]
    assert await store.since(begin) == store.commits


async def test_a_row_of_many_columns(store: Opened) -> None:
    names = [f"c{number}" for number in range(120)]
    other = apsw.Connection(store.options.path)
    other.set_busy_timeout(BUSY)
    other.execute(f"CREATE TABLE wide(id INTEGER PRIMARY KEY, {', '.join(f'{name} TEXT' for name in names)})")
    await told(store)
    other.execute("INSERT INTO wide(id, c0, c119) VALUES(1, 'a', 'b')")
    await told(store)
    store.commits.clear()
    other.execute("REPLACE INTO wide(id) VALUES(1)")
    assert await told(store) == [(1, "delete"), (1, "create")]
    gone = store.commits[0].changes[0]
    assert gone.before is not None
    assert (gone.before.values["c0"], gone.before.values["c119"], gone.before.values["c60"]) == ("a", "b", None)

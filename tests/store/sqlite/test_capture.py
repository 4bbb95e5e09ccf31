"""What the triggers write down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rowcast.feed import Image
from rowcast.feed.commit import Kind
from rowcast.schema import ForeignKey
from rowcast.schema.steps import AddColumn, AddForeignKey, ColumnPlan, CreateTable
from rowcast.store.base import Row, Transaction
from rowcast.store.sqlite.connection import quote
from tests.store.conftest import ID, Opened
from tests.store.sqlite.test_ddl import run, take

Seen = tuple[str, str | int, Kind, dict[str, Any] | None, dict[str, Any] | None]


def decoded(image: Image | None) -> dict[str, Any] | None:
    return None if image is None else dict(image.values)


def seen(store: Opened) -> list[Seen]:
    """The announced changes, decoded."""
    return [
        (c.collection, c.key, c.kind, decoded(c.before), decoded(c.after))
        for commit in store.commits
        for c in commit.changes
    ]


def fetching(text: str) -> Callable[[Transaction], Awaitable[list[Row]]]:
    return lambda tx: tx.fetch(text)


async def write(store: Opened, *texts: str) -> list[Seen]:
    store.commits.clear()
    for text in texts:
        await store.write(fetching(text))
    return seen(store)


async def test_before_the_triggers_of_others(store: Opened) -> None:
    """What a statement did is logged before what triggers made of it, even of those that are younger than ours."""
    change = "UPDATE notes SET text = NEW.text || '!' WHERE id = NEW.id AND text NOT LIKE '%!'"
    await write(store, f"CREATE TRIGGER a AFTER INSERT ON notes BEGIN {change}; END", "SELECT 1")
    await write(store, f"CREATE TRIGGER b AFTER UPDATE ON notes BEGIN {change}; END", "SELECT 1")
    found = await write(store, "INSERT INTO notes(text) VALUES('a')", "UPDATE notes SET text = 'b'")
    assert [(kind, before and before["text"], after and after["text"]) for _, _, kind, before, after in found] == [
        (Kind.CREATE, None, "a"),
        (Kind.UPDATE, "a", "a!"),
        (Kind.UPDATE, "a!", "b"),
        (Kind.UPDATE, "b", "b!"),
    ]


async def test_rows_before_and_after(store: Opened) -> None:
    found = await write(
        store,
        "INSERT INTO notes(text, done) VALUES('a', 1)",
        "UPDATE notes SET text = 'b'",
        "UPDATE notes SET text = text",
        "DELETE FROM notes",
    )
    a, b = {"id": 1, "text": "a", "done": True}, {"id": 1, "text": "b", "done": True}
    assert found == [
        ("notes", 1, Kind.CREATE, None, a),
        ("notes", 1, Kind.UPDATE, a, b),
        ("notes", 1, Kind.UPDATE, b, b),
        ("notes", 1, Kind.DELETE, b, None),
    ]


async def test_a_row_that_changes_its_key_ends_and_begins(store: Opened) -> None:
    found = await write(store, "INSERT INTO notes(text) VALUES('a')", "UPDATE notes SET id = 7")
    assert [(key, kind) for _, key, kind, _, _ in found] == [(1, Kind.CREATE), (1, Kind.DELETE), (7, Kind.CREATE)]


async def test_a_key_that_changes_its_case_only(store: Opened) -> None:
    await run(store, "CREATE TABLE codes(code TEXT PRIMARY KEY COLLATE NOCASE)", "INSERT INTO codes VALUES('a')")
    found = await write(store, "UPDATE codes SET code = 'A'")
    assert [(key, kind) for _, key, kind, _, _ in found] == [("a", Kind.DELETE), ("A", Kind.CREATE)]


async def test_a_displaced_row_is_told(store: Opened) -> None:
    await take(store, CreateTable("tags", (ID, ColumnPlan("name", "string", unique=True))))
    found = await write(store, "INSERT INTO tags(name) VALUES('x')", "INSERT OR REPLACE INTO tags(name) VALUES('x')")
    assert [(key, kind) for _, key, kind, _, _ in found] == [(1, Kind.CREATE), (1, Kind.DELETE), (2, Kind.CREATE)]


async def test_cascades_are_told(store: Opened) -> None:
    await take(store, CreateTable("parts", (ID, ColumnPlan("note", "integer"))))
    await take(store, AddForeignKey(ForeignKey("parts", "note", "notes", "id", on_delete="SET NULL")))
    await write(store, "INSERT INTO notes(text) VALUES('a')", "INSERT INTO parts(note) VALUES(1)")
    found = await write(store, "DELETE FROM notes")
    assert [(name, kind) for name, _, kind, _, _ in found] == [("parts", Kind.UPDATE), ("notes", Kind.DELETE)]


async def test_a_wide_table_is_one_object(store: Opened) -> None:
    columns = tuple(ColumnPlan(f"c{n}", "json" if n % 2 else "string", default=n % 2 or "}") for n in range(230))
    await take(store, CreateTable("wide", (ID, *columns)))
    (found,) = await write(store, "INSERT INTO wide(id) VALUES(1)")
    assert found[4] is not None
    assert found[4] == {"id": 1, **{f"c{n}": 1 if n % 2 else "}" for n in range(230)}}


async def test_names_that_need_quotes(store: Opened) -> None:
    name = 'it\'s a "table"'
    table = quote(name)
    await run(store, f'CREATE TABLE {table}("the \'key\'" TEXT PRIMARY KEY, "select" INT)')
    assert store.schema.get(name) is not None
    found = await write(store, f"INSERT INTO {table} VALUES('k', 1)")
    assert found == [(name, "k", Kind.CREATE, None, {"the 'key'": "k", "select": 1})]


async def test_system_collections_are_logged_but_sessions_are_not(store: Opened) -> None:
    found = await write(
        store,
        "INSERT INTO directus_users(id, password) VALUES('u', 'secret')",
        "INSERT INTO directus_sessions(token, user, expires) VALUES('t', 'u', '2030-01-01')",
    )
    assert [name for name, *_ in found] == ["directus_users"]


async def test_history_is_logged_only_while_watched(store: Opened) -> None:
    values = "VALUES('create', 'notes', '1', '2030-01-01 10:00:00')"
    text = f"INSERT INTO directus_activity(action, collection, item, timestamp) {values}"
    assert await write(store, text) == []
    await store.watch("directus_activity", True)
    (found,) = await write(store, text)
    assert found[4] is not None
    assert (found[0], found[4]["timestamp"]) == ("directus_activity", "2030-01-01T10:00:00.000Z")
    await take(store, AddColumn("notes", ColumnPlan("more", "string")))
    assert len(await write(store, text)) == 1
    await store.watch("directus_activity", False)
    assert await write(store, text) == []
    assert store.versions == [3]


async def test_tables_without_one_key_are_left_alone(store: Opened) -> None:
    await run(store, "CREATE TABLE keyless(a)", "CREATE TABLE pairs(a, b, PRIMARY KEY (a, b))")
    assert store.schema.get("keyless") is None
    assert store.schema.get("pairs") is None
    assert await write(store, "INSERT INTO keyless VALUES(1)", "INSERT INTO pairs VALUES(1, 2)") == []


async def test_odd_values_never_break_a_write(store: Opened) -> None:
    await run(store, "CREATE TABLE odd(id INTEGER PRIMARY KEY, j JSON, b BLOB, t DATETIME, f FLOAT, o BOOLEAN)")
    (found,) = await write(store, "INSERT INTO odd VALUES(1, '{broken', x'00ff', 'whenever', 9e999, 'maybe')")
    assert found[4] is not None
    assert found[4]["j"] == "{broken"

"""Changing tables: rows, keys, indexes, triggers and clauses of others stay."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rowcast.errors import ContainsNull, InvalidForeignKey, NotUnique
from rowcast.feed import GAP
from rowcast.schema import Column, ForeignKey
from rowcast.schema.steps import (
    AddColumn,
    AddForeignKey,
    AlterColumn,
    ColumnPlan,
    CreateTable,
    DropColumn,
    DropForeignKey,
    DropTable,
    RenameColumn,
    Step,
)
from rowcast.store.base import Alteration
from tests.store.conftest import ID, Opened
from tests.store.sqlite.test_writer import add

PARTS = CreateTable("parts", (ID, ColumnPlan("note", "integer"), ColumnPlan("label", "string", unique=True)))
KEY = ForeignKey("parts", "note", "notes", "id", on_delete="CASCADE")
HAND_MADE = """CREATE TABLE made ( -- by hand
  "id" INTEGER PRIMARY KEY AUTOINCREMENT, [na me] TEXT COLLATE NOCASE DEFAULT 'a,(b', size REAL CHECK (size > 0),
  twice REAL GENERATED ALWAYS AS (size * 2) VIRTUAL, note INT REFERENCES notes ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT both UNIQUE (size, note))"""


@pytest.fixture
async def parts(store: Opened) -> Opened:
    """Notes with parts that point to them."""
    await take(store, PARTS, AddForeignKey(KEY))
    await store.write(lambda tx: add(tx, "first"))
    await store.write(lambda tx: add(tx, "second"))
    await run(store, "INSERT INTO parts(note, label) VALUES(1, 'a'), (1, 'b'), (2, 'c')")
    store.commits.clear()
    return store


async def take(store: Opened, *steps: Step) -> None:
    await store.alter(lambda tx: tx.apply(steps))


async def run(store: Opened, *texts: str) -> None:
    async def work(tx: Alteration) -> None:
        for text in texts:
            await tx.fetch(text)
        await tx.apply(())

    await store.alter(work)


def column(store: Opened, table: str, name: str) -> Column:
    collection = store.schema.collections[table]
    found = collection.fields[name].column
    assert found is not None
    return found


async def rows(store: Opened, text: str) -> list[tuple[Any, ...]]:
    return await store.read(text)


@pytest.mark.parametrize(
    ("kind", "data_type", "length"),
    [
        ("string", "varchar", 255),
        ("text", "text", None),
        ("integer", "integer", None),
        ("bigInteger", "bigint", None),
        ("float", "float", None),
        ("decimal", "float", None),
        ("boolean", "boolean", None),
        ("uuid", "char", 36),
        ("hash", "varchar", 255),
        ("json", "json", None),
        ("csv", "text", None),
        ("date", "date", None),
        ("time", "time", None),
        ("dateTime", "datetime", None),
        ("timestamp", "datetime", None),
        ("binary", "blob", None),
        ("geometry.Point", "text", None),
    ],
)
async def test_each_type_has_its_column(store: Opened, kind: str, data_type: str, length: int | None) -> None:
    await take(store, AddColumn("notes", ColumnPlan("more", kind)))
    found = column(store, "notes", "more")
    assert (found.data_type, found.max_length, found.is_nullable) == (data_type, length, True)


@pytest.mark.parametrize(
    ("kind", "default", "shown"),
    [
        ("integer", 5, 5),
        ("float", 1.5, 1.5),
        ("boolean", True, True),
        ("boolean", False, False),
        ("string", "it's", "it's"),
        ("string", "now()", "now()"),
        ("timestamp", "now()", "CURRENT_TIMESTAMP"),
        ("json", {"a": [1]}, {"a": [1]}),
        ("csv", ["a", "b"], "a,b"),
    ],
)
async def test_each_default_is_shown_and_used(store: Opened, kind: str, default: Any, shown: Any) -> None:
    await store.write(lambda tx: add(tx, "before"))
    await take(store, AddColumn("notes", ColumnPlan("more", kind, default=default, nullable=False)))
    found = column(store, "notes", "more")
    assert (found.default_value, found.is_nullable) == (shown, False)
    await store.write(lambda tx: add(tx, "after"))
    ((empty,),) = await rows(store, "SELECT count(*) FROM notes WHERE more IS NULL")
    assert empty == 0


async def test_keys_of_each_kind(store: Opened) -> None:
    await take(
        store,
        CreateTable("a", (ID,)),
        CreateTable("b", (ColumnPlan("id", "uuid", primary_key=True),)),
        CreateTable("c", (ColumnPlan("code", "string", primary_key=True),)),
        CreateTable("d", (ColumnPlan("number", "integer", primary_key=True),)),
        CreateTable("e", (ColumnPlan("id", "bigInteger", primary_key=True, auto_increment=True),)),
    )
    found = {name: column(store, name, store.schema.collections[name].primary) for name in "abcde"}
    assert [c.has_auto_increment for c in found.values()] == [True, False, False, False, True]
    assert [c.is_unique for c in found.values()] == [False, True, True, False, False]
    assert not any(c.is_nullable for c in found.values())
    assert [c.data_type for c in found.values()] == ["integer", "char", "varchar", "integer", "integer"]


async def test_a_required_column_needs_a_default_where_there_are_rows(store: Opened) -> None:
    await take(store, AddColumn("notes", ColumnPlan("early", "string", nullable=False)))
    await take(store, DropColumn("notes", "early"))
    await store.write(lambda tx: add(tx, "a"))
    with pytest.raises(ContainsNull) as caught:
        await take(store, AddColumn("notes", ColumnPlan("late", "string", nullable=False)))
    assert caught.value.extensions == {"collection": "notes", "field": "late"}
    assert "late" not in store.schema.collections["notes"].fields
    assert await rows(store, "SELECT text FROM notes") == [("a",)]


async def test_altering_keeps_rows_keys_and_what_points_there(parts: Opened) -> None:
    await take(parts, AlterColumn("notes", ColumnPlan("text", "text", default="-", nullable=False, indexed=True)))
    found = column(parts, "notes", "text")
    assert (found.data_type, found.default_value, found.is_nullable, found.is_indexed) == ("text", "-", False, True)
    assert await rows(parts, "SELECT id, text FROM notes") == [(1, "first"), (2, "second")]
    assert await rows(parts, "SELECT id, note FROM parts") == [(1, 1), (2, 1), (3, 2)]
    await parts.write(lambda tx: tx.fetch("DELETE FROM notes WHERE id = 2"))
    assert await rows(parts, "SELECT id FROM parts") == [(1,), (2,)]
    assert await parts.write(lambda tx: add(tx, "third")) == 3


async def test_altering_announces_no_rows_and_goes_on_logging(parts: Opened) -> None:
    await take(parts, AlterColumn("notes", ColumnPlan("text", "text")))
    assert parts.commits == []
    await parts.write(lambda tx: add(tx, "third"))
    assert [change.key for change in parts.commits[0].changes] == [3]


async def test_null_and_doubles_forbid_stricter_columns(store: Opened) -> None:
    await run(store, "INSERT INTO notes(text) VALUES(NULL), ('a'), ('a')")
    with pytest.raises(ContainsNull):
        await take(store, AlterColumn("notes", ColumnPlan("text", "string", nullable=False)))
    with pytest.raises(NotUnique):
        await take(store, AlterColumn("notes", ColumnPlan("text", "string", unique=True)))
    assert await rows(store, "SELECT count(*) FROM notes") == [(3,)]


async def test_unique_and_index_come_and_go(parts: Opened) -> None:
    await take(parts, AlterColumn("parts", ColumnPlan("label", "string", indexed=True)))
    found = column(parts, "parts", "label")
    assert (found.is_unique, found.is_indexed) == (False, True)
    await take(parts, AlterColumn("parts", ColumnPlan("label", "string", unique=True)))
    found = column(parts, "parts", "label")
    assert (found.is_unique, found.is_indexed) == (True, False)


async def test_dropping_a_column_takes_its_foreign_key_and_index_along(parts: Opened) -> None:
    await take(parts, DropColumn("parts", "note"), DropColumn("parts", "label"))
    assert list(parts.schema.collections["parts"].fields) == ["id"]
    assert await rows(parts, "SELECT count(*) FROM parts") == [(3,)]


async def test_renaming_a_column_is_followed_by_keys_and_triggers(parts: Opened) -> None:
    await take(parts, RenameColumn("parts", "note", "remark"))
    assert column(parts, "parts", "remark").foreign_key_table == "notes"
    await parts.write(lambda tx: tx.fetch("INSERT INTO parts(remark) VALUES(1)"))
    image = parts.commits[-1].changes[0].after
    assert image is not None
    assert image.values["remark"] == 1


async def test_a_foreign_key_is_checked_replaced_and_dropped(parts: Opened) -> None:
    await take(parts, DropForeignKey("parts", "note"), DropForeignKey("parts", "label"))
    assert column(parts, "parts", "note").foreign_key_table is None
    await run(parts, "INSERT INTO parts(note) VALUES(99)")
    with pytest.raises(InvalidForeignKey):
        await take(parts, AddForeignKey(KEY))
    await run(parts, "DELETE FROM parts WHERE note = 99")
    await take(
        parts, AddForeignKey(KEY), AddForeignKey(ForeignKey("parts", "note", "notes", "id", on_delete="SET NULL"))
    )
    (relation,) = [r for r in parts.schema.relations if r.collection == "parts"]
    assert relation.foreign_key is not None
    assert (relation.related, relation.foreign_key.on_delete) == ("notes", "SET NULL")


async def test_dropping_a_table_frees_what_pointed_there(parts: Opened) -> None:
    await take(parts, DropTable("notes"))
    assert parts.schema.get("notes") is None
    assert await rows(parts, "SELECT note FROM parts ORDER BY id") == [(1,), (1,), (2,)]
    await parts.write(lambda tx: tx.fetch("INSERT INTO parts(note) VALUES(7)"))


@pytest.mark.parametrize(
    ("kind", "is_gap"), [("text", False), ("uuid", False), ("csv", False), ("float", True), ("json", True)]
)
async def test_values_that_become_others_are_a_gap_in_the_log(parts: Opened, kind: str, is_gap: bool) -> None:
    await take(parts, AlterColumn("notes", ColumnPlan("text", kind)))
    assert [(change.collection, change.key) for commit in parts.commits for change in commit.changes] == (
        [(GAP, "notes")] if is_gap else []
    )


async def test_rows_changed_beside_the_steps_cascade_as_ever(parts: Opened) -> None:
    async def work(tx: Alteration) -> None:
        await tx.apply([AlterColumn("notes", ColumnPlan("text", "text"))])
        await tx.fetch("DELETE FROM notes WHERE id = 1")

    await parts.alter(work)
    assert await rows(parts, "SELECT id FROM parts") == [(3,)]
    assert [(c.collection, c.key) for c in parts.commits[0].changes] == [("parts", 1), ("parts", 2), ("notes", 1)]


async def test_what_somebody_wrote_by_hand_stays(parts: Opened) -> None:
    trigger = "CREATE TRIGGER mine AFTER INSERT ON made BEGIN UPDATE notes SET text = 'seen' WHERE id = NEW.note; END"
    view = "CREATE VIEW big AS SELECT id FROM made WHERE size > 10"
    await run(parts, HAND_MADE, 'CREATE INDEX low ON made("na me") WHERE size < 5', trigger, view)
    await run(parts, "INSERT INTO made(size, note) VALUES(20, 1), (3, 2)", "DELETE FROM made WHERE id = 2")
    await take(
        parts,
        AddColumn("made", ColumnPlan("extra", "string", nullable=False, default="CURRENT_TIMESTAMP")),
        AlterColumn("made", ColumnPlan("size", "float", nullable=False)),
        DropForeignKey("made", "note"),
    )
    assert await rows(parts, 'SELECT twice, extra, "na me" FROM made') == [(40.0, "CURRENT_TIMESTAMP", "a,(b")]
    assert await rows(parts, "SELECT id FROM big") == [(1,)]
    kept = {row[0] for row in await rows(parts, "SELECT name FROM sqlite_schema WHERE tbl_name = 'made'")}
    assert {"low", "mine"} <= kept
    ((sql,),) = await rows(parts, "SELECT sql FROM sqlite_schema WHERE name = 'made'")
    assert all(word in sql for word in ("COLLATE NOCASE", "CHECK (size > 0)", "CONSTRAINT both UNIQUE"))
    await parts.write(lambda tx: tx.fetch("INSERT INTO made(size, note) VALUES(1, 2)"))
    assert await rows(parts, "SELECT max(id) FROM made") == [(3,)]
    assert await rows(parts, "SELECT text FROM notes WHERE id = 2") == [("seen",)]


async def test_an_alteration_that_fails_leaves_nothing(parts: Opened) -> None:
    version, layout = parts.schema.version, await rows(parts, "SELECT sql FROM sqlite_schema ORDER BY name")

    async def work(tx: Alteration) -> None:
        await tx.apply([AlterColumn("notes", ColumnPlan("text", "text")), DropTable("parts")])
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await parts.alter(work)
    assert parts.schema.version == version
    assert await rows(parts, "SELECT sql FROM sqlite_schema ORDER BY name") == layout
    await parts.write(lambda tx: add(tx, "third"))
    assert [change.key for change in parts.commits[-1].changes] == [3]
    with pytest.raises(InvalidForeignKey):
        await parts.write(lambda tx: tx.fetch("INSERT INTO parts(note) VALUES(99)"))


async def test_alterations_take_their_turn_among_writes(parts: Opened) -> None:
    async def grow(n: int) -> None:
        await take(parts, AddColumn("notes", ColumnPlan(f"more_{n}", "string")))

    await asyncio.gather(*[parts.write(lambda tx: add(tx, "x")) for _ in range(20)], *[grow(n) for n in range(5)])
    assert len(parts.schema.collections["notes"].fields) == 8
    assert await rows(parts, "SELECT count(*) FROM notes") == [(22,)]


async def test_metadata_written_with_the_steps_is_in_the_schema(store: Opened) -> None:
    async def work(tx: Alteration) -> None:
        await tx.fetch("INSERT INTO directus_collections(collection, singleton) VALUES('notes', 1)")
        assert (await tx.apply(())).collections["notes"].singleton

    await store.alter(work)
    assert store.schema.collections["notes"].singleton
    assert store.versions == sorted(store.versions)


async def test_metadata_are_read_again_after_an_alteration_that_failed(store: Opened) -> None:
    text = "INSERT INTO directus_collections(collection, singleton) VALUES('notes', 1)"

    async def work(tx: Alteration) -> None:
        await tx.fetch(text)
        await tx.fetch("INSERT INTO notes(text) VALUES('a'), ('b'), ('c')")
        assert (await tx.apply(())).collections["notes"].singleton
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await store.alter(work)
    assert not store.schema.collections["notes"].singleton
    await store.write(lambda tx: tx.fetch(text))
    assert store.schema.collections["notes"].singleton


async def test_metadata_written_by_a_mutation_changes_the_model_too(store: Opened) -> None:
    await store.write(lambda tx: tx.fetch("INSERT INTO directus_collections(collection, singleton) VALUES('notes', 1)"))
    assert store.schema.collections["notes"].singleton

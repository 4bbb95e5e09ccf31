"""The platform's own indexes: there while they are needed, and nobody's business."""

from __future__ import annotations

import json

from rowcast.query.sql import accounts
from rowcast.schema.steps import AddColumn, ColumnPlan, CreateTable, DropColumn, RenameColumn
from rowcast.store.base import Alteration
from tests.store.conftest import ID, Opened

CREATED = ColumnPlan("created", "timestamp")
OURS = """SELECT name FROM sqlite_schema WHERE type = 'index' AND name GLOB 'rowcast_by_*'
 AND tbl_name NOT LIKE 'directus_%' ORDER BY name"""


async def special(tx: Alteration, collection: str, field: str, *names: str) -> None:
    text = "INSERT INTO directus_fields(collection, field, special) VALUES (?, ?, ?)"
    await tx.fetch(text, (collection, field, ",".join(names)))


async def names(store: Opened) -> list[str]:
    return [name for (name,) in await store.read(OURS)]


async def created(store: Opened) -> None:
    async def work(tx: Alteration) -> None:
        await tx.apply([AddColumn("notes", CREATED)])
        await special(tx, "notes", "created", "date-created")
        await tx.apply([])

    await store.alter(work)


async def test_time_of_creation_has_an_index_that_sorting_uses(store: Opened) -> None:
    await created(store)
    assert await names(store) == ["rowcast_by_notes.created"]
    plan = await store.read("EXPLAIN QUERY PLAN SELECT id FROM notes ORDER BY created DESC LIMIT 1")
    assert "rowcast_by_notes.created" in json.dumps(plan)


async def test_the_newest_are_read_in_their_order_without_sorting(store: Opened) -> None:
    await created(store)
    plan = json.dumps(await store.read("EXPLAIN QUERY PLAN SELECT id FROM notes ORDER BY created DESC, id LIMIT 1"))
    assert "rowcast_by_notes.created" in plan
    assert "TEMP B-TREE" not in plan


async def test_an_index_of_another_form_is_made_anew(store: Opened) -> None:
    await created(store)
    sql = "SELECT sql FROM sqlite_schema WHERE name = 'rowcast_by_notes.created'"
    ((form,),) = await store.read(sql)

    async def older(tx: Alteration) -> None:
        await tx.fetch('DROP INDEX "rowcast_by_notes.created"')
        await tx.fetch('CREATE INDEX "rowcast_by_notes.created" ON "notes"("created")')
        await tx.apply([])

    await store.alter(older)
    assert await store.read(sql) == [(form,)]


async def test_it_is_no_part_of_the_data_model(store: Opened) -> None:
    await created(store)
    column = store.schema.collections["notes"].fields["created"].column
    assert column is not None
    assert not column.is_indexed


async def test_an_index_of_the_user_is_enough(store: Opened) -> None:
    async def work(tx: Alteration) -> None:
        await tx.apply([AddColumn("notes", ColumnPlan("created", "timestamp", indexed=True))])
        await special(tx, "notes", "created", "date-created")
        await tx.apply([])

    await store.alter(work)
    assert await names(store) == []


async def test_it_follows_a_new_name_and_goes_with_the_column(store: Opened) -> None:
    await created(store)

    async def rename(tx: Alteration) -> None:
        await tx.apply([RenameColumn("notes", "created", "made")])
        await tx.fetch("UPDATE directus_fields SET field = 'made' WHERE field = 'created'")
        await tx.apply([])

    await store.alter(rename)
    assert await names(store) == ["rowcast_by_notes.made"]
    await store.alter(lambda tx: tx.apply([DropColumn("notes", "made")]))
    assert await names(store) == []


async def test_the_key_of_a_list_has_an_index(store: Opened) -> None:
    async def work(tx: Alteration) -> None:
        await tx.apply([CreateTable("lines", (ID, ColumnPlan("note", "integer")))])
        text = (
            "INSERT INTO directus_relations(many_collection, many_field, one_collection, one_field) VALUES (?, ?, ?, ?)"
        )
        await tx.fetch(text, ("lines", "note", "notes", "lines"))
        await tx.apply([])

    await store.alter(work)
    assert await names(store) == ["rowcast_by_lines.note"]


async def test_users_are_found_by_address_in_any_case(store: Opened) -> None:
    plan = json.dumps(await store.read(f"EXPLAIN QUERY PLAN {accounts.USER_BY_EMAIL}", ("A@example.com",)))
    assert "rowcast_by_directus_users.email" in plan

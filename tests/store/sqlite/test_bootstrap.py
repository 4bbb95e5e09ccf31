"""The first start, the next start, and the start on something else."""

from __future__ import annotations

import pytest

from rowcast.errors import InvalidConfiguration
from rowcast.schema.steps import DropColumn
from rowcast.schema.system import system
from tests.store.conftest import Opened
from tests.store.sqlite.test_writer import add


async def test_system_tables_are_as_the_packaged_facts_say(store: Opened) -> None:
    for name, table in system().tables.items():
        rows = await store.read('SELECT name, lower(type), "notnull", pk FROM pragma_table_info(?)', (name,))
        assert rows == [(c.name, c.type, int(c.not_null), int(c.primary_key)) for c in table.columns]
        keys = await store.read('SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(?)', (name,))
        assert sorted(keys) == sorted((k.column, *k.references, k.on_delete) for k in table.foreign_keys)
        theirs = "SELECT name, \"unique\" FROM pragma_index_list(?) WHERE origin = 'c' AND name NOT GLOB 'rowcast_by_*'"
        indexes = await store.read(theirs, (name,))
        assert sorted(indexes) == sorted((index.name, int(index.unique)) for index in table.indexes)


async def test_a_second_start_changes_nothing_and_goes_on(store: Opened) -> None:
    await store.write(lambda tx: add(tx, "a"))
    layout = await store.read("SELECT sql FROM sqlite_schema ORDER BY name")
    position = store.position
    await store.close()
    again = Opened(store.options)
    await again.open()
    try:
        assert again.position == position
        assert await again.read("SELECT sql FROM sqlite_schema ORDER BY name") == layout
    finally:
        await again.close()


async def test_missing_columns_are_added_and_others_stay(store: Opened) -> None:
    await store.alter(lambda tx: tx.apply([DropColumn("directus_users", "title")]))
    await store.write(lambda tx: tx.fetch("ALTER TABLE directus_users ADD COLUMN nickname TEXT"))
    await store.close()
    again = Opened(store.options)
    await again.open()
    try:
        fields = again.schema.collections["directus_users"].fields
        assert {"title", "nickname"} <= fields.keys()
    finally:
        await again.close()


async def test_a_newer_format_is_refused(store: Opened) -> None:
    await store.write(lambda tx: tx.fetch("UPDATE rowcast_meta SET value = '99' WHERE name = 'format'"))
    await store.close()
    with pytest.raises(InvalidConfiguration):
        await Opened(store.options).open()

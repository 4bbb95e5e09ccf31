"""Fields on a real database: made, changed, removed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rowcast.engine.create import create
from rowcast.engine.engine import Engine
from rowcast.engine.internal import internal_rows
from rowcast.engine.model.collections import create_collections, read_collection
from rowcast.engine.model.describe import Wire
from rowcast.engine.model.fields import create_field, delete_fields, list_fields, read_field, update_fields
from rowcast.engine.model.relations import list_relations
from rowcast.errors import ContainsNull, Forbidden, InvalidPayload, NotUnique
from rowcast.schema.types import GEOMETRIES, TYPES
from tests.engine.model.support import ADMIN, make_library, table, text


async def change(engine: Engine, field: str, **body: Any) -> Wire:
    (found,) = await update_fields(engine, ADMIN, "tools", [{"field": field, **body}])
    return found


async def names(engine: Engine, collection: str = "tools") -> list[str]:
    return [found["field"] for found in await list_fields(engine, ADMIN, collection)]


@pytest.fixture
async def tools(engine: Engine) -> Engine:
    """A collection ``tools`` with a text ``name``."""
    await create_collections(engine, ADMIN, [table("tools", text("name", max_length=20, default_value="new"))])
    return engine


@pytest.mark.parametrize("kind", sorted(TYPES - {"alias", "unknown", "decimal"} | GEOMETRIES))
async def test_a_field_of_any_type_is_read_as_that_type(tools: Engine, kind: str) -> None:
    special = ["uuid"] if kind == "uuid" else None
    await create_field(tools, ADMIN, "tools", {"field": "f", "type": kind, "schema": {}, "meta": {"special": special}})
    assert (await read_field(tools, ADMIN, "tools", "f"))["type"] == kind


async def test_a_field_without_meta_has_none(tools: Engine) -> None:
    found = await create_field(tools, ADMIN, "tools", {"field": "f", "type": "integer"})
    assert found["meta"] is None
    assert (await change(tools, "f", meta={"note": "n"}))["meta"]["note"] == "n"


async def test_new_fields_rank_last(tools: Engine) -> None:
    assert (await create_field(tools, ADMIN, "tools", text("a")))["meta"]["sort"] == 3
    await change(tools, "a", meta={"sort": 40})
    assert (await create_field(tools, ADMIN, "tools", text("b")))["meta"]["sort"] == 41


@pytest.mark.parametrize("name", ["name", "NAME", "id"])
async def test_a_taken_name_is_refused(tools: Engine, name: str) -> None:
    with pytest.raises(InvalidPayload):
        await create_field(tools, ADMIN, "tools", text(name))


async def test_clients_add_fields_at_once(tools: Engine) -> None:
    await asyncio.gather(*(create_field(tools, ADMIN, "tools", text(f"f{i}")) for i in range(8)))
    found = await list_fields(tools, ADMIN, "tools")
    assert len(found) == 10
    assert sorted(f["meta"]["sort"] for f in found) == list(range(1, 11))


async def test_what_is_not_said_stays(tools: Engine) -> None:
    found = await change(tools, "name", schema={"max_length": 30}, meta={"note": "n"})
    assert (found["schema"]["max_length"], found["schema"]["default_value"], found["meta"]["note"]) == (30, "new", "n")
    found = await change(tools, "name", meta={"readonly": True})
    assert (found["schema"]["max_length"], found["meta"]["note"]) == (30, "n")


async def test_rows_survive_an_altered_column(tools: Engine) -> None:
    await create(tools, ADMIN, "tools", [{"name": "7"}, {"name": None}])
    assert (await change(tools, "name", type="integer"))["type"] == "integer"
    assert [row["name"] for row in await internal_rows(tools, "tools", sort="id")] == [7, None]


async def test_rows_forbid_what_they_break(tools: Engine) -> None:
    await create(tools, ADMIN, "tools", [{"name": None}, {"name": "a"}, {"name": "a"}])
    with pytest.raises(ContainsNull):
        await change(tools, "name", schema={"is_nullable": False})
    with pytest.raises(NotUnique):
        await change(tools, "name", schema={"is_unique": True})
    with pytest.raises(ContainsNull):
        await create_field(tools, ADMIN, "tools", text("f", is_nullable=False))
    assert await names(tools) == ["id", "name"]


async def test_an_empty_table_takes_a_required_field_without_default(tools: Engine) -> None:
    found = await create_field(tools, ADMIN, "tools", text("f", is_nullable=False))
    assert found["schema"]["is_nullable"] is False


async def test_a_timestamp_becomes_a_date_and_back(tools: Engine) -> None:
    await create_field(
        tools, ADMIN, "tools", {"field": "at", "type": "timestamp", "meta": {"special": ["date-created"]}}
    )
    found = await change(tools, "at", type="date")
    assert (found["type"], found["meta"]["special"]) == ("date", ["date-created"])
    assert (await change(tools, "at", type="timestamp"))["type"] == "timestamp"


async def test_a_column_can_not_become_an_alias(tools: Engine) -> None:
    with pytest.raises(InvalidPayload):
        await change(tools, "name", type="alias")


async def test_of_several_changes_either_all_happen_or_none(tools: Engine) -> None:
    with pytest.raises(Forbidden):
        await update_fields(
            tools, ADMIN, "tools", [{"field": "name", "meta": {"note": "n"}}, {"field": "x", "meta": {}}]
        )
    assert (await read_field(tools, ADMIN, "tools", "name"))["meta"]["note"] is None


async def test_a_primary_key_can_not_go(tools: Engine) -> None:
    with pytest.raises(InvalidPayload):
        await delete_fields(tools, ADMIN, "tools", ["id"])


async def test_system_fields_are_left_alone(tools: Engine) -> None:
    with pytest.raises(InvalidPayload):
        await delete_fields(tools, ADMIN, "directus_users", ["email"])
    with pytest.raises(InvalidPayload):
        await update_fields(tools, ADMIN, "directus_users", [{"field": "email", "meta": {"note": "n"}}])
    listed = await read_field(tools, ADMIN, "directus_users", "email")
    assert listed["meta"]["system"] is True


async def test_a_system_collection_takes_further_fields(tools: Engine) -> None:
    await create_field(tools, ADMIN, "directus_users", text("nickname"))
    await update_fields(tools, ADMIN, "directus_users", [{"field": "nickname", "meta": {"note": "n"}}])
    assert "nickname" in await names(tools, "directus_users")
    await delete_fields(tools, ADMIN, "directus_users", ["nickname"])
    assert "nickname" not in await names(tools, "directus_users")


async def test_what_named_a_field_forgets_it(engine: Engine) -> None:
    group = {"field": "g", "type": "alias", "meta": {"special": ["alias", "no-data", "group"]}}
    inside = {**text("a"), "meta": {"group": "g"}}
    await create_collections(engine, ADMIN, [table("tools", group, inside, text("rank"), sort_field="rank")])
    await delete_fields(engine, ADMIN, "tools", ["g", "rank"])
    assert await names(engine) == ["id", "a"]
    assert (await read_field(engine, ADMIN, "tools", "a"))["meta"]["group"] is None
    assert (await read_collection(engine, ADMIN, "tools"))["meta"]["sort_field"] is None


async def test_a_field_takes_its_relation_and_the_other_side_with_it(engine: Engine) -> None:
    await make_library(engine)
    await delete_fields(engine, ADMIN, "books", ["author"])
    assert [r for r in await list_relations(engine, ADMIN) if r["collection"] == "books"] == []
    assert await names(engine, "authors") == ["id", "name"]


async def test_an_alias_leaves_the_relation_without_other_side(engine: Engine) -> None:
    await make_library(engine)
    await delete_fields(engine, ADMIN, "authors", ["books"])
    (found,) = await list_relations(engine, ADMIN, "books")
    assert (found["related_collection"], found["meta"]["one_field"]) == ("authors", None)

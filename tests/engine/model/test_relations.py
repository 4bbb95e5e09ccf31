"""Relations on a real database: made, changed, removed."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.auth import Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.engine import Engine
from rowcast.engine.internal import internal_rows
from rowcast.engine.model.collections import create_collections, delete_collections
from rowcast.engine.model.relations import (
    create_relation,
    delete_relation,
    list_relations,
    read_relation,
    update_relation,
)
from rowcast.errors import Forbidden, InvalidForeignKey, InvalidPayload
from tests.engine.model.support import ADMIN, make_library, table, text

PLACE = {"collection": "books", "field": "author", "related_collection": "authors"}


async def test_the_action_of_a_foreign_key_can_be_changed(engine: Engine) -> None:
    await make_library(engine)
    found = await update_relation(
        engine, ADMIN, "books", "author", {"schema": {"on_delete": "cascade"}, "meta": {"sort_field": "title"}}
    )
    assert (found["schema"]["on_delete"], found["meta"]["sort_field"], found["meta"]["one_field"]) == (
        "CASCADE",
        "title",
        "books",
    )
    await delete(engine, ADMIN, "authors", keys=[1])
    assert [row["title"] for row in await internal_rows(engine, "books")] == ["y"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"collection": "nothing"},
        {"field": "nothing"},
        {"related_collection": "nothing"},
        {"related_collection": 3},
        {"schema": {"on_delete": "EXPLODE"}},
        {"meta": {"colour": "red"}},
        {},
    ],
)
async def test_a_relation_is_refused(engine: Engine, wrong: dict[str, Any]) -> None:
    await make_library(engine)
    if wrong:
        await delete_relation(engine, ADMIN, "books", "author")
    with pytest.raises(InvalidPayload):
        await create_relation(engine, ADMIN, {**PLACE, **wrong})


async def test_rows_forbid_a_foreign_key_that_they_break(engine: Engine) -> None:
    await create_collections(engine, ADMIN, [table("a"), table("b", {"field": "a", "type": "integer"})])
    await create(engine, ADMIN, "b", {"a": 5})
    with pytest.raises(InvalidForeignKey):
        await create_relation(engine, ADMIN, {"collection": "b", "field": "a", "related_collection": "a"})
    assert await list_relations(engine, ADMIN, "b") == []


async def test_a_removed_relation_leaves_field_and_values(engine: Engine) -> None:
    await make_library(engine)
    await delete_relation(engine, ADMIN, "books", "author")
    with pytest.raises(Forbidden):
        await read_relation(engine, ADMIN, "books", "author")
    assert [row["author"] for row in await internal_rows(engine, "books")] == [1, 2]


async def test_a_relation_without_foreign_key(engine: Engine) -> None:
    await make_library(engine)
    await delete_relation(engine, ADMIN, "books", "author")
    found = await create_relation(engine, ADMIN, {**PLACE, "schema": None})
    assert (found["schema"], found["related_collection"]) == (None, "authors")
    found = await update_relation(engine, ADMIN, "books", "author", {"schema": {"on_delete": "RESTRICT"}})
    assert found["schema"]["on_delete"] == "RESTRICT"


async def test_a_removed_collection_leaves_the_lists_of_many_to_any(engine: Engine) -> None:
    await create_collections(engine, ADMIN, [table("a"), table("b"), table("links", text("item"), text("kind"))])
    meta = {"one_collection_field": "kind", "one_allowed_collections": ["a", "b"]}
    await create_relation(
        engine, ADMIN, {"collection": "links", "field": "item", "related_collection": None, "meta": meta}
    )
    await delete_collections(engine, ADMIN, ["a"])
    assert (await read_relation(engine, ADMIN, "links", "item"))["meta"]["one_allowed_collections"] == ["b"]


async def test_a_tree_refers_to_itself(engine: Engine) -> None:
    parent = {"field": "parent", "type": "integer", "schema": {}, "meta": {}}
    await create_collections(engine, ADMIN, [table("nodes", parent)])
    await create_relation(engine, ADMIN, {"collection": "nodes", "field": "parent", "related_collection": "nodes"})
    await delete_collections(engine, ADMIN, ["nodes"])
    assert "nodes" not in engine.schema.collections


async def test_system_relations_are_listed_and_left_alone(engine: Engine) -> None:
    found = await read_relation(engine, ADMIN, "directus_users", "role")
    assert (found["related_collection"], found["meta"]["system"]) == ("directus_roles", True)
    with pytest.raises(InvalidPayload):
        await delete_relation(engine, ADMIN, "directus_users", "role")
    with pytest.raises(InvalidPayload):
        await update_relation(engine, ADMIN, "directus_users", "role", {"meta": {}})


async def test_only_administrators_change_anything(engine: Engine) -> None:
    await make_library(engine)
    nobody = Actor()
    with pytest.raises(Forbidden):
        await create_relation(engine, nobody, PLACE)
    with pytest.raises(Forbidden):
        await update_relation(engine, nobody, "books", "author", {})
    with pytest.raises(Forbidden):
        await delete_relation(engine, nobody, "books", "author")
    with pytest.raises(Forbidden, match='"read" for collection "directus_relations"'):
        await list_relations(engine, nobody)

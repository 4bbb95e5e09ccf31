"""Nothing stands in itself: folders, roles, what follows an operation, and groups of collections and fields."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.model.collections import create_collections, update_collections
from rowcast.engine.model.fields import create_field, update_fields
from rowcast.engine.update import update
from rowcast.errors import InvalidPayload
from tests.engine.people import People

A, B, C, FLOW = (f"{n}0000000-0000-4000-8000-000000000000" for n in "abcd")


@pytest.mark.parametrize("table", ["directus_folders", "directus_roles"])
async def test_a_tree(people: People, table: str) -> None:
    engine = people.engine
    with pytest.raises(InvalidPayload, match="descendant of itself"):
        await create(engine, SYSTEM, table, {"id": A, "name": "a", "parent": A})
    await create(engine, SYSTEM, table, [{"id": A, "name": "a"}, {"id": B, "name": "b", "parent": A}])
    await create(engine, SYSTEM, table, {"id": C, "name": "c", "parent": B})
    for key, parent in ((A, A), (A, B), (A, C), (B, C)):
        with pytest.raises(InvalidPayload, match="descendant of itself"):
            await update(engine, SYSTEM, table, {"parent": parent}, keys=[key])
    await update(engine, SYSTEM, table, {"parent": A}, keys=[C])
    found = await people.rows(f"SELECT id, parent FROM {table} WHERE id IN ('{A}', '{B}', '{C}') ORDER BY id")
    assert found == [(A, None), (B, A), (C, A)]


async def test_children_are_no_parents(people: People) -> None:
    await create(people.engine, SYSTEM, "directus_roles", [{"id": A, "name": "a"}, {"id": B, "name": "b", "parent": A}])
    with pytest.raises(InvalidPayload, match="descendant of itself"):
        await update(people.engine, SYSTEM, "directus_roles", {"children": [A]}, keys=[B])


async def test_operations_do_not_follow_themselves(people: People) -> None:
    engine, place = people.engine, {"type": "log", "position_x": 1, "position_y": 1}
    await create(engine, SYSTEM, "directus_flows", {"id": FLOW, "name": "a", "status": "active", "trigger": "webhook"})
    for key in (A, B, C):
        await create(engine, SYSTEM, "directus_operations", {"id": key, "key": key, "flow": FLOW, **place})
    await update(engine, SYSTEM, "directus_operations", {"resolve": B}, keys=[A])
    await update(engine, SYSTEM, "directus_operations", {"reject": C}, keys=[B])
    for key, payload in ((A, {"resolve": A}), (A, {"reject": A}), (B, {"resolve": A}), (C, {"reject": A})):
        with pytest.raises(InvalidPayload, match="followed by one that it follows"):
            await update(engine, SYSTEM, "directus_operations", payload, keys=[key])
    found = await people.rows("SELECT id, resolve, reject FROM directus_operations ORDER BY id")
    assert found == [(A, B, None), (B, None, C), (C, None, None)]


def group(name: str | None) -> dict[str, Any]:
    return {"group": name}


async def test_collections_are_not_in_themselves(people: People) -> None:
    engine = people.engine
    with pytest.raises(InvalidPayload, match='"a" can\'t be grouped in itself'):
        await create_collections(engine, SYSTEM, [{"collection": "a", "schema": None, "meta": group("a")}])
    made = [{"collection": name, "schema": None, "meta": group(within)} for name, within in (("a", None), ("b", "a"))]
    await create_collections(engine, SYSTEM, made)
    await update_collections(engine, SYSTEM, [{"collection": "articles", "meta": group("b")}])
    for name, within in (("a", "a"), ("a", "b"), ("a", "articles"), ("articles", "articles")):
        with pytest.raises(InvalidPayload, match="grouped in itself"):
            await update_collections(engine, SYSTEM, [{"collection": name, "meta": group(within)}])
    turned = [{"collection": "a", "meta": group("b")}, {"collection": "b", "meta": group(None)}]
    await update_collections(engine, SYSTEM, turned)
    assert {name: meta["group"] for name, meta in engine.schema.folders.items()} == {"a": "b", "b": None}


async def test_fields_are_not_in_themselves(people: People) -> None:
    engine = people.engine

    def alias(name: str, within: str | None) -> dict[str, Any]:
        return {"field": name, "type": "alias", "meta": {"special": ["alias", "no-data", "group"], **group(within)}}

    with pytest.raises(InvalidPayload, match='"one" in collection "articles" can\'t be grouped in itself'):
        await create_field(engine, SYSTEM, "articles", alias("one", "one"))
    await create_field(engine, SYSTEM, "articles", alias("one", None))
    await create_field(engine, SYSTEM, "articles", alias("two", "one"))
    with pytest.raises(InvalidPayload, match="grouped in itself"):
        await update_fields(engine, SYSTEM, "articles", [{"field": "one", "meta": group("two")}])
    new = {"collection": "c", "schema": {}, "meta": {}, "fields": [alias("x", "y"), alias("y", "x")]}
    with pytest.raises(InvalidPayload, match="grouped in itself"):
        await create_collections(engine, SYSTEM, [new])
    assert "c" not in engine.schema.collections

"""A data model carried from one server to another and back."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest

from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.engine.internal import internal_rows
from rowcast.engine.model.apply import schema_apply
from rowcast.engine.model.collections import create_collections, delete_collections, update_collections
from rowcast.engine.model.fields import create_field, delete_fields, update_fields
from rowcast.engine.model.relations import update_relation
from rowcast.engine.model.snapshot import fingerprint, schema_difference, schema_snapshot
from rowcast.errors import Forbidden, InvalidPayload
from tests.engine.model.conftest import MakeEngine
from tests.engine.model.support import ADMIN, make_library, table, text


async def wire(engine: Engine, **chosen: Any) -> Any:
    """A snapshot as another server gets it."""
    return msgspec.json.decode(msgspec.json.encode(await schema_snapshot(engine, ADMIN, **chosen)))


async def bring(source: Engine, target: Engine) -> None:
    """Make the target's model the source's."""
    found = await schema_difference(target, ADMIN, await wire(source))
    if found is not None:
        await schema_apply(target, ADMIN, msgspec.json.decode(msgspec.json.encode(found)))


async def make_everything(engine: Engine) -> None:
    """The library, in folders, with fields of many kinds."""
    await make_library(engine)
    await create_collections(engine, ADMIN, [{"collection": "shelf", "schema": None, "meta": {}}])
    await create_collections(engine, ADMIN, [{"collection": "attic", "schema": None, "meta": {"group": "shelf"}}])
    await update_collections(
        engine, ADMIN, [{"collection": "books", "meta": {"group": "attic", "note": "all of them"}}]
    )
    await create_field(
        engine, ADMIN, "books", {"field": "at", "type": "timestamp", "meta": {"special": ["date-created"]}}
    )
    await create_field(engine, ADMIN, "books", text("isbn", is_unique=True, max_length=13))
    await create_field(engine, ADMIN, "books", {"field": "tags", "type": "csv", "schema": {"default_value": "a,b"}})
    await create_field(engine, ADMIN, "directus_users", text("nickname"))
    maker = {"field": "maker", "type": "uuid", "schema": {}, "meta": {"special": ["user-created"]}}
    await create_field(engine, ADMIN, "books", maker)
    key = {"field": "code", "type": "string", "schema": {"is_primary_key": True, "max_length": 8}, "meta": {}}
    await create_collections(engine, ADMIN, [{"collection": "units", "schema": {}, "meta": {}, "fields": [key]}])


async def test_the_model_of_one_server_becomes_that_of_another(make_engine: MakeEngine) -> None:
    source, target = await make_engine(), await make_engine()
    await make_everything(source)
    await bring(source, target)
    assert await schema_difference(target, ADMIN, await wire(source)) is None
    assert await schema_difference(source, ADMIN, await wire(target)) is None
    assert fingerprint(await wire(source)) == fingerprint(await wire(target))


async def test_changes_are_carried_too_and_rows_stay(make_engine: MakeEngine) -> None:
    source, target = await make_engine(), await make_engine()
    await make_everything(source)
    await make_library(target)
    await bring(source, target)
    await delete_collections(source, ADMIN, ["shelf"])
    await delete_fields(source, ADMIN, "books", ["isbn"])
    await update_fields(
        source, ADMIN, "books", [{"field": "title", "schema": {"max_length": 99}, "meta": {"note": "n"}}]
    )
    await update_relation(source, ADMIN, "books", "author", {"schema": {"on_delete": "CASCADE"}})
    await create_collections(source, ADMIN, [table("a_new_one", text("name"))])
    await bring(source, target)
    assert await schema_difference(target, ADMIN, await wire(source)) is None
    assert [row["title"] for row in await internal_rows(target, "books")] == ["x", "y"]


async def test_an_empty_model_removes_everything(make_engine: MakeEngine) -> None:
    source, target = await make_engine(), await make_engine()
    await make_everything(target)
    await bring(source, target)
    assert (await wire(target))["collections"] == []
    assert await internal_rows(target, "directus_relations") == []
    assert await internal_rows(target, "directus_fields") == []


async def test_merging_removes_nothing(make_engine: MakeEngine) -> None:
    source, target = await make_engine(), await make_engine()
    await make_library(target)
    await create_collections(source, ADMIN, [table("tools")])
    found = await schema_difference(target, ADMIN, await wire(source), mode="merge")
    assert found is not None
    await schema_apply(target, ADMIN, found)
    assert {"tools", "books", "authors"} <= set(target.schema.collections)


async def test_a_part_leaves_the_rest_alone(make_engine: MakeEngine) -> None:
    source, target = await make_engine(), await make_engine()
    await make_everything(source)
    await create_collections(target, ADMIN, [table("tools")])
    part = await wire(source, include=frozenset({"units"}))
    assert (part["version"], [c["collection"] for c in part["collections"]]) == (2, ["units"])
    found = await schema_difference(target, ADMIN, part)
    assert found is not None
    await schema_apply(target, ADMIN, found)
    assert {"tools", "units"} <= set(target.schema.collections)
    rest = await wire(source, exclude=frozenset({"units"}))
    assert "units" not in {c["collection"] for c in rest["collections"]}


async def test_an_old_difference_is_refused(engine: Engine) -> None:
    await make_library(engine)
    other = await wire(engine)
    other["collections"][0]["meta"]["note"] = "n"
    found = await schema_difference(engine, ADMIN, other)
    assert found is not None
    await create_collections(engine, ADMIN, [table("tools")])
    with pytest.raises(InvalidPayload):
        await schema_apply(engine, ADMIN, found)
    await schema_apply(engine, ADMIN, found, force=True)
    assert await schema_difference(engine, ADMIN, {**await wire(engine)}) is None


async def test_a_failing_difference_changes_nothing(engine: Engine) -> None:
    await make_library(engine)
    other = await wire(engine)
    other["collections"][0]["meta"]["note"] = "n"
    wrong = copy.deepcopy(next(field for field in other["fields"] if field["field"] == "title"))
    wrong.update(field="wrong", type="colour")
    other["fields"].append(wrong)
    found = await schema_difference(engine, ADMIN, other)
    before = fingerprint(await wire(engine))
    with pytest.raises(InvalidPayload):
        await schema_apply(engine, ADMIN, found)
    assert fingerprint(await wire(engine)) == before


async def test_members_of_other_versions_are_left_out_when_forced(engine: Engine) -> None:
    await make_library(engine)
    other = await wire(engine)
    other["directus"], other["vendor"] = "11.0.0", "postgres"
    for item in other["fields"]:
        (item["meta"] or {}).update(colour="red")
        (item["schema"] or {}).update(foreign_key_schema="public", comment=None)
    with pytest.raises(InvalidPayload):
        await schema_difference(engine, ADMIN, other)
    assert await schema_difference(engine, ADMIN, other, force=True) is None


@pytest.mark.parametrize(
    "other",
    [
        None,
        [],
        {},
        {"version": 1},
        {"version": 3, "directus": "x", "vendor": "sqlite"},
        {"version": 1, "collections": [1]},
    ],
)
async def test_what_is_no_snapshot_is_refused(engine: Engine, other: Any) -> None:
    for force in (False, True):
        with pytest.raises(InvalidPayload):
            await schema_difference(engine, ADMIN, other, force=force)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {"hash": "x"},
        {"hash": "x", "diff": {"collections": [], "fields": [], "relations": [{"collection": "a"}]}},
        {
            "hash": "x",
            "diff": {"collections": [{"collection": "a", "diff": [{"kind": "Z"}]}], "fields": [], "relations": []},
        },
        {
            "hash": "x",
            "diff": {
                "collections": [{"collection": "a", "diff": [{"kind": "N", "rhs": 7}]}],
                "fields": [],
                "relations": [],
            },
        },
        {
            "hash": "x",
            "diff": {
                "collections": [{"collection": "a", "diff": [{"kind": "E", "path": ["b"], "rhs": 1}]}],
                "fields": [],
                "relations": [],
            },
        },
    ],
)
async def test_what_is_no_difference_is_refused(engine: Engine, raw: Any) -> None:
    with pytest.raises(InvalidPayload):
        await schema_apply(engine, ADMIN, raw, force=True)


async def test_only_administrators_may(engine: Engine) -> None:
    nobody = Actor()
    with pytest.raises(Forbidden):
        await schema_snapshot(engine, nobody)
    with pytest.raises(Forbidden):
        await schema_difference(engine, nobody, {})
    with pytest.raises(Forbidden):
        await schema_apply(engine, nobody, {})

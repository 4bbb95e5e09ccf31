"""Collections on a real database: made, changed, removed, and who may see them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from rowcast.auth import Actor
from rowcast.engine.create import create
from rowcast.engine.engine import Engine
from rowcast.engine.internal import internal_rows
from rowcast.engine.model.collections import (
    create_collections,
    delete_collections,
    list_collections,
    read_collection,
    update_collections,
)
from rowcast.engine.model.fields import list_fields, read_field
from rowcast.engine.model.relations import list_relations
from rowcast.engine.settings import Settings
from rowcast.errors import Forbidden, InvalidForeignKey, InvalidPayload
from rowcast.feed import Commit
from rowcast.store.sqlite import SqliteOptions, SqliteStore
from tests.engine.model.support import ADMIN, make_library, table, text

NOBODY = Actor()


async def names(engine: Engine) -> list[str]:
    return [
        c["collection"] for c in await list_collections(engine, ADMIN) if not c["collection"].startswith("directus_")
    ]


async def test_a_collection_without_fields_gets_a_numbered_key(engine: Engine) -> None:
    await create_collections(engine, ADMIN, [{"collection": "tools", "schema": {}, "meta": {}}])
    (key,) = await list_fields(engine, ADMIN, "tools")
    assert (key["field"], key["type"], key["schema"]["has_auto_increment"]) == ("id", "integer", True)


async def test_fields_without_a_key_get_one_before_them(engine: Engine) -> None:
    body = {"collection": "tools", "schema": {}, "meta": {}, "fields": [text("name")]}
    await create_collections(engine, ADMIN, [body])
    assert [f["field"] for f in await list_fields(engine, ADMIN, "tools")] == ["id", "name"]
    assert engine.schema.collections["tools"].primary == "id"


@pytest.mark.parametrize("name", ["tools", "TOOLS"])
async def test_a_taken_name_is_refused(engine: Engine, name: str) -> None:
    await create_collections(engine, ADMIN, [table("tools")])
    with pytest.raises(InvalidPayload):
        await create_collections(engine, ADMIN, [table(name)])


async def test_of_several_either_all_are_made_or_none(engine: Engine) -> None:
    with pytest.raises(InvalidPayload):
        await create_collections(engine, ADMIN, [table("a"), table("b"), table("a")])
    assert await names(engine) == []
    assert await internal_rows(engine, "directus_fields") == []


async def test_a_name_that_two_clients_want_goes_to_one(engine: Engine) -> None:
    wishes = (create_collections(engine, ADMIN, [table("tools", text(f"f{i}"))]) for i in range(6))
    outcomes = await asyncio.gather(*wishes, return_exceptions=True)
    assert sum(isinstance(outcome, InvalidPayload) for outcome in outcomes) == 5
    assert await names(engine) == ["tools"]
    assert len(await list_fields(engine, ADMIN, "tools")) == 2


async def test_a_folder_has_no_table_and_its_children_survive_it(engine: Engine) -> None:
    folder: dict[str, Any] = {"collection": "room", "schema": None, "meta": {}}
    await create_collections(engine, ADMIN, [folder, table("tools", group="room")])
    assert (await read_collection(engine, ADMIN, "room"))["schema"] is None
    await delete_collections(engine, ADMIN, ["room"])
    assert await names(engine) == ["tools"]
    assert (await read_collection(engine, ADMIN, "tools"))["meta"]["group"] is None


async def test_a_group_that_does_not_exist_is_refused(engine: Engine) -> None:
    await create_collections(engine, ADMIN, [table("tools")])
    with pytest.raises(InvalidForeignKey):
        await update_collections(engine, ADMIN, [{"collection": "tools", "meta": {"group": "nowhere"}}])


async def test_an_untracked_table_becomes_tracked_by_its_first_meta(engine: Engine) -> None:
    await create_collections(engine, ADMIN, [{"collection": "tools", "schema": {}}])
    assert (await read_collection(engine, ADMIN, "tools"))["meta"] is None
    (changed,) = await update_collections(engine, ADMIN, [{"collection": "tools", "meta": {"note": "n"}}])
    assert changed["meta"]["note"] == "n"


async def test_an_unknown_member_of_meta_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidPayload):
        await create_collections(engine, ADMIN, [table("tools", colour="red")])


async def test_system_collections_are_left_alone(engine: Engine) -> None:
    with pytest.raises(Forbidden):
        await delete_collections(engine, ADMIN, ["directus_users"])
    with pytest.raises(Forbidden):
        await update_collections(engine, ADMIN, [{"collection": "directus_users", "meta": {"note": "n"}}])
    listed = await read_collection(engine, ADMIN, "directus_users")
    assert listed["meta"]["system"] is True


async def test_what_referred_to_a_collection_goes_with_it(engine: Engine) -> None:
    await make_library(engine)
    await create(engine, ADMIN, "directus_presets", {"collection": "books", "bookmark": "mine"})
    await delete_collections(engine, ADMIN, ["books"])
    assert await names(engine) == ["authors"]
    assert [r for r in await list_relations(engine, ADMIN) if r["collection"] == "books"] == []
    assert await internal_rows(engine, "directus_presets") == []
    with pytest.raises(Forbidden):
        await read_field(engine, ADMIN, "authors", "books")


async def test_a_column_that_pointed_to_a_removed_collection_keeps_its_values(engine: Engine) -> None:
    await make_library(engine)
    await delete_collections(engine, ADMIN, ["authors"])
    assert [row["author"] for row in await internal_rows(engine, "books")] == [1, 2]
    found = await read_field(engine, ADMIN, "books", "author")
    assert found["schema"]["foreign_key_table"] is None


async def test_changes_are_announced_and_recorded_like_any_other(engine: Engine) -> None:
    commits: list[Commit] = []
    engine.on_commit(commits.append)
    await engine.store.watch("directus_collections", True)
    await create_collections(engine, ADMIN, [table("tools")])
    told = [(change.collection, change.key, change.kind) for commit in commits for change in commit.changes]
    assert ("directus_collections", "tools", "create") in told
    recorded = await internal_rows(engine, "directus_activity", filter={"collection": {"_eq": "directus_collections"}})
    assert [(row["action"], row["item"]) for row in recorded] == [("create", "tools")]


@pytest.mark.parametrize("actor", [NOBODY])
async def test_only_administrators_change_anything(engine: Engine, actor: Actor) -> None:
    await create_collections(engine, ADMIN, [table("tools")])
    with pytest.raises(Forbidden):
        await create_collections(engine, actor, [table("more")])
    with pytest.raises(Forbidden):
        await update_collections(engine, actor, [{"collection": "tools", "meta": {}}])
    with pytest.raises(Forbidden):
        await delete_collections(engine, actor, ["tools"])
    with pytest.raises(Forbidden, match='"read" for collection "tools"'):
        await read_collection(engine, actor, "tools")
    with pytest.raises(Forbidden, match="directus_collections"):
        await list_collections(engine, actor)


async def test_a_reader_sees_what_he_may_read_and_its_folders(engine: Engine) -> None:
    folder: dict[str, Any] = {"schema": None, "meta": {}}
    await create_collections(engine, ADMIN, [{"collection": "seen", **folder}, {"collection": "empty", **folder}])
    await create_collections(engine, ADMIN, [table("tools", text("name"), group="seen"), table("secrets")])
    reader = await reader_of(engine, {"tools": ["id"], "directus_collections": ["*"], "directus_fields": ["*"]})
    seen = [c["collection"] for c in await list_collections(engine, reader)]
    assert [name for name in seen if not name.startswith("directus_")] == ["seen", "tools"]
    assert [f["field"] for f in await list_fields(engine, reader, "tools")] == ["id"]
    with pytest.raises(Forbidden):
        await read_field(engine, reader, "tools", "name")
    with pytest.raises(Forbidden):
        await list_fields(engine, reader, "secrets")


async def test_the_limit_for_batches_is_not_about_metadata(tmp_path: Path) -> None:
    settings = Settings(secret="for tests only", max_batch_mutation=2)
    engine = Engine(SqliteStore(SqliteOptions(str(tmp_path / "limited.db"))), settings)
    await engine.open()
    await create_collections(engine, ADMIN, [table("tools", *(text(f"f{i}") for i in range(5)))])
    await delete_collections(engine, ADMIN, ["tools"])
    await engine.close()


async def reader_of(engine: Engine, rights: dict[str, list[str]]) -> Actor:
    """An actor with one policy that grants reading."""
    (policy,) = await create(engine, ADMIN, "directus_policies", {"name": "reader"})
    rules = [
        {"policy": policy, "action": "read", "collection": name, "fields": fields} for name, fields in rights.items()
    ]
    await create(engine, ADMIN, "directus_permissions", rules)
    return Actor(policies=(str(policy),))

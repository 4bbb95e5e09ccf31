"""Items of several collections from one file: what points to each other still does, whatever keys are taken."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.model.collections import create_collections
from rowcast.engine.model.relations import create_relation
from rowcast.engine.transfer.importbatch import Mode, Part, import_batch
from rowcast.errors import FailedValidation, Forbidden, InvalidPayload, RowcastError
from tests.engine.people import HERE, People

AUTO = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
CODE = {"field": "code", "type": "string", "meta": {}, "schema": {"is_primary_key": True, "max_length": 9}}
NAME = {"field": "name", "type": "string", "meta": {}, "schema": {}}


def plain(field: str, kind: str = "integer") -> dict[str, Any]:
    return {"field": field, "type": kind, "meta": {}, "schema": {}}


async def model(people: People) -> None:
    """Teams with a captain, players with a team, and towns with keys that somebody makes up."""
    tables = {
        "teams": [AUTO, NAME, plain("captain"), plain("town", "string")],
        "players": [AUTO, NAME, plain("team")],
        "towns": [CODE, NAME],
    }
    for name, fields in tables.items():
        await create_collections(
            people.engine, SYSTEM, [{"collection": name, "meta": {}, "schema": {}, "fields": fields}]
        )
    for collection, field, related in (
        ("teams", "captain", "players"),
        ("players", "team", "teams"),
        ("teams", "town", "towns"),
    ):
        relation = {"collection": collection, "field": field, "related_collection": related, "schema": {}, "meta": {}}
        await create_relation(people.engine, SYSTEM, relation)


async def bring(
    people: People, *sections: tuple[str, list[dict[str, Any]]], mode: Mode = "add", **more: Any
) -> dict[str, Part]:
    content = msgspec.json.encode([{"collection": name, "items": items} for name, items in sections])
    return await import_batch(people.engine, SYSTEM, content, mode, **more)


async def test_what_points_to_each_other_follows_its_keys(people: People) -> None:
    await model(people)
    sections = (
        (
            "teams",
            [
                {"id": 1, "name": "Red", "captain": 1, "town": "ams"},
                {"id": 2, "name": "Blue", "captain": 2, "town": None},
            ],
        ),
        ("players", [{"id": 1, "name": "Ann", "team": 1}, {"id": 2, "name": "Ben", "team": 1}]),
        ("towns", [{"code": "ams", "name": "Amsterdam"}]),
    )
    first = await bring(people, *sections)
    assert first["teams"] == Part(new=[1, 2])
    second = await bring(people, *sections)
    assert second["teams"] == Part(new=[3, 4], mapped={"1": 3, "2": 4})
    assert second["towns"] == Part(existing=["ams"])
    assert await people.rows("SELECT id, captain, town FROM teams ORDER BY id") == [
        (1, 1, "ams"),
        (2, 2, None),
        (3, 3, "ams"),
        (4, 4, None),
    ]
    assert await people.rows("SELECT id, team FROM players ORDER BY id") == [(1, 1), (2, 1), (3, 3), (4, 3)]


async def test_merging(people: People) -> None:
    await model(people)
    await bring(people, ("towns", [{"code": code, "name": code} for code in ("a", "b", "c")]))
    items = ("towns", [{"code": "a", "name": "Changed"}, {"code": "d", "name": "New"}])
    merged = await bring(people, items, mode="merge")
    assert merged == {"towns": Part(existing=["a"], new=["d"])}
    deleted = await bring(people, items, mode="merge", delete=True)
    assert deleted == {"towns": Part(existing=["a", "d"], deleted=["b", "c"])}
    assert await people.rows("SELECT code, name FROM towns ORDER BY code") == [("a", "Changed"), ("d", "New")]


async def test_a_dry_run_stores_nothing_and_tells_the_same(people: People) -> None:
    await model(people)
    items = ("players", [{"name": "Ann"}, {"name": "Ben"}])
    dry = await bring(people, items, dry=True)
    assert await people.rows("SELECT count(*) FROM players") == [(0,)]
    assert await bring(people, items) == dry == {"players": Part(new=[1, 2])}


async def test_a_fault_undoes_all(people: People) -> None:
    await model(people)
    with pytest.raises(RowcastError):
        await bring(people, ("towns", [{"code": "a"}]), ("players", [{"name": "Ann", "team": 77}]))
    assert await people.rows("SELECT count(*) FROM towns") == [(0,)]


async def test_rights_hold(people: People) -> None:
    await model(people)
    with pytest.raises((Forbidden, FailedValidation)):
        await import_batch(people.engine, HERE, b'[{"collection":"towns","items":[{"code":"a"}]}]')


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'[{"collection":"towns"}]',
        b'[{"items":[]}]',
        b'[{"collection":"towns","items":[1]}]',
        b"[[[[",
    ],
)
async def test_files_that_are_none(people: People, content: bytes) -> None:
    with pytest.raises(InvalidPayload):
        await import_batch(people.engine, SYSTEM, content)


async def test_system_collections_are_not_imported(people: People) -> None:
    with pytest.raises(InvalidPayload):
        await bring(people, ("directus_users", [{"email": "a@example.com"}]))

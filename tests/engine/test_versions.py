"""Content versions: kept beside the item, looked at as if made, made in the end, by whom it may."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.model.collections import create_collections, update_collections
from rowcast.engine.model.fields import create_field
from rowcast.engine.model.relations import create_relation
from rowcast.engine.read import read, read_one
from rowcast.engine.update import update
from rowcast.engine.versions import compare, promote, save
from rowcast.errors import Forbidden, InvalidPayload, Unprocessable, VersionHashMismatch
from rowcast.query.parse import parse
from tests.engine.people import People, allow

NOTES: dict[str, Any] = {
    "collection": "notes",
    "schema": {},
    "meta": {},
    "fields": [
        {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
        {"field": "text", "type": "string", "meta": {}, "schema": {}},
        {"field": "article", "type": "integer", "meta": {}, "schema": {}},
    ],
}


async def versioned(people: People) -> int:
    """Articles have versions, and notes that point to them; the key of an article."""
    await create_collections(people.engine, SYSTEM, [NOTES])
    alias = {"field": "notes", "type": "alias", "schema": None, "meta": {"special": ["o2m"]}}
    await create_field(people.engine, SYSTEM, "articles", alias)
    relation = {
        "collection": "notes",
        "field": "article",
        "related_collection": "articles",
        "schema": {},
        "meta": {"one_field": "notes"},
    }
    await create_relation(people.engine, SYSTEM, relation)
    await update_collections(people.engine, SYSTEM, [{"collection": "articles", "meta": {"versioning": True}}])
    return int(await people.item(title="Now", notes=[{"text": "first"}]))


async def version(people: People, item: int, key: str = "draft", actor: Actor = SYSTEM) -> str:
    row = {"collection": "articles", "item": str(item), "key": key}
    return str((await create(people.engine, actor, "directus_versions", row))[0])


async def seen(people: People, item: int, actor: Actor = SYSTEM, **query: Any) -> Any:
    return json.loads((await read_one(people.engine, actor, "articles", item, parse(query))).data)


async def test_an_item_is_read_as_it_would_be(people: People) -> None:
    item = await versioned(people)
    draft = await version(people, item)
    await save(people.engine, SYSTEM, draft, {"title": "Then"})
    delta = await save(
        people.engine, SYSTEM, draft, {"notes": {"create": [{"text": "second"}], "update": [{"id": 1, "text": "1st"}]}}
    )
    assert delta["title"] == "Then"
    asked: dict[str, Any] = {"fields": ["title", "notes.text", "count(notes)"], "version": "draft"}
    assert await seen(people, item, **asked) == {
        "$meta": {"version_id": draft},
        "title": "Then",
        "notes": [{"text": "1st"}, {"text": "second"}],
        "notes_count": 2,
    }
    raw = await seen(people, item, fields=["title", "notes"], version="draft", versionRaw=True)
    assert (raw["title"], raw["notes"]["create"]) == ("Then", [{"text": "second"}])
    for main in ("main", "published"):
        assert await seen(people, item, fields=["title", "notes.text"], version=main) == {
            "title": "Now",
            "notes": [{"text": "first"}],
        }
    assert await people.rows("SELECT title FROM articles") == [("Now",)]
    assert await people.rows("SELECT count(*) FROM notes") == [(1,)]
    with pytest.raises(Forbidden):
        await seen(people, item, version="unknown")


async def test_a_draft_that_could_not_be_made_is_shown_as_it_was_saved(people: People) -> None:
    item = await versioned(people)
    draft = await version(people, item)
    await save(people.engine, SYSTEM, draft, {"owner": "6f9d3c1a-0000-4000-8000-000000000001", "title": 7 * "x" * 100})
    shown = await seen(people, item, fields=["title", "owner"], version="draft")
    assert shown["title"] == 7 * "x" * 100


async def test_comparing_and_promoting(people: People) -> None:
    item = await versioned(people)
    draft = await version(people, item)
    await save(people.engine, SYSTEM, draft, {"title": "Then", "notes": [1]})
    found = await compare(people.engine, SYSTEM, draft)
    assert (found["outdated"], found["current"]["title"], found["main"]["title"]) == (False, "Then", "Now")
    await people.change("articles", item, title="Meanwhile")
    again = await compare(people.engine, SYSTEM, draft)
    assert again["outdated"]
    with pytest.raises(VersionHashMismatch):
        await promote(people.engine, SYSTEM, draft, found["mainHash"])
    assert await promote(people.engine, SYSTEM, draft, again["mainHash"], ["notes"]) == str(item)
    assert (await seen(people, item, fields=["title"]))["title"] == "Meanwhile"
    await promote(people.engine, SYSTEM, draft, (await compare(people.engine, SYSTEM, draft))["mainHash"])
    assert (await seen(people, item, fields=["title"]))["title"] == "Then"
    assert not (await compare(people.engine, SYSTEM, draft))["outdated"]


async def test_what_is_saved_is_history(people: People) -> None:
    item = await versioned(people)
    draft = await version(people, item)
    await save(people.engine, SYSTEM, draft, {"title": "Then"})
    text = """SELECT r.version, r.delta, a.action FROM directus_revisions r JOIN directus_activity a ON a.id = r.activity
    WHERE r.version NOTNULL"""
    assert await people.rows(text) == [(draft, '{"title":"Then"}', "version_save")]
    await delete(people.engine, SYSTEM, "directus_versions", keys=[draft])
    assert await people.rows("SELECT count(*) FROM directus_revisions WHERE version NOTNULL") == [(0,)]


async def test_what_is_refused(people: People) -> None:
    item = await versioned(people)
    draft = await version(people, item)
    with pytest.raises(Unprocessable):
        await version(people, item)
    for wrong in ({"key": "main"}, {"key": ""}, {"item": None}, {"delta": {"title": "x"}}, {"hash": "x"}):
        row = {"collection": "articles", "item": str(item), "key": "other", **wrong}
        with pytest.raises(InvalidPayload):
            await create(people.engine, SYSTEM, "directus_versions", row)
    with pytest.raises(Forbidden):
        await version(people, 77)
    with pytest.raises(Unprocessable):
        await create(people.engine, SYSTEM, "directus_versions", {"collection": "notes", "item": "1", "key": "x"})
    second = await version(people, item, "second")
    with pytest.raises(Unprocessable):
        await update(people.engine, SYSTEM, "directus_versions", {"key": "draft"}, keys=[second])
    for payload in ({"colour": "red"}, {"id": 3, "title.x": 1}):
        with pytest.raises(Forbidden):
            await save(people.engine, SYSTEM, draft, payload)
    for unknown in ("nonsense", "6f9d3c1a-0000-4000-8000-000000000001"):
        with pytest.raises(Forbidden):
            await save(people.engine, SYSTEM, unknown, {"title": "x"})
        with pytest.raises(Forbidden):
            await compare(people.engine, SYSTEM, unknown)


async def test_drafting_without_the_right_to_make_it(people: People) -> None:
    item = await versioned(people)
    every = [allow(action, "directus_versions") for action in ("create", "read", "update")]
    await people.user("ann", None, await people.policy("drafts", allow("read", fields=["id", "title"]), *every))
    ann = await people.who("tok-ann")
    draft = await version(people, item, actor=ann)
    await save(people.engine, ann, draft, {"title": "Then", "owner": None})
    assert await seen(people, item, ann, version="draft") == {
        "$meta": {"version_id": draft},
        "id": item,
        "title": "Then",
    }
    with pytest.raises(Forbidden):
        await promote(people.engine, ann, draft, (await compare(people.engine, ann, draft))["mainHash"])
    with pytest.raises(Forbidden):
        await update(people.engine, ann, "directus_versions", {"item": "2"}, keys=[draft])
    await people.user("ben", None, await people.policy("readers", allow("read")))
    ben = await people.who("tok-ben")
    with pytest.raises(Forbidden):
        await seen(people, item, ben, version="draft")
    with pytest.raises(Forbidden):
        await save(people.engine, ben, draft, {"title": "x"})


async def test_nobody_hears_of_what_was_only_looked_at(people: People) -> None:
    item = await versioned(people)
    draft = await version(people, item)
    await save(people.engine, SYSTEM, draft, {"title": "Then"})
    position = people.engine.store.position
    await seen(people, item, version="draft")
    assert people.engine.store.position == position


async def test_the_version_of_a_singleton(people: People) -> None:
    table = {
        **NOTES,
        "collection": "motto",
        "meta": {"singleton": True, "versioning": True},
        "fields": NOTES["fields"][:2],
    }
    await create_collections(people.engine, SYSTEM, [table])
    await create(people.engine, SYSTEM, "motto", {"text": "Now"})
    row = {"collection": "motto", "item": "1", "key": "draft"}
    draft = str((await create(people.engine, SYSTEM, "directus_versions", row))[0])
    await save(people.engine, SYSTEM, draft, {"text": "Then"})
    for asked, text in (("draft", "Then"), ("main", "Now")):
        answer = await read(people.engine, SYSTEM, "motto", parse({"version": asked, "fields": ["text"]}))
        assert json.loads(answer.data)["text"] == text

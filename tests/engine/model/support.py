"""Bodies that many tests of the data model send."""

from __future__ import annotations

from typing import Any

from rowcast.auth import Actor
from rowcast.engine.create import create
from rowcast.engine.engine import Engine
from rowcast.engine.model.collections import create_collections
from rowcast.engine.model.fields import create_field
from rowcast.engine.model.relations import create_relation

ADMIN = Actor(admin=True)
KEY: dict[str, Any] = {
    "field": "id",
    "type": "integer",
    "schema": {"is_primary_key": True, "has_auto_increment": True},
    "meta": {},
}


def text(name: str, **schema: Any) -> dict[str, Any]:
    """A text field."""
    return {"field": name, "type": "string", "schema": schema, "meta": {}}


def table(name: str, *fields: dict[str, Any], **meta: Any) -> dict[str, Any]:
    """A tracked collection with an integer key."""
    return {"collection": name, "schema": {}, "meta": meta, "fields": [KEY, *fields]}


async def make_library(engine: Engine) -> None:
    """``authors`` with alias ``books``, ``books`` with m2o ``author``, two rows of each."""
    number = {"field": "author", "type": "integer", "schema": {}, "meta": {"special": ["m2o"]}}
    await create_collections(engine, ADMIN, [table("authors", text("name")), table("books", text("title"), number)])
    await create_field(engine, ADMIN, "authors", {"field": "books", "type": "alias", "meta": {"special": ["o2m"]}})
    relation = {"collection": "books", "field": "author", "related_collection": "authors"}
    await create_relation(
        engine, ADMIN, {**relation, "schema": {"on_delete": "SET NULL"}, "meta": {"one_field": "books"}}
    )
    await create(engine, ADMIN, "authors", [{"name": "A"}, {"name": "B"}])
    await create(engine, ADMIN, "books", [{"title": "x", "author": 1}, {"title": "y", "author": 2}])

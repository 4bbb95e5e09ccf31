"""A shop on a real database: books with an author (m2o), reviews (o2m), genres (m2m) and parts of any kind (m2a)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from rowcast.auth import SYSTEM
from rowcast.engine.engine import Engine
from rowcast.engine.model.collections import create_collections
from rowcast.engine.model.fields import create_field
from rowcast.engine.model.relations import create_relation
from rowcast.engine.settings import Settings
from rowcast.feed import Commit
from rowcast.store.open import open_store

KEY = {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}}


def field(name: str, kind: str, special: str | None = None, **schema: Any) -> dict[str, Any]:
    return {"field": name, "type": kind, "meta": {"special": [special]} if special else {}, "schema": schema}


def collection(name: str, *fields: dict[str, Any], key: dict[str, Any] = KEY, **meta: Any) -> dict[str, Any]:
    return {"collection": name, "meta": meta, "schema": {}, "fields": [key, *fields]}


COLLECTIONS = [
    collection(
        "authors",
        field("name", "string", is_nullable=False),
        field("email", "string", is_unique=True),
        field("active", "boolean", "cast-boolean", default_value=True),
    ),
    collection(
        "books",
        field("title", "string", is_nullable=False),
        field("pages", "integer"),
        field("sort", "integer"),
        field("author", "integer", "m2o"),
        sort_field="sort",
    ),
    collection("reviews", field("stars", "integer"), field("book", "integer"), field("sort", "integer")),
    collection(
        "genres",
        field("label", "string"),
        key={"field": "slug", "type": "string", "schema": {"is_primary_key": True}},
    ),
    collection("books_genres", field("books_id", "integer"), field("genres_slug", "string")),
    collection("letters", field("subject", "string")),
    collection("quotes", field("words", "text")),
    collection("photos", field("caption", "string")),
    collection(
        "letters_parts",
        field("letters_id", "integer"),
        field("item", "string"),
        field("collection", "string"),
        field("place", "integer"),
    ),
    collection(
        "stamps",
        field("label", "string"),
        field("made", "timestamp", "date-created"),
        field("changed", "timestamp", "date-updated"),
        field("maker", "uuid", "user-created"),
        field("serial", "uuid", "uuid"),
        field("secret", "hash", "hash"),
        field("hidden", "string", "conceal"),
        key={
            "field": "id",
            "type": "uuid",
            "meta": {"special": ["uuid"]},
            "schema": {"is_primary_key": True},
        },
    ),
    collection("quiet", field("label", "string"), accountability=None),
    collection("halfway", field("label", "string"), accountability="activity"),
    collection("site", field("heading", "string"), singleton=True),
]


def relation(many: str, name: str, related: str | None, on_delete: str | None, **meta: Any) -> dict[str, Any]:
    schema = {"on_delete": on_delete} if on_delete else None
    return {"collection": many, "field": name, "related_collection": related, "meta": meta, "schema": schema}


RELATIONS = [
    relation("books", "author", "authors", "SET NULL", one_field="books"),
    relation(
        "reviews", "book", "books", "CASCADE", one_field="reviews", sort_field="sort", one_deselect_action="delete"
    ),
    relation(
        "books_genres",
        "books_id",
        "books",
        "CASCADE",
        one_field="genres",
        junction_field="genres_slug",
        one_deselect_action="delete",
    ),
    relation("books_genres", "genres_slug", "genres", "CASCADE", one_field="books", junction_field="books_id"),
    relation(
        "letters_parts",
        "letters_id",
        "letters",
        "CASCADE",
        one_field="parts",
        sort_field="place",
        junction_field="item",
        one_deselect_action="delete",
    ),
    relation(
        "letters_parts",
        "item",
        None,
        None,
        one_collection_field="collection",
        one_allowed_collections=["quotes", "photos"],
        junction_field="letters_id",
    ),
]
ALIASES = [
    ("authors", "books", "o2m"),
    ("books", "reviews", "o2m"),
    ("books", "genres", "m2m"),
    ("genres", "books", "m2m"),
    ("letters", "parts", "m2a"),
]


class Shop:
    """The engine, and what one wants to see of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.commits: list[Commit] = []
        engine.on_commit(self.commits.append)

    async def rows(self, table: str, *columns: str, where: str = "1") -> list[tuple[Any, ...]]:
        """Columns of a table as they are stored, by key."""
        names = ",".join(f'"{name}"' for name in columns)
        return await self.engine.store.read(f'SELECT {names} FROM "{table}" WHERE {where} ORDER BY 1')

    async def revisions(self, table: str) -> list[tuple[int, str, dict[str, Any], dict[str, Any], int | None]]:
        """(id, item, data, delta, parent) of the revisions of a collection."""
        found = await self.rows(
            "directus_revisions", "id", "item", "data", "delta", "parent", where=f"collection='{table}'"
        )
        return [(i, item, msgspec.json.decode(d), msgspec.json.decode(e), parent) for i, item, d, e, parent in found]

    def events(self) -> list[tuple[str, str, list[Any]]]:
        """(collection, kind, keys) as they are announced, since the last call; without the program's own tables."""
        groups: dict[tuple[int, int, str, str], list[Any]] = {}
        for number, commit in enumerate(self.commits):
            for change in commit.changes:
                if not change.collection.startswith("directus_"):
                    groups.setdefault((number, change.unit, change.collection, change.kind.value), []).append(
                        change.key
                    )
        self.commits.clear()
        return [(name, kind, keys) for (_, _, name, kind), keys in groups.items()]


def opened(path: Path) -> Engine:
    return Engine(open_store(f"sqlite:///{path}"), Settings(secret="for tests only", max_batch_mutation=50))


async def build(path: Path) -> None:
    """The empty shop as a database file."""
    engine = opened(path)
    await engine.open()
    await create_collections(engine, SYSTEM, COLLECTIONS)
    for wanted in RELATIONS:
        await create_relation(engine, SYSTEM, wanted)
    for name, alias, special in ALIASES:
        await create_field(engine, SYSTEM, name, {"field": alias, "type": "alias", "meta": {"special": [special]}})
    await engine.close()

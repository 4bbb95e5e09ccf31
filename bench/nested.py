"""The data of the nested read: articles with their author, the author's country, and comments."""

from __future__ import annotations

from typing import Any

import httpx

PATH = "/items/articles?limit=20&fields=title,author.name,author.country.name,comments.text&sort=id"
KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
RELATIONS = (
    ("authors", "country", "countries", "authors"),
    ("articles", "author", "authors", "articles"),
    ("notes", "article", "articles", "comments"),
)


def field(name: str, kind: str = "string") -> dict[str, Any]:
    """A plain field."""
    return {"field": name, "type": kind, "meta": {}, "schema": {}}


def fill(admin: httpx.Client) -> None:
    """Make the collections and their rows."""

    def post(path: str, body: Any) -> None:
        admin.post(path, json=body).raise_for_status()

    for name, *others in (
        ("countries", field("name")),
        ("authors", field("name"), field("country", "integer")),
        ("articles", field("title"), field("author", "integer")),
        ("notes", field("text"), field("article", "integer")),
    ):
        post("/collections", {"collection": name, "meta": {}, "schema": {}, "fields": [KEY, *others]})
    for many, name, one, alias in RELATIONS:
        post("/fields/" + one, {"field": alias, "type": "alias", "meta": {"special": ["o2m"]}})
        meta = {"one_field": alias}
        post("/relations", {"collection": many, "field": name, "related_collection": one, "meta": meta, "schema": {}})
    post("/items/countries", [{"name": f"c{i}"} for i in range(5)])
    post("/items/authors", [{"name": f"a{i}", "country": i % 5 + 1} for i in range(20)])
    post("/items/articles", [{"title": f"t{i}", "author": i % 20 + 1} for i in range(100)])
    post("/items/notes", [{"text": f"x{i}", "article": i % 100 + 1} for i in range(300)])

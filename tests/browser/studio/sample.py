"""A project with some of everything, made over REST: what the Studio's pages are looked at with."""

from __future__ import annotations

from typing import Any

import httpx

KEY = {
    "field": "id",
    "type": "integer",
    "meta": {"hidden": True, "readonly": True, "interface": "input"},
    "schema": {"is_primary_key": True, "has_auto_increment": True},
}
STATES = [{"text": "Draft", "value": "draft"}, {"text": "Published", "value": "published"}]
LONG = "A very long value without an end in sight " * 12


def column(name: str, type_: str, interface: str, schema: dict[str, Any] | None = None, **meta: Any) -> dict[str, Any]:
    """A field as it is sent."""
    return {"field": name, "type": type_, "meta": {"interface": interface, **meta}, "schema": schema or {}}


ARTICLES = [
    KEY,
    column("title", "string", "input", required=True),
    column(
        "status", "string", "select-dropdown", {"default_value": "draft"}, options={"choices": STATES}, width="half"
    ),
    column("shown", "boolean", "boolean", {"default_value": False}, special=["cast-boolean"], width="half"),
    column("body", "text", "input-rich-text-md", note="Markdown"),
    column("words", "integer", "input"),
    column("due", "date", "datetime", width="half"),
    column("at", "timestamp", "datetime", width="half"),
    column("labels", "json", "tags", special=["cast-json"]),
    column("extra", "json", "input-code", special=["cast-json"]),
    column("colour", "string", "select-color"),
    column("score", "integer", "slider", options={"min": 0, "max": 10}),
    column("author", "integer", "select-dropdown-m2o", special=["m2o"]),
    column("date_created", "timestamp", "datetime", special=["date-created"], readonly=True, hidden=True),
]


def post(client: httpx.Client, path: str, body: Any) -> Any:
    """Make it; returns what was made."""
    answer = client.post(path, json=body)
    assert answer.status_code < 300, f"{path}: {answer.text}"
    return answer.json()["data"]


def build(client: httpx.Client) -> None:
    """Two related collections, a single item, and 120 rows, some of them long or empty."""
    name, email = (
        column("name", "string", "input", required=True),
        column("email", "string", "input", {"is_unique": True}),
    )
    post(client, "/collections", {"collection": "people", "meta": {}, "schema": {}, "fields": [KEY, name, email]})
    note = {"note": "What we publish"}
    post(client, "/collections", {"collection": "articles", "meta": note, "schema": {}, "fields": ARTICLES})
    home = {
        "collection": "home",
        "meta": {"singleton": True},
        "schema": {},
        "fields": [KEY, column("greeting", "string", "input")],
    }
    post(client, "/collections", home)
    one_field = {"one_field": "articles"}
    link = {"collection": "articles", "field": "author", "related_collection": "people", "meta": one_field}
    post(client, "/relations", {**link, "schema": {"on_delete": "SET NULL"}})
    post(
        client,
        "/fields/people",
        {"field": "articles", "type": "alias", "meta": {"interface": "list-o2m", "special": ["o2m"]}},
    )
    post(
        client,
        "/items/people",
        [{"name": each, "email": f"{each.lower()}@example.com"} for each in ("Ada", "Bo", "Cy")],
    )
    post(client, "/items/articles", [row(number) for number in range(120)])


def row(number: int) -> dict[str, Any]:
    """Every seventh is as long as can be, every fifth nearly empty."""
    if number % 5 == 4:
        return {"title": f"Article {number}"}
    title = f"Article {number} {LONG[:180] if number % 7 == 0 else ''}".strip()
    rest = {
        "status": "published",
        "shown": number % 2 == 0,
        "words": number * 11,
        "labels": ["a", "b"],
        "due": "2026-03-01",
    }
    return {"title": title, "author": number % 3 + 1, "body": LONG if number % 7 == 0 else "# Hello", **rest}

"""The data model by hand: fields of every type, relations of every kind, order, hiding, deleting, adopting."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import KEY, build, column, post

pytestmark = pytest.mark.browser
TYPES = {
    "Input": ("String", "Text", "Integer", "Big integer", "Float", "Decimal", "UUID"),
    "Toggle": ("Boolean",),
    "Date and time": ("Timestamp (with time zone)", "Date and time", "Date", "Time"),
    "JSON": ("JSON",),
    "Tags": ("Comma-separated list",),
    "Hashed secret": ("Hash",),
}
STORED = {
    "String": "string",
    "Text": "text",
    "Integer": "integer",
    "Big integer": "bigInteger",
    "Float": "float",
    "Decimal": "decimal",
    "UUID": "uuid",
    "Boolean": "boolean",
    "Timestamp (with time zone)": "timestamp",
    "Date and time": "dateTime",
    "Date": "date",
    "Time": "time",
    "JSON": "json",
    "Comma-separated list": "csv",
    "Hash": "hash",
}


def dialog(studio: Studio) -> Locator:
    return studio.page.get_by_role("dialog")


async def add_field(studio: Studio, name: str, interface: str, type_: str) -> None:
    await studio.button("Create field").first.click()
    await dialog(studio).get_by_label("Name").fill(name)
    await studio.choose(dialog(studio).get_by_label("Interface"), re.compile(f"^{interface}"))
    if interface != "Toggle":
        await studio.choose(dialog(studio).get_by_label("Type", exact=True), type_)
    await dialog(studio).get_by_role("button", name="Create field").click()
    await expect(dialog(studio)).to_have_count(0)


@pytest.mark.long
async def test_a_field_of_every_type(studio: Studio) -> None:
    with studio.server.client() as admin:
        post(admin, "/collections", {"collection": "all_types", "meta": {}, "schema": {}, "fields": [KEY]})
        await studio.log_in()
        await studio.open("/model/all_types")
        wanted = {}
        for interface, labels in TYPES.items():
            for label in labels:
                name = f"f_{STORED[label].lower()}"
                await add_field(studio, name, interface, label)
                wanted[name] = STORED[label]
        fields = admin.get("/fields/all_types").json()["data"]
    kinds = {each["field"]: each["type"] for each in fields if each["field"] != "id"}
    # SQLite's columns do not tell these from a float and from a text.
    apart = {name: kind for name, kind in kinds.items() if kind != wanted[name]}
    assert apart.items() <= {"f_decimal": "float", "f_uuid": "string"}.items()
    assert not studio.errors


async def test_names_are_checked_before_anything_is_sent(studio: Studio) -> None:
    await studio.log_in()
    await studio.open("/model")
    await studio.button("Create collection").click()
    for name, said in (("", "Enter a name"), ("9 lives", "Use letters"), ("directus_x", "taken by the system")):
        await dialog(studio).get_by_label("Name").fill(name)
        await dialog(studio).get_by_role("button", name="Create collection").click()
        await expect(dialog(studio).get_by_text(said)).to_be_visible()
    await studio.judge("model-bad-name")
    assert not studio.errors


async def relate(studio: Studio, kind: str, field: str, related: str | None, *allowed: str) -> None:
    await studio.button("Create relation").first.click()
    if kind != "Many to one":
        await studio.choose(dialog(studio).get_by_label("Kind"), re.compile(f"^{kind}"))
    await dialog(studio).get_by_label("Name of the field").fill(field)
    if related:
        await studio.choose(dialog(studio).get_by_label("Related collection"), related)
    for each in allowed:
        await studio.choose(dialog(studio).get_by_label("Collections it may hold"), each, several=True)
    await expect(dialog(studio).get_by_text("What will be created")).to_be_visible()
    await studio.judge(f"relation-{field}")
    await dialog(studio).get_by_role("button", name="Create relation").click()
    await expect(dialog(studio)).to_have_count(0)


@pytest.mark.long
async def test_relations_of_every_kind(studio: Studio) -> None:
    with studio.server.client() as admin:
        for name in ("books", "writers"):
            post(
                admin,
                "/collections",
                {"collection": name, "meta": {}, "schema": {}, "fields": [KEY, column("name", "string", "input")]},
            )
        await studio.log_in()
        await studio.open("/model/books")
        await relate(studio, "Many to one", "editor", "writers")
        await relate(studio, "One to many", "reviews", "writers")
        await relate(studio, "Many to many", "authors", "writers")
        await relate(studio, "Many to any", "blocks", None, "writers")
        relations = {(each["collection"], each["field"]): each for each in admin.get("/relations").json()["data"]}
        ada = post(admin, "/items/writers", {"name": "Ada"})["id"]
        nested = {"name": "B", "editor": ada, "authors": [{"writers_id": ada}], "reviews": [ada]}
        book = post(admin, "/items/books", {**nested, "blocks": [{"collection": "writers", "item": str(ada)}]})
        assert all(len(book[name]) == 1 for name in ("authors", "reviews", "blocks"))
    assert relations["books", "editor"]["related_collection"] == "writers"
    assert relations["writers", "books_id"]["meta"]["one_field"] == "reviews"
    assert relations["books_writers", "books_id"]["meta"]["junction_field"] == "writers_id"
    assert relations["books_blocks", "item"]["meta"]["one_allowed_collections"] == ["writers"]

    await studio.open(f"/content/books/{book['id']}")
    await expect(studio.page.get_by_role("main").get_by_role("link", name="Ada")).to_have_count(3)
    await studio.judge("item-with-relations")
    assert not studio.errors


async def test_order_hiding_and_deleting(studio: Studio) -> None:
    with studio.server.client() as admin:
        build(admin)
        await studio.log_in()
        await studio.open("/model/articles")
        rows = studio.page.get_by_role("main").get_by_role("listitem")
        async with studio.page.expect_response(lambda each: each.request.method == "PATCH"):
            await rows.nth(3).drag_to(rows.nth(1))
        await expect(rows.nth(1)).to_contain_text("shown")
        sort = {each["field"]: each["meta"]["sort"] for each in admin.get("/fields/articles").json()["data"]}
        assert sort["shown"] < sort["title"] < sort["status"]

        await studio.button("More about words").click()
        await studio.page.get_by_role("menuitem", name="Hide in forms").click()
        await expect(rows.filter(has_text="words")).to_contain_text("Hidden")
        await studio.button("More about words").click()
        await studio.page.get_by_role("menuitem", name="Delete field").click()
        await expect(dialog(studio)).to_contain_text("cannot be undone")
        await studio.judge("field-delete")
        await studio.button("Delete field").click()
        await expect(rows.filter(has_text="words")).to_have_count(0)

        await studio.button("More about this collection").click()
        await studio.page.get_by_role("menuitem", name="Delete collection").click()
        await expect(studio.button("Delete collection")).to_be_disabled()
        await studio.page.get_by_label("Type articles to confirm").fill("articles")
        await studio.judge("collection-delete")
        await studio.button("Delete collection").click()
        await studio.page.wait_for_url("**/admin/model")
        assert admin.get("/collections/articles").status_code == 403
    assert not studio.errors


def make_table(directory: Path) -> None:
    """As another program does, past the server."""
    with closing(sqlite3.connect(next(directory.rglob("*.db")))) as database:
        database.execute("CREATE TABLE stones (id INTEGER PRIMARY KEY, kind TEXT)")
        database.execute("INSERT INTO stones (kind) VALUES ('granite')")
        database.commit()


async def test_a_table_of_the_database_is_adopted(studio: Studio) -> None:
    make_table(studio.server.directory)
    with studio.server.client() as admin:
        admin.post("/utils/cache/clear").raise_for_status()
    await studio.log_in()
    await studio.open("/model")
    await studio.button("Adopt stones").click()
    stones = studio.page.get_by_role("navigation", name="Collections").get_by_role("link", name="Stones")
    await studio.follow(stones, "**/content/stones")
    await expect(studio.page.get_by_role("row").filter(has_text="granite")).to_be_visible()
    assert not studio.errors

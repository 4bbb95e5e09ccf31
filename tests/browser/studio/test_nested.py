"""What belongs to an item, filled in along with it: m2o, o2m, m2m, m2a, translations, formatted text, rules of a field."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import KEY, column, post
from tests.support.patience import until

pytestmark = pytest.mark.browser


def hidden(name: str, type_: str = "integer") -> dict[str, object]:
    return {"field": name, "type": type_, "meta": {"hidden": True}, "schema": {}}


def library(admin: httpx.Client) -> None:
    """Books with an editor (m2o), reviews (o2m), authors in their order (m2m) and blocks of two kinds (m2a)."""
    name = column("name", "string", "input", required=True)
    for each, fields in {
        "writers": [name],
        "texts": [column("body", "text", "input-multiline")],
        "reviews": [column("words", "string", "input"), hidden("books_id")],
        "books": [name, column("editor", "integer", "select-dropdown-m2o", special=["m2o"])],
    }.items():
        post(admin, "/collections", {"collection": each, "meta": {}, "schema": {}, "fields": [KEY, *fields]})
    lists = {"reviews": "o2m", "authors": "m2m", "blocks": "m2a"}
    for field, kind in lists.items():
        meta = {"interface": f"list-{kind}", "special": [kind]}
        post(admin, "/fields/books", {"field": field, "type": "alias", "meta": meta})
    between = [KEY, hidden("books_id"), hidden("sort")]
    for each, more in {
        "books_writers": [hidden("writers_id")],
        "books_blocks": [hidden("item", "string"), hidden("collection", "string")],
    }.items():
        table = {"collection": each, "meta": {"hidden": True}, "schema": {}, "fields": [*between, *more]}
        post(admin, "/collections", table)
    authors_meta = {"one_field": "authors", "junction_field": "writers_id", "sort_field": "sort"}
    relations: tuple[tuple[str, str, str, dict[str, str]], ...] = (
        ("books", "editor", "writers", {}),
        ("reviews", "books_id", "books", {"one_field": "reviews"}),
        ("books_writers", "writers_id", "writers", {"junction_field": "books_id"}),
        ("books_writers", "books_id", "books", authors_meta),
        ("books_blocks", "books_id", "books", {"one_field": "blocks", "junction_field": "item"}),
    )
    for collection, field, related, about in relations:
        body = {"collection": collection, "field": field, "related_collection": related, "meta": about}
        post(admin, "/relations", body)
    some = {
        "one_allowed_collections": ["texts", "writers"],
        "one_collection_field": "collection",
        "junction_field": "books_id",
    }
    post(admin, "/relations", {"collection": "books_blocks", "field": "item", "related_collection": None, "meta": some})
    post(admin, "/items/writers", [{"name": each} for each in ("Ada", "Bo", "Cy")])
    authors = [{"writers_id": 1, "sort": 1}, {"writers_id": 2, "sort": 2}]
    blocks = [{"collection": "texts", "item": {"body": "Once"}}]
    book = {"name": "A book", "editor": 3, "reviews": [{"words": "Fine"}], "authors": authors, "blocks": blocks}
    post(admin, "/items/books", book)


async def put(studio: Studio, label: str, text: str, action: str) -> None:
    """Fill a field of the open panel and close it by its action."""
    await studio.dialog().get_by_label(label).fill(text)
    await studio.dialog().get_by_role("button", name=action, exact=True).click()
    await expect(studio.dialog()).to_have_count(0)


async def test_everything_that_belongs_to_a_book_in_one_save(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        library(admin)
        await studio.log_in()
        await studio.open("/content/books/1")
        field = {name: page.locator(f"[data-field={name}]") for name in ("editor", "reviews", "authors", "blocks")}
        await studio.button("Edit the item of Editor").click()
        await put(studio, "Name", "Cyril", "Apply")
        await field["reviews"].get_by_role("button", name="Edit Fine").click()
        await put(studio, "Words", "Very fine", "Apply")
        await field["reviews"].get_by_role("button", name="New").click()
        await put(studio, "Words", "Long", "Add")
        await field["authors"].get_by_role("button", name="Move Bo up").click()
        await field["authors"].get_by_role("button", name="Edit Ada").click()
        await put(studio, "Name", "Ada L.", "Apply")
        await studio.choose(field["blocks"].get_by_label("Collection"), "Texts")
        await field["blocks"].get_by_role("button", name="New").click()
        await put(studio, "Body", "Twice", "Add")
        await field["blocks"].get_by_role("button", name="Edit Once").click()
        await put(studio, "Body", "Once upon", "Apply")
        await studio.judge("nested-edits")
        await page.keyboard.press("Control+s")
        await expect(page.get_by_text("Item saved", exact=True).first).to_be_visible()
        await expect(field["blocks"].get_by_text("Once upon")).to_be_visible()
        await expect(field["editor"].get_by_role("button", name="Editor: Cyril")).to_be_visible()
        await studio.judge("nested-saved")
        fields = "editor.name,reviews.words,authors.writers_id.name,authors.sort,blocks.item:texts.body"
        book = admin.get("/items/books/1", params={"fields": fields}).json()["data"]
    assert book["editor"] == {"name": "Cyril"}
    assert sorted(each["words"] for each in book["reviews"]) == ["Long", "Very fine"]
    assert {each["writers_id"]["name"]: each["sort"] for each in book["authors"]} == {"Bo": 1, "Ada L.": 2}
    assert [each["item"]["body"] for each in book["blocks"]] == ["Once upon", "Twice"]
    assert not studio.errors


async def test_a_new_item_with_a_new_one_in_it(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        library(admin)
        await studio.log_in()
        await studio.open("/content/books/+")
        await studio.button("New item for Editor").click()
        await studio.dialog().get_by_role("button", name="Add", exact=True).click()
        await expect(studio.dialog()).to_contain_text("Please fill this in.")
        await studio.judge("nested-error")
        await put(studio, "Name", "Di", "Add")
        await page.get_by_label("Name", exact=True).fill("New book")
        await studio.button("Create").click()
        await page.wait_for_url("**/content/books")
        books = admin.get("/items/books", params={"fields": "name,editor.name", "sort": "-id"}).json()["data"]
    assert books[0] == {"name": "New book", "editor": {"name": "Di"}}
    assert not studio.errors


async def test_texts_in_several_languages(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        fields = [KEY, column("title", "string", "input"), column("size", "integer", "input")]
        post(admin, "/collections", {"collection": "pages", "meta": {}, "schema": {}, "fields": fields})
        await studio.log_in()
        await studio.open("/model/pages")
        await studio.menu("More about this collection", "Translate texts …")
        await studio.button("Create translations").click()
        await expect(studio.dialog()).to_contain_text("Choose at least one field.")
        await studio.choose(studio.dialog().get_by_label("Fields to translate"), "Title", several=True)
        await studio.judge("translations-wizard")
        await studio.button("Create translations").click()
        await expect(studio.dialog()).to_have_count(0)

        post(admin, "/items/pages", {"title": "Home"})
        await studio.open("/content/pages/1")
        texts = page.locator("[data-field=translations]")
        for language, text in (("Deutsch", "Startseite"), ("Français", "Accueil")):
            await studio.choose(texts.get_by_label("Language of the texts"), language)
            await texts.get_by_label("Title").fill(text)
        await studio.judge("translations")
        await studio.button("Save").click()
        await expect(page.get_by_text("Item saved", exact=True).first).to_be_visible()
        await studio.choose(texts.get_by_label("Language of the texts"), "Deutsch")
        await texts.get_by_label("Title").fill("Anfang")
        await studio.button("Save").click()
        await expect(page.get_by_text("Item saved", exact=True).first).to_be_visible()
        await expect(studio.button("Save")).to_be_disabled()

        def found() -> dict[str, str]:
            wanted = {"fields": "translations.languages_code,translations.title"}
            texts = admin.get("/items/pages/1", params=wanted).json()["data"]["translations"]
            return {each["languages_code"]: each["title"] for each in texts}

        await until(lambda: found() == {"de-DE": "Anfang", "fr-FR": "Accueil"}, 0.05)
    assert not studio.errors


async def test_formatted_text_and_a_rule_with_its_own_words(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        body = column("body", "text", "input-rich-text-html")
        post(admin, "/collections", {"collection": "notes", "meta": {}, "schema": {}, "fields": [KEY, body]})
        await studio.log_in()
        await studio.open("/model/notes")
        await studio.button("Create field").click()
        panel = studio.dialog()
        await panel.get_by_label("Name").fill("short_code")
        await panel.get_by_text("Validation", exact=True).click()
        await panel.get_by_role("button", name="Condition").click()
        await studio.choose(panel.get_by_label("Operator"), "matches the pattern")
        await panel.get_by_label("Value", exact=True).fill("^[A-Z]{3}$")
        await panel.get_by_label("Message when it does not match").fill("Three capital letters, please.")
        await studio.judge("field-validation")
        await panel.get_by_role("button", name="Create field").click()
        await expect(panel).to_have_count(0)

        await studio.open("/content/notes/+")
        editor = page.get_by_role("textbox", name="Body")
        await editor.click()
        await page.keyboard.type("A word")
        await page.keyboard.press("Control+a")
        await studio.button("Bold").click()
        await page.get_by_label("Short Code", exact=True).fill("abc")
        await studio.button("Create").click()
        await expect(page.locator("[data-field=short_code]")).to_contain_text("Three capital letters, please.")
        await studio.judge("item-formatted")
        await page.get_by_label("Short Code", exact=True).fill("ABC")
        await studio.button("Create").click()
        await page.wait_for_url("**/content/notes")
        assert admin.get("/items/notes").json()["data"] == [
            {"id": 1, "body": "<p><strong>A word</strong></p>", "short_code": "ABC"}
        ]
    assert [each for each in studio.errors if "400" not in each] == []

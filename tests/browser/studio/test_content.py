"""Items by hand: forms with errors at the field, every widget, live forms, history, comments, copies and ways back."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import KEY, column, post
from tests.support.patience import until

pytestmark = pytest.mark.browser
OWNER = column("person", "integer", "select-dropdown-m2o", special=["m2o"])


async def test_errors_stand_at_their_field(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/people/+")
    await filled.button("Create").click()
    await expect(page.locator("[data-field=name]")).to_contain_text("Please fill this in.")
    await page.get_by_label("Name", exact=True).fill("Ada again")
    await page.get_by_label("Email", exact=True).fill("ada@example.com")
    await filled.button("Create").click()
    await expect(page.locator("[data-field=email]")).to_contain_text("has to be unique")
    await filled.judge("item-errors")
    await page.get_by_label("Email", exact=True).fill("again@example.com")
    await filled.button("Create").click()
    await page.wait_for_url("**/content/people")
    await expect(page.get_by_role("row").filter(has_text="Ada again")).to_be_visible()
    assert [each for each in filled.errors if "400" not in each] == []  # the browser tells of the refused request


async def test_every_widget_saves_what_was_entered(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles/2")
    await page.get_by_label("Title", exact=True).fill("By hand")
    await filled.choose(page.get_by_label("Status", exact=True), "Draft")
    await page.get_by_label("Shown", exact=True).click()
    await page.get_by_label("Words", exact=True).fill("12")
    await page.get_by_label("Due", exact=True).fill("2027-01-02")
    await page.get_by_label("At", exact=True).fill("2027-01-02T03:04:05")
    await page.get_by_label("Labels", exact=True).fill("new")
    await page.keyboard.press("Enter")
    await page.get_by_label("Extra", exact=True).fill('{"a": [1,')
    await filled.button("Save").click()
    await expect(page.locator("[data-field=extra]")).to_contain_text("not valid JSON")
    await page.get_by_label("Extra", exact=True).fill('{"a": [1, 2]}')
    await filled.choose(page.get_by_role("button", name=re.compile("^Author: ")), "Cy")
    await filled.button("Save").click()
    await expect(page.get_by_text("Item saved", exact=True).first).to_be_visible()
    with filled.server.client() as admin:
        item = admin.get("/items/articles/2").json()["data"]
    assert item["title"] == "By hand"
    assert (item["status"], item["shown"], item["words"], item["author"]) == ("draft", True, 12, 3)
    assert (item["due"], item["at"]) == ("2027-01-02", "2027-01-02T03:04:05.000Z")
    assert (item["labels"], item["extra"]) == (["a", "b", "new"], {"a": [1, 2]})

    await filled.button("History and comments").click()
    await filled.button("Restore").click()
    await (
        page.get_by_role("dialog")
        .filter(has_text="Restore this revision?")
        .get_by_role("button", name="Restore")
        .click()
    )
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Article 1")
    assert not filled.errors


async def test_the_form_follows_the_database_and_overwrites_nothing(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles/3")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.get_by_label("Title", exact=True).fill("Mine")
    with filled.server.client() as admin:
        admin.patch("/items/articles/3", json={"words": 777}).raise_for_status()
        await expect(page.get_by_label("Words", exact=True)).to_have_value("777")
        admin.patch("/items/articles/3", json={"title": "Theirs"}).raise_for_status()
        await expect(page.get_by_role("alert").filter(has_text="Title was changed by someone else")).to_be_visible()
        await expect(page.get_by_label("Title", exact=True)).to_have_value("Mine")
        await filled.judge("item-conflict")
        await filled.button("Take theirs").click()
        await expect(page.get_by_label("Title", exact=True)).to_have_value("Theirs")
        admin.delete("/items/articles/3").raise_for_status()
        await expect(page.get_by_role("alert").filter(has_text="This item was deleted")).to_be_visible()
    assert not filled.errors


async def test_relations_are_linked_and_unlinked(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/people/1")
    await page.get_by_role("button", name="Unlink Article 3", exact=True).click()
    await filled.button("Save").click()
    await expect(page.get_by_text("Item saved", exact=True).first).to_be_visible()
    await filled.choose(page.get_by_role("button", name="Link an item to Articles"), "Article 4")
    await filled.button("Save").click()
    await expect(page.get_by_role("main").get_by_role("link", name="Article 4", exact=True)).to_be_visible()
    await filled.button("New").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Made along")
    await filled.judge("nested-item")
    await dialog.get_by_role("button", name="Add").click()
    await page.keyboard.press("Control+s")
    await expect(page.get_by_role("main").get_by_role("link", name="Made along")).to_be_visible()
    with filled.server.client() as admin:

        def authors() -> dict[int, int | None]:
            return {each["id"]: each["author"] for each in admin.get("/items/articles?limit=6").json()["data"]}

        await until(lambda: (authors()[4], authors()[5]) == (None, 1), 0.05)
    assert not filled.errors


async def test_comments_appear_for_everybody(filled: Studio) -> None:
    await filled.open("/content/articles/5")
    await filled.button("History and comments").click()
    await filled.page.get_by_role("tab", name="Comments").click()
    await filled.page.get_by_label("Comment", exact=True).fill("Good.")
    await filled.button("Post comment").click()
    await expect(filled.page.get_by_text("Good.")).to_be_visible()
    with filled.server.client() as admin:
        admin.post("/comments", json={"collection": "articles", "item": "5", "comment": "Indeed."}).raise_for_status()
    await expect(filled.page.get_by_text("Indeed.")).to_be_visible()
    await filled.judge("item-comments")
    assert not filled.errors


async def test_a_save_and_a_deletion_are_taken_back(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles/6")
    await page.get_by_label("Title", exact=True).fill("By mistake")
    await page.keyboard.press("Control+s")
    await filled.undo("Item saved")
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Article 5")
    await filled.button("Delete item").click()
    await page.wait_for_url("**/content/articles")
    await expect(page.get_by_text("Item deleted", exact=True).first).to_be_visible()
    with filled.server.client() as admin:
        assert admin.get("/items/articles/6").status_code == 403
        await filled.undo("Item deleted")
        item = admin.get("/items/articles/6").json()["data"]
    assert (item["title"], item["words"], item["author"]) == ("Article 5", 55, 3)
    assert item["date_created"] is not None
    assert not filled.errors


async def test_a_copy_and_one_more(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles/2")
    await filled.menu("More about this item", "Create a copy")
    await expect(page.get_by_role("heading", name="New item in Articles")).to_be_visible()
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Article 1")
    await page.get_by_label("Title", exact=True).fill("A copy")
    await filled.menu("More about this item", re.compile("^Save and create another"))
    await expect(page.get_by_label("Title", exact=True)).to_have_value("")
    await filled.settle()
    await page.get_by_label("Title", exact=True).fill("Not kept")
    await page.get_by_role("navigation", name="Areas").get_by_role("link", name="Content").click()
    await expect(filled.dialog()).to_contain_text("Leave without saving?")
    await filled.judge("item-unsaved")
    await filled.button("Leave").click()
    await page.wait_for_url("**/admin/content")
    with filled.server.client() as admin:
        copies = admin.get("/items/articles", params={"filter[title][_eq]": "A copy"}).json()["data"]
    assert [(each["words"], each["status"]) for each in copies] == [(11, "published")]
    assert not filled.errors


async def test_what_cannot_be_brought_back_is_asked(filled: Studio) -> None:
    with filled.server.client() as admin:
        post(admin, "/collections", {"collection": "remarks", "meta": {}, "schema": {}, "fields": [KEY, OWNER]})
        link = {"collection": "remarks", "field": "person", "related_collection": "people"}
        post(admin, "/relations", {**link, "schema": {"on_delete": "CASCADE"}})
        post(admin, "/items/remarks", {"person": 1})
        await filled.open("/content/people/1")
        await filled.button("Delete item").click()
        await expect(filled.dialog()).to_contain_text("This cannot be undone.")
        await filled.judge("item-delete")
        await filled.button("Cancel").click()
        assert admin.get("/items/people/1").status_code == 200
        await filled.button("Delete item").click()
        await filled.dialog().get_by_role("button", name="Delete item").click()
        await filled.page.wait_for_url("**/content/people")
        assert admin.get("/items/remarks").json()["data"] == []
    assert not filled.errors

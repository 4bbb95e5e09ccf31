"""Items by hand: forms with errors at the field, live tables and forms, filters, many at once, history."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import build

pytestmark = pytest.mark.browser


@pytest.fixture
async def filled(studio: Studio) -> Studio:
    """Logged in, with the sample project."""
    with studio.server.client() as admin:
        build(admin)
    await studio.log_in()
    return studio


async def test_errors_stand_at_their_field(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/people/+")
    await filled.button("Create").click()
    await expect(page.locator("[data-field=name]")).to_contain_text("Please fill this in.")
    await page.get_by_label("Name").fill("Ada again")
    await page.get_by_label("Email").fill("ada@example.com")
    await filled.button("Create").click()
    await expect(page.locator("[data-field=email]")).to_contain_text("has to be unique")
    await filled.judge("item-errors")
    await page.get_by_label("Email").fill("again@example.com")
    await filled.button("Create").click()
    await page.wait_for_url("**/content/people")
    await expect(page.get_by_role("row").filter(has_text="Ada again")).to_be_visible()
    assert [each for each in filled.errors if "400" not in each] == []  # the browser tells of the refused request


async def test_every_widget_saves_what_was_entered(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles/2")
    await page.get_by_label("Title").fill("By hand")
    await filled.choose(page.get_by_label("Status"), "Draft")
    await page.get_by_label("Shown").click()
    await page.get_by_label("Words").fill("12")
    await page.get_by_label("Due").fill("2027-01-02")
    await page.get_by_label("At", exact=True).fill("2027-01-02T03:04:05")
    await page.get_by_label("Labels").fill("new")
    await page.keyboard.press("Enter")
    await page.get_by_label("Extra").fill('{"a": [1,')
    await filled.button("Save").click()
    await expect(page.locator("[data-field=extra]")).to_contain_text("not valid JSON")
    await page.get_by_label("Extra").fill('{"a": [1, 2]}')
    await filled.choose(page.get_by_role("button", name=re.compile("^Author: ")), "Cy")
    await filled.button("Save").click()
    await expect(page.get_by_text("Item saved", exact=True)).to_be_visible()
    with filled.server.client() as admin:
        item = admin.get("/items/articles/2").json()["data"]
    assert item["title"] == "By hand"
    assert (item["status"], item["shown"], item["words"], item["author"]) == ("draft", True, 12, 3)
    assert (item["due"], item["at"]) == ("2027-01-02", "2027-01-02T03:04:05.000Z")
    assert (item["labels"], item["extra"]) == (["a", "b", "new"], {"a": [1, 2]})

    await filled.button("History and comments").click()
    await filled.button("Bring back").click()
    await (
        page.get_by_role("dialog")
        .filter(has_text="Bring this revision back?")
        .get_by_role("button", name="Bring back")
        .click()
    )
    await expect(page.get_by_label("Title")).to_have_value("Article 1")
    assert not filled.errors


async def test_the_form_follows_the_database_and_overwrites_nothing(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles/3")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.get_by_label("Title").fill("Mine")
    with filled.server.client() as admin:
        admin.patch("/items/articles/3", json={"words": 777}).raise_for_status()
        await expect(page.get_by_label("Words")).to_have_value("777")
        admin.patch("/items/articles/3", json={"title": "Theirs"}).raise_for_status()
        await expect(page.get_by_role("alert")).to_contain_text("Title was changed by someone else")
        await expect(page.get_by_label("Title")).to_have_value("Mine")
        await filled.judge("item-conflict")
        await filled.button("Take theirs").click()
        await expect(page.get_by_label("Title")).to_have_value("Theirs")
        admin.delete("/items/articles/3").raise_for_status()
        await expect(page.get_by_role("alert")).to_contain_text("This item was deleted")
    assert not filled.errors


async def test_search_filter_sort_and_page(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles")
    await expect(page.get_by_text("120 items")).to_be_visible()
    await filled.button("Filter").click()
    await filled.button("Condition").click()
    await filled.choose(page.get_by_label("Field: ID"), "Author › Name")
    await page.get_by_label("Value").fill("Bo")
    await expect(page.get_by_text("32 items")).to_be_visible()
    await filled.judge("content-filtered")
    await page.get_by_role("columnheader", name="Words").get_by_role("button").click()
    await page.get_by_role("columnheader", name="Words").get_by_role("button").click()
    await expect(page.locator("tbody tr").first).to_contain_text("Article 118")
    await page.wait_for_timeout(500)
    await filled.settle()
    await page.reload()
    await expect(page.get_by_text("32 items")).to_be_visible()  # the address holds the filter, the preset the order
    await expect(page.locator("tbody tr").first).to_contain_text("Article 118")
    await page.get_by_label("Search", exact=True).fill("nothing like it")
    await expect(page.get_by_text("No item matches")).to_be_visible()
    await filled.button("Show all").click()
    await page.get_by_role("button", name="Page 3").click()
    await expect(page.locator("tbody tr")).to_have_count(20)
    assert not filled.errors


async def test_many_at_once_and_export(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles")
    for key in ("1", "2", "4"):
        await page.get_by_label(f"Select row {key}", exact=True).check()
    await filled.button("Edit").click()
    await page.get_by_role("switch", name="Words").click()
    await page.get_by_label("New Words").fill("5")
    await filled.judge("batch-edit")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_text("3 items changed", exact=True)).to_be_visible()

    await page.get_by_label("Select row 1", exact=True).check()
    await page.get_by_label("Select row 4", exact=True).check()
    await filled.button("Export").click()
    async with page.expect_download() as saved:
        await page.get_by_role("menuitem", name="As CSV").click()
    text = (await (await saved.value).path()).read_text()
    assert len(text.strip().splitlines()) == 3

    await filled.button("Delete").click()
    await filled.button("Delete 2 items").click()
    await expect(page.get_by_text("118 items")).to_be_visible()
    with filled.server.client() as admin:
        words = admin.get("/items/articles", params={"filter[words][_eq]": 5, "fields": "id"}).json()["data"]
    assert words == [{"id": 2}]
    assert not filled.errors


async def test_relations_are_linked_and_unlinked(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/people/1")
    await page.get_by_role("button", name="Unlink Article 3", exact=True).click()
    await filled.button("Save").click()
    await expect(page.get_by_text("Item saved", exact=True)).to_be_visible()
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
        authors = {each["id"]: each["author"] for each in admin.get("/items/articles?limit=6").json()["data"]}
    assert (authors[4], authors[5]) == (None, 1)
    assert not filled.errors


async def test_comments_appear_for_everybody(filled: Studio) -> None:
    await filled.open("/content/articles/5")
    await filled.button("History and comments").click()
    await filled.page.get_by_role("tab", name="Comments").click()
    await filled.page.get_by_label("Comment", exact=True).fill("Good.")
    await filled.button("Say it").click()
    await expect(filled.page.get_by_text("Good.")).to_be_visible()
    with filled.server.client() as admin:
        admin.post("/comments", json={"collection": "articles", "item": "5", "comment": "Indeed."}).raise_for_status()
    await expect(filled.page.get_by_text("Indeed.")).to_be_visible()
    await filled.judge("item-comments")
    assert not filled.errors


async def test_a_hundred_changes_a_second_leave_the_page_responsive(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    with filled.server.client() as admin:
        for number in range(200):
            admin.patch(f"/items/articles/{number % 50 + 1}", json={"words": 1000 + number})
        await page.get_by_label("Search", exact=True).fill("Article 11")
        await expect(page.get_by_text("11 items")).to_be_visible()
    assert not filled.errors

"""What one sees: a page that is on its way, texts of every script, a history in words, the lines of the diagram."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import KEY, STATES, column, post

pytestmark = pytest.mark.browser
ARABIC = "كيف تختار كتابا جيدا لقراءته هذا الصيف"
DIRECTION = "(each) => getComputedStyle(each).direction"
# Where the text of a cell begins, and whether it is cut off there.
START_SEEN = """(cell) => {
  const range = document.createRange()
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT, (each) => (each.data.trim() ? 1 : 2))
  const text = texts.nextNode()
  range.setStart(text, 0)
  range.setEnd(text, 1)
  const [letter, box] = [range.getBoundingClientRect(), cell.getBoundingClientRect()]
  return letter.left >= box.left && letter.right <= box.right
}"""


async def test_texts_run_as_their_script_does_and_history_speaks(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        fields = [
            KEY,
            column("title", "string", "input"),
            column("state", "string", "select-dropdown", options={"choices": STATES}),
            column("shown", "boolean", "boolean", special=["cast-boolean"]),
        ]
        post(admin, "/collections", {"collection": "books", "meta": {}, "schema": {}, "fields": fields})
        post(admin, "/items/books", {"title": f"{ARABIC} {ARABIC}", "state": "draft", "shown": True})
    await studio.log_in()
    await studio.open("/content/books")
    cell = studio.row(ARABIC).locator("td").nth(1)
    assert await cell.evaluate(DIRECTION) == "rtl"
    assert await cell.evaluate(START_SEEN)
    await studio.follow(studio.row(ARABIC).get_by_role("link"), "**/content/books/1")
    assert await page.get_by_role("heading", level=1).locator("span").first.evaluate(DIRECTION) == "rtl"
    assert await page.get_by_label("Title", exact=True).evaluate("(each) => getComputedStyle(each).unicodeBidi") == (
        "plaintext"
    )
    await studio.button("History and comments").click()
    await expect(studio.dialog().get_by_role("insertion").filter(has_text="Draft")).to_be_visible()
    await expect(studio.dialog().get_by_role("insertion").filter(has_text="Yes")).to_be_visible()
    await page.keyboard.press("Escape")

    # A page that is long on its way says so.
    let_go = asyncio.Event()

    async def slowly(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    await page.route("**/assets/RoleList-*", slowly)
    await page.get_by_label("Areas").get_by_role("link", name="Roles").click()
    await expect(page.locator("[data-loading]")).to_be_visible()
    let_go.set()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Roles")
    await expect(page.locator("[data-loading]")).to_have_count(0)
    assert not studio.errors


async def test_the_diagram_shows_what_leads_where(filled: Studio) -> None:
    page = filled.page
    with filled.server.client() as admin:
        fields = [KEY, column("article", "integer", "select-dropdown-m2o", special=["m2o"])]
        post(admin, "/collections", {"collection": "notes", "meta": {}, "schema": {}, "fields": fields})
        post(admin, "/relations", {"collection": "notes", "field": "article", "related_collection": "articles"})
    await filled.look("light", 380)
    await filled.open("/diagram")
    await filled.button("Show everything").click()
    line = page.locator('[data-line="articles.author.people"]')
    await expect(line).to_be_attached()
    assert " C " not in str(await line.get_attribute("d"))  # at right angles
    await page.locator("[data-box=people]").focus()
    await expect(line).to_contain_class("wanted")
    await expect(page.locator('[data-line="notes.article.articles"]')).to_contain_class("faint")
    await filled.judge("diagram-pointed")
    await page.locator("[data-box=people]").press("Enter")
    await page.wait_for_url("**/model/people")
    assert not filled.errors

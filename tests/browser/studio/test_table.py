"""The table of a collection: narrowed, sorted, looked at in a view that is remembered; many rows at once and the way back."""

from __future__ import annotations

import asyncio
import json
import re

import httpx
import pytest
from playwright.async_api import Route, expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import post
from tests.support.patience import until

pytestmark = pytest.mark.browser
FILTERS = (
    ("Title", "starts with", "Article 11", 11),
    ("Words", "is at least", "1000", 23),
    ("Words", "is null", None, 24),
    ("Shown", "equals", "Yes", 48),
    ("Due", "is less than", "2026-04-01", 96),
    ("Author › Name", "equals", "Bo", 32),
    ("Date Created (year)", "is greater than", "2000", 120),
)


async def condition(studio: Studio, field: str, operator: str, value: str | None) -> None:
    """The first condition of the filter, as a person chooses it."""
    page = studio.page
    await page.get_by_label(re.compile("^Field: ")).last.click()
    entry = page.get_by_role("option", name=field, exact=True)
    await page.get_by_role("listbox").get_by_placeholder("Search").fill(field)
    await entry.click()
    await expect(entry).to_have_count(0)
    if operator != await page.get_by_label("Operator").last.inner_text():
        await studio.choose(page.get_by_label("Operator").last, operator)
    if value in ("Yes", "No"):
        await studio.choose(page.get_by_label("Value").last, value)
    elif value is not None:
        await page.get_by_label("Value").last.fill(value)


async def kept(studio: Studio, words: str) -> None:
    """Wait until the view is stored that has these words in it."""
    with studio.server.client() as admin:
        await until(lambda: words in admin.get("/presets").text, 0.05)


async def test_search_sort_and_an_address_that_remembers(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles")
    await expect(page.get_by_text("120 items", exact=True)).to_be_visible()
    await filled.button("Filter").click()
    await filled.button("Condition").click()
    await condition(filled, "Author › Name", "equals", "Bo")
    await expect(page.get_by_text("32 items")).to_be_visible()
    await filled.judge("content-filtered")
    words = page.get_by_role("columnheader", name="Words").get_by_role("button")
    await words.click()
    await words.click()
    await expect(page.locator("tr[data-key]").first).to_contain_text("Article 118")
    await kept(filled, '"-words"')
    await page.reload()
    await expect(page.get_by_text("32 items")).to_be_visible()  # the address holds the filter, the preset the order
    await expect(page.locator("tr[data-key]").first).to_contain_text("Article 118")
    await page.get_by_label("Search", exact=True).fill("nothing like it")
    await expect(page.get_by_text("No item matches")).to_be_visible()
    await filled.judge("content-no-match")
    await filled.button("Show all").click()
    await expect(page.get_by_text("120 items")).to_be_visible()
    assert not filled.errors


async def test_a_filter_for_every_kind_of_field(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles")
    await filled.button("Filter").click()
    await filled.button("Condition").click()
    for field, operator, value, count in FILTERS:
        await condition(filled, field, operator, value)
        await expect(page.get_by_text(f"{count} items", exact=True)).to_be_visible()
    await page.get_by_role("switch", name="As JSON").click()
    await page.get_by_label("Filter as JSON").fill('{"words": {"_gt":')
    await expect(page.get_by_text("not a valid JSON object yet")).to_be_visible()
    await filled.judge("filter-broken-json")
    await page.get_by_label("Filter as JSON").fill('{"words": {"_gt": 1290}}')
    await expect(page.get_by_text("1 item", exact=True)).to_be_visible()
    assert not filled.errors


async def test_some_and_none_of_a_list(filled: Studio) -> None:
    page = filled.page
    with filled.server.client() as admin:
        post(admin, "/items/people", {"name": "Nobody's"})
    await filled.open("/content/people")
    await filled.button("Filter").click()
    await filled.button("Condition").click()
    await condition(filled, "Articles › Words", "is at least", "0")
    await expect(page.get_by_text("3 items", exact=True)).to_be_visible()
    await filled.choose(page.get_by_label("Of the list"), "no item")
    await expect(page.get_by_text("1 item", exact=True)).to_be_visible()
    await condition(filled, "Articles (count)", "equals", "32")
    await expect(page.get_by_text("3 items", exact=True)).to_be_visible()
    assert not filled.errors


async def test_columns_are_chosen_moved_resized_and_remembered(filled: Studio) -> None:
    page = filled.page
    heads = page.get_by_role("columnheader")
    await filled.open("/content/articles")
    await filled.button("Columns").click()
    await page.get_by_role("checkbox", name="Body").uncheck()
    await page.get_by_role("checkbox", name="Score").check()
    await filled.button("Score further to the left").click()
    await filled.judge("columns")
    await page.keyboard.press("Escape")
    handle = page.get_by_role("separator", name="Width of Title")
    before = int(await handle.get_attribute("aria-valuenow") or 0)
    await handle.focus()
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    await expect(handle).to_have_attribute("aria-valuenow", str(before + 48))
    await kept(filled, str(before + 48))
    names = await heads.all_inner_texts()
    await page.reload()
    await filled.settle()
    assert await heads.all_inner_texts() == names
    assert "Score" in "".join(names)
    assert "Body" not in "".join(names)
    await expect(handle).to_have_attribute("aria-valuenow", str(before + 48))
    assert not filled.errors


async def test_saved_views(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles")
    await page.get_by_label("Search", exact=True).fill("Article 11")
    await expect(page.get_by_text("11 items")).to_be_visible()
    await filled.menu("Saved views", "Save this view …")
    await filled.dialog().get_by_role("button", name="Save").click()
    await expect(filled.dialog()).to_contain_text("Enter a name.")
    await filled.dialog().get_by_label("Name").fill("Elevens")
    await filled.judge("view-save")
    await filled.dialog().get_by_role("button", name="Save").click()
    await expect(filled.dialog()).to_have_count(0)
    await page.get_by_label("Search", exact=True).fill("")
    await expect(page.get_by_text("120 items")).to_be_visible()
    await filled.button("Saved views").click()
    await page.get_by_role("menuitemcheckbox", name="Elevens").click()
    await expect(page.get_by_text("11 items")).to_be_visible()
    await filled.menu("Saved views", "Delete “Elevens”")
    await expect(page.get_by_text("View deleted", exact=True).first).to_be_visible()
    await filled.undo("View deleted")
    with filled.server.client() as admin:
        kept = admin.get("/presets", params={"filter[bookmark][_nnull]": "true"}).json()["data"]
    assert [(each["bookmark"], each["search"]) for each in kept] == [("Elevens", "Article 11")]
    assert not filled.errors


async def test_many_at_once_and_the_way_back(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles")
    for key in ("1", "2", "4"):
        await page.get_by_label(f"Select row {key}", exact=True).check()
    await filled.button("Edit").click()
    await page.get_by_role("switch", name="Words").click()
    await page.get_by_label("New Words").fill("5")
    await filled.judge("batch-edit")
    await filled.dialog().get_by_role("button", name="Save").click()
    await expect(page.get_by_text("3 items changed", exact=True)).to_be_visible()
    with filled.server.client() as admin:
        assert len(fives(admin)) == 3
        await filled.undo("3 items changed")
        assert fives(admin) == []
        await page.get_by_label("Select row 1", exact=True).click()
        await page.get_by_label("Select row 4", exact=True).click(modifiers=["Shift"])
        await expect(page.get_by_text("4 selected")).to_be_visible()
        await filled.judge("selected")
        await filled.button("Delete").click()
        await expect(page.get_by_text("116 items", exact=True)).to_be_visible()
        await filled.undo("4 items deleted")
        await expect(page.get_by_text("120 items", exact=True)).to_be_visible()
        rows = admin.get("/items/articles", params={"filter[id][_in]": "1,2,3,4", "fields": "words,author"}).json()
    assert rows["data"] == [{"words": n * 11, "author": n % 3 + 1} for n in range(4)]
    assert not filled.errors


def fives(admin: httpx.Client) -> list[object]:
    found: list[object] = admin.get("/items/articles", params={"filter[words][_eq]": 5}).json()["data"]
    return found


async def test_every_form_of_export(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/articles")
    await page.get_by_label("Select row 1", exact=True).check()
    await page.get_by_label("Select row 4", exact=True).check()
    texts = {}
    for form in ("CSV", "JSON", "XML", "YAML"):
        await filled.button("Export and import").click()
        async with page.expect_download() as saved:
            await page.get_by_role("menuitem", name=f"As {form}").click()
        texts[form] = (await (await saved.value).path()).read_text()
    assert len(texts["CSV"].strip().splitlines()) == 3
    assert [each["title"][:9] for each in json.loads(texts["JSON"])] == ["Article 0", "Article 3"]
    assert texts["XML"].startswith("<?xml")
    assert "title: Article 3" in texts["YAML"]
    assert not filled.errors


async def test_an_import_shows_its_progress_and_its_errors(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/people")
    await filled.menu("Export and import", "Import a file …")
    chosen = filled.dialog().locator("input[type=file]")

    async def give(text: str) -> None:
        await chosen.set_input_files({"name": "rows.csv", "mimeType": "text/csv", "buffer": text.encode()})

    await give("name,nonsense\nX,1\n")
    await expect(filled.dialog().get_by_role("alert").filter(has_text="nonsense")).to_be_visible()
    await filled.judge("import-unknown")
    await give("name,email\n" + "".join(f"P{n},p{n}@example.com\n" for n in range(600)) + "Twice,p1@example.com\n")
    await expect(filled.dialog().get_by_role("region", name="The first rows")).to_contain_text("p3@example.com")
    await filled.judge("import-ready")
    await filled.button("Import 601 rows").click()
    await expect(filled.dialog().get_by_role("alert").filter(has_text="500 rows are stored")).to_be_visible()
    await filled.judge("import-failed")
    await filled.button("Cancel").click()
    await expect(page.get_by_text("503 items", exact=True)).to_be_visible()
    assert [each for each in filled.errors if "400" not in each] == []


async def test_long_work_can_be_stopped(filled: Studio) -> None:
    page = filled.page
    with filled.server.client() as admin:
        for _ in range(3):
            post(admin, "/items/articles", [{"title": "more"} for _ in range(1000)])
    stopped, parts = asyncio.Event(), list[str]()

    async def hold(route: Route) -> None:
        """The second part of a deletion waits until nobody wants more of them."""
        if route.request.method == "DELETE":
            parts.append(route.request.url)
            if len(parts) > 1:
                await stopped.wait()
        await route.continue_()

    await page.route("**/items/articles", hold)
    await filled.open("/content/articles")
    await page.get_by_label("Select all rows").click()
    await expect(page.get_by_text("3,120 selected")).to_be_visible()
    await filled.button("Delete").click()
    await filled.button("Delete 3,120 items").click()
    await expect(filled.dialog().get_by_role("progressbar")).to_be_visible()
    await filled.judge("working", answered=False)
    await filled.button("Stop").click()
    stopped.set()
    await expect(filled.dialog()).to_have_count(0)
    with filled.server.client() as admin:
        left = int(admin.get("/items/articles", params={"aggregate[count]": "*"}).json()["data"][0]["count"])
    assert 0 < left < 3120
    await expect(page.get_by_text(f"{left:,} items", exact=True)).to_be_visible()
    assert not filled.errors

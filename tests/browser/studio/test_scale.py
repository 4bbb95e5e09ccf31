"""Much of everything: 100 000 rows under the wheel, 100 changes a second, 300 collections, 300 fields. Counted, not timed."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import expect
from websockets.asyncio.client import connect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import KEY, LONG, column, post
from tests.support.server import ADMIN_TOKEN, Server

pytestmark = pytest.mark.browser
ROWS, HEIGHT = 100_000, 37
MUCH = ("/content", "/model", "/diagram", "/model/wide", "/content/wide", "/content/wide/1", "/content/wide/+")
TEXT = "the quick brown fox jumps over the lazy dog"


def fill(studio: Studio) -> None:
    """A hundred thousand rows, written as another program does."""
    with studio.server.client() as admin:
        fields = [KEY, column("name", "string", "input"), column("size", "integer", "input")]
        post(admin, "/collections", {"collection": "many", "meta": {}, "schema": {}, "fields": fields})
    with closing(sqlite3.connect(next(studio.server.directory.rglob("*.db")))) as database:
        rows = ((number, f"Name {number}", number % 97) for number in range(1, ROWS + 1))
        database.executemany("INSERT INTO many (id, name, size) VALUES (?, ?, ?)", rows)
        database.commit()


async def test_a_hundred_thousand_rows_scroll_without_a_dropped_turn(studio: Studio) -> None:
    await asyncio.to_thread(fill, studio)
    page = studio.page
    await studio.log_in()
    await studio.open("/content/many")
    await expect(page.get_by_text("100,000 items")).to_be_visible()
    table = page.get_by_role("region", name="Many: rows")
    await table.hover()
    for _ in range(150):
        await page.mouse.wheel(0, 10 * HEIGHT)
    await page.wait_for_function(
        "(top) => document.querySelector('[role=region]').scrollTop === top", arg=1500 * HEIGHT
    )
    await expect(page.locator('tr[data-index="1510"]')).to_contain_text("Name 1511")
    await studio.judge("many-rows")
    assert await page.locator("tr[data-key]").count() < 100  # only what is seen is drawn
    await table.focus()
    await page.keyboard.press("End")
    await expect(page.locator(f'tr[data-index="{ROWS - 1}"]')).to_contain_text("Name 100000")
    await page.locator(f'tr[data-index="{ROWS - 20}"] a').focus()
    for _ in range(60):
        await page.keyboard.press("ArrowUp")
    await expect(page.locator(f'tr[data-index="{ROWS - 80}"] a')).to_be_focused()
    assert not studio.errors


async def test_going_back_leads_to_the_same_place(studio: Studio) -> None:
    await asyncio.to_thread(fill, studio)
    page = studio.page
    await studio.log_in()
    await studio.open("/content/many")
    await page.get_by_role("region", name="Many: rows").hover()
    await page.mouse.wheel(0, 5000 * HEIGHT)
    await studio.follow(page.locator('tr[data-index="5010"]').get_by_role("link"), "**/content/many/*")
    await expect(page.get_by_role("heading", name="Name 5011")).to_be_visible()
    await studio.button("Back").or_(page.get_by_role("link", name="Back")).first.click()
    await expect(page.locator('tr[data-index="5010"]')).to_be_in_viewport()
    assert not studio.errors


COUNT = """() => {
  window.drawn = 0
  const seen = { subtree: true, childList: true, characterData: true }
  new MutationObserver(() => { window.drawn += 1 }).observe(document.querySelector('table'), seen)
}"""


async def test_a_hundred_changes_a_second_leave_the_page_responsive(filled: Studio) -> None:
    """Every key that is pressed meanwhile arrives, the last state is shown, and there are far fewer drawings than changes."""
    page = filled.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/items/articles" in request.url else None)
    await filled.open("/content/articles")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.evaluate(COUNT)
    asked.clear()
    typed, search = asyncio.Event(), page.get_by_label("Search", exact=True)
    storm = asyncio.create_task(change(filled.server, typed))
    for _ in range(4):
        await search.press_sequentially(TEXT, delay=20)
        await expect(search).to_have_value(TEXT)
        await search.fill("")
    typed.set()
    changes = await storm
    await expect(page.locator('tr[data-key="1"]')).to_contain_text(str(1000 + changes - 50))
    assert await page.evaluate("window.drawn") < changes / 2
    assert len(asked) < changes / 5
    assert not filled.errors


async def change(server: Server, enough: asyncio.Event) -> int:
    """A hundred a second, sent fifty at once so that no slow machine makes them few; at least 500, and until it is enough."""
    number, clock = 0, asyncio.get_running_loop()
    async with connect(f"{server.socket}?access_token={ADMIN_TOKEN}", proxy=None) as ws:
        while number < 500 or not enough.is_set():
            begun = clock.time()
            for key in range(1, 51):
                ask = {"type": "items", "action": "update", "collection": "articles", "id": key, "uid": key}
                await ws.send(json.dumps({**ask, "data": {"words": 1000 + number}, "query": {"fields": ["id"]}}))
                number += 1
            for _ in range(50):
                assert json.loads(await ws.recv())["type"] == "items"
            await asyncio.sleep(max(0.0, 0.4 - (clock.time() - begun)))
    return number


def fill_much(studio: Studio) -> None:
    """Three hundred collections, made as another program does, and one of three hundred fields."""
    with closing(sqlite3.connect(next(studio.server.directory.rglob("*.db")))) as database:
        for name in (f"table_{number:03}" for number in range(300)):
            database.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL)")
            database.execute("INSERT INTO directus_collections (collection) VALUES (?)", (name,))
            about = (name, "id", "input", True, True)
            database.execute(
                "INSERT INTO directus_fields (collection, field, interface, hidden, readonly) VALUES (?, ?, ?, ?, ?)",
                about,
            )
        database.commit()
    with studio.server.client() as admin:
        admin.post("/utils/cache/clear").raise_for_status()
        wide = [KEY, *(column(f"field_{number}", "string", "input") for number in range(300))]
        post(admin, "/collections", {"collection": "wide", "meta": {"note": LONG[:200]}, "schema": {}, "fields": wide})
        post(admin, "/items/wide", [{f"field_{number}": LONG[:250] for number in range(0, 300, 3)}, {}])
        assert len(admin.get("/collections").json()["data"]) > 300


@pytest.mark.long
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 380)])
async def test_three_hundred_collections_and_fields(studio: Studio, scheme: str, width: int) -> None:
    await asyncio.to_thread(fill_much, studio)
    await studio.log_in()
    await studio.look(scheme, width)
    for path in MUCH:
        await studio.open(path)
        await studio.judge(f"much{path.replace('/', '-').replace('+', 'new')}-{scheme}")
    assert not studio.errors


async def test_one_of_three_hundred_is_found(studio: Studio) -> None:
    page = studio.page
    await asyncio.to_thread(fill_much, studio)
    await studio.log_in()
    await studio.open("/content/wide")
    await studio.button("Filter").click()
    await studio.button("Condition").click()
    await page.get_by_label("Field: ID").click()
    await page.get_by_role("listbox").get_by_placeholder("Search").fill("Field 29")
    await expect(page.get_by_role("option")).to_have_count(11)
    await studio.shot("much-filter")
    await studio.open("/diagram")
    await page.get_by_role("button", name="Find a collection").click()
    await page.get_by_role("listbox").get_by_placeholder("Search").fill("Table 170")
    await page.get_by_role("option", name="Table 170", exact=True).click()
    await expect(page.locator("[data-box=table_170]")).to_be_in_viewport()
    await studio.button("Show everything").click()
    await studio.judge("much-diagram-whole")
    assert not studio.errors

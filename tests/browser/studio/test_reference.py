"""The API reference: found, tried, copied; by the rights of the one who looks. And the keys that lead there."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import build

pytestmark = pytest.mark.browser


async def test_an_operation_is_tried(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
    await studio.log_in()
    await studio.open("/reference")
    await page.get_by_label("Find an operation").fill("get /items/articles")
    await studio.follow("List items", "**/reference?*operation=*")
    await page.get_by_label("limit", exact=True).fill("2")
    await page.get_by_label("fields", exact=True).fill("title")
    await studio.button("Try it").click()
    await expect(page.get_by_role("status").filter(has_text="Answered")).to_be_visible()
    await expect(page.get_by_label("The answer")).to_contain_text('"title"')
    await expect(page.get_by_label("Code to copy").last).to_contain_text("limit=2")
    await studio.judge_looks("reference-tried")
    await page.get_by_label("fields", exact=True).fill("nonsense")
    await studio.button("Try it").click()
    await expect(page.get_by_role("status").filter(has_text="Refused")).to_be_visible()
    await expect(page.get_by_label("The answer")).to_contain_text("FORBIDDEN")
    studio.errors.clear()  # the refusal is in the console of every browser
    await studio.open("/reference?operation=createItemsArticles")
    await studio.choose(page.get_by_label("Programming language"), "Python")
    await expect(page.get_by_label("Code to copy").last).to_contain_text("httpx.request")
    await studio.judge_looks("reference-create")
    assert not studio.errors


async def test_keys(studio: Studio) -> None:
    page = studio.page
    await studio.log_in()
    await studio.settle()
    await page.keyboard.press("g")
    await page.keyboard.press("i")
    await page.wait_for_url("**/admin/reference")
    await studio.settle()
    await page.keyboard.press("/")
    await expect(page.get_by_label("Find an operation")).to_be_focused()
    await page.keyboard.type("gm")
    await expect(page).to_have_url(f"{studio.server.base}/admin/reference")
    await page.get_by_role("heading", name="API reference").click()
    await page.keyboard.press("Shift+?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await studio.settle()
    await studio.judge_looks("shortcuts")
    await page.get_by_role("switch", name="Shortcuts of single keys").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("g")
    await page.keyboard.press("m")
    await studio.still()
    await expect(page).to_have_url(f"{studio.server.base}/admin/reference")
    assert not studio.errors


async def test_save_by_key(studio: Studio) -> None:
    page = studio.page
    await studio.log_in()
    await studio.open("/settings")
    await page.get_by_label("Name", exact=True).fill("Kiosk")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("Settings saved", exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name="Kiosk: to the content").first).to_be_visible()
    assert not studio.errors


async def test_past_the_navigation_by_key(studio: Studio) -> None:
    page = studio.page
    await studio.log_in()
    await studio.open("/settings")
    await page.keyboard.press("Tab")
    await expect(studio.button("Skip to the page")).to_be_focused()
    await studio.judge("skip")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert not studio.errors

"""The project's settings: seen by everybody, refused with a reason."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio

pytestmark = pytest.mark.browser
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A picture of one pixel."""


async def test_the_project(studio: Studio) -> None:
    page = studio.page
    await studio.log_in()
    await studio.open("/settings")
    await page.get_by_label("Name", exact=True).fill("Kiosk")
    await page.get_by_label("Note on the login page").fill("Ask Ann for an account.")
    await page.locator("input[type=file]").set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": DOT})
    await expect(page.get_by_role("link", name="logo")).to_be_visible()
    await page.get_by_role("switch", name="Anyone may register").click()
    await studio.choose(page.get_by_label("Passwords"), "At least 8 characters")
    await studio.button("Save").click()
    await expect(page.get_by_text("Settings saved", exact=True)).to_be_visible()
    await studio.judge_looks("settings")
    await page.get_by_label("Attempts before an account is suspended").fill("99999999999999999999")
    await studio.button("Save").click()
    await expect(page.get_by_text("This number is out of range.", exact=True)).to_be_visible()
    studio.errors.clear()
    await studio.context.clear_cookies()
    await page.evaluate("localStorage.clear()")
    await studio.open("/login")
    await expect(page.get_by_text("Ask Ann for an account.")).to_be_visible()
    await expect(page.get_by_role("link", name="Create an account")).to_be_visible()
    await expect(page.get_by_role("heading", name="Kiosk")).to_be_visible()
    assert await page.locator("img").evaluate("each => each.complete && each.naturalWidth") == 1, (
        "everybody sees the logo"
    )
    await studio.judge_looks("login-of-a-project")
    assert not studio.errors

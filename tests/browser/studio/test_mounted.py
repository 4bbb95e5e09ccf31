"""The Studio of an application that is mounted below a path of another: pages, files, requests and the socket."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.browser.studio.conftest import PATIENCE
from tests.server.extend.conftest import ADMIN, furnish, made
from tests.server.extend.test_mount import in_fastapi, served

pytestmark = pytest.mark.browser


async def test_below_a_path(browser: Browser, tmp_path: Path) -> None:
    app = made(tmp_path, admin_email="ann@example.com", rowcast_studio_dir=os.environ.get("ROWCAST_STUDIO_DIR"))
    async with (
        served(in_fastapi(app)) as address,
        httpx.AsyncClient(base_url=f"http://{address}/data", headers=ADMIN) as api,
    ):
        await furnish(api)
        await api.post("/items/messages", json={"text": "there before"})
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(f"http://{address}/data/admin/content/messages")
        await page.get_by_label("E-mail address").fill("ann@example.com")
        await page.get_by_label("Password", exact=True).fill("pw")
        await page.get_by_role("button", name="Log in").click()
        await page.wait_for_url(f"http://{address}/data/admin/content/messages")
        await expect(page.get_by_text("there before")).to_be_visible()
        await api.post("/items/messages", json={"text": "just now"})
        await expect(page.get_by_text("just now")).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("just now")).to_be_visible()
        await page.goto(f"http://{address}/data/admin")
        await page.wait_for_url(f"http://{address}/data/admin/content")
        await page.close()

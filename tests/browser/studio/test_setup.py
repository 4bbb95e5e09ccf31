"""The first minute: from the printed address to an administrator who is logged in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that waits for its administrator."""
    with Server(tmp_path, ROWCAST_SETUP="page", ADMIN_EMAIL="", ADMIN_PASSWORD="", ADMIN_TOKEN="") as running:
        yield running


async def test_the_first_administrator(studio: Studio) -> None:
    page = studio.page
    await studio.open("/content")
    await expect(page.get_by_role("heading", name="Set up")).to_be_visible()
    await page.get_by_label("Set-up code").fill("AAAA-AAAA-AAAA-AAAA")
    await page.get_by_label("E-mail address").fill("ann@example.com")
    await page.get_by_label("Password", exact=True).fill("secret-ann")
    await studio.button("Create the administrator").click()
    await expect(page.get_by_role("alert").filter(has_text="not the code")).to_be_visible()
    await studio.judge_looks("setup-wrong-code")
    studio.errors.clear()  # the refusal is in the console of every browser

    address = next(line.split()[-1] for line in studio.server.greeting.splitlines() if line.startswith("  Set up"))
    await page.goto(address)
    await studio.settle()
    await studio.judge_looks("setup")
    await page.get_by_label("Name of the project").fill("Library")
    await page.get_by_label("First name").fill("Ann")
    await page.get_by_label("E-mail address").fill("ann@example.com")
    await page.get_by_label("Password", exact=True).fill("secret-ann")
    await studio.button("Create the administrator").click()
    await page.wait_for_url("**/admin/model")
    with studio.server.client(None) as anybody:
        assert anybody.get("/server/info").json()["data"]["project"]["project_name"] == "Library"
    await page.goto(address)
    await page.wait_for_url("**/admin/content")
    assert not studio.errors

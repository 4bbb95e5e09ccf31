"""What comes in between: a form that is left half filled in, a session that ends, a server that goes away and comes back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Error, Route, expect

from tests.browser.studio.conftest import Studio
from tests.support.server import ADMIN_PASSWORD, Server, lasting_port

pytestmark = pytest.mark.browser
FORMS = (
    ("/content/home", "Greeting"),
    ("/content/people/1", "Name"),
    ("/users/+", "First name"),
    ("/account", "First name"),
    ("/settings", "Name"),
)


@pytest.fixture
def server(tmp_path: Path, begun: Callable[[bool], Path]) -> Iterator[Server]:
    """One with the sample project, that can be started again where it was."""
    shutil.copytree(begun(True), tmp_path / "data")
    with Server(tmp_path, "--port", str(lasting_port())) as running:
        yield running


async def go(studio: Studio, collection: str) -> None:
    """To a collection by its link at the side."""
    menu = studio.page.get_by_role("navigation", name="Collections")
    await menu.get_by_role("link", name=collection, exact=True).click()


async def test_an_edited_form_is_not_left_unasked(filled: Studio) -> None:
    page = filled.page
    for path, label in FORMS:
        await filled.open(path)
        field = page.get_by_role("main").get_by_label(label, exact=True)
        before = await field.input_value()
        await field.fill("Not kept")
        await go(filled, "Articles")
        await expect(filled.dialog()).to_contain_text("Leave without saving?")
        await filled.button("Cancel").click()
        await expect(filled.dialog()).to_have_count(0)
        await expect(field).to_have_value("Not kept")
        await field.fill(before)
        await go(filled, "Articles")
        await page.wait_for_url("**/content/articles")
    assert not filled.errors


async def test_one_item_after_the_other_is_another_page(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/people/1")
    await page.get_by_label("Name", exact=True).fill("Not kept")
    await filled.menu("More about this item", "Create a copy")
    await expect(filled.dialog()).to_contain_text("Leave without saving?")
    await filled.button("Leave").click()
    await page.wait_for_url("**/content/people/+?copy=1")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Ada")
    assert not filled.errors


async def test_the_session_ends_while_something_is_edited(filled: Studio) -> None:
    page = filled.page
    await filled.open("/content/people/2")
    await page.get_by_label("Name", exact=True).fill("Bo the second")
    await filled.context.clear_cookies()
    await filled.button("Save").click()
    again = filled.dialog().filter(has_text="Your session has ended")
    await expect(again).to_be_visible()
    await expect(page.get_by_text("You do not have permission")).to_have_count(0)
    await filled.judge_looks("session-ended")
    await again.get_by_label("Password", exact=True).fill("wrong")
    await again.get_by_role("button", name="Log in").click()
    await expect(again.get_by_role("alert").filter(has_text="not right")).to_be_visible()
    await again.get_by_label("Password", exact=True).fill(ADMIN_PASSWORD)
    await again.get_by_role("button", name="Log in").click()
    await expect(filled.dialog()).to_have_count(0)
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Bo the second")
    await filled.button("Save").click()
    await expect(page.get_by_text("Item saved", exact=True).first).to_be_visible()
    with filled.server.client() as admin:
        assert admin.get("/items/people/2").json()["data"]["name"] == "Bo the second"
        admin.patch("/items/people/2", json={"name": "Seen live"})
        await expect(page.get_by_label("Name", exact=True)).to_have_value("Seen live")


async def test_the_server_goes_away_and_comes_back(filled: Studio) -> None:
    page, server = filled.page, filled.server
    await filled.open("/content/people")
    server.stop()
    await expect(page.get_by_text("No connection to the server.")).to_be_visible()
    await go(filled, "Articles")
    trouble = (
        page.get_by_role("main").get_by_role("alert").filter(has_text="cannot be reached")
    )  # loading is an alert too
    await expect(trouble).to_be_visible()
    await filled.judge_looks("server-away")
    await page.get_by_role("link", name="Policies", exact=True).click()
    await expect(page.get_by_text("This page could not be opened.", exact=False).first).to_be_visible()
    server.start()
    await expect(page.get_by_text("120 items")).to_be_visible()
    await expect(page.get_by_text("No connection to the server.")).to_have_count(0)
    with server.client() as admin:
        admin.patch("/items/articles/1", json={"title": "After the break"})
    await expect(filled.row("After the break")).to_be_visible()
    await page.get_by_role("link", name="Policies", exact=True).click()
    await expect(page.get_by_role("heading", name="Policies")).to_be_visible()


async def test_what_failed_is_tried_again(filled: Studio) -> None:
    page = filled.page
    address = re.compile(rf"{re.escape(filled.server.base)}/items/people(/1)?(\?|$)")
    for path, shown in (("/content/people", "ada@example.com"), ("/content/people/1", "Ada")):
        await page.route(address, cut)
        await filled.open(path)
        await expect(
            page.get_by_role("main").get_by_role("alert").filter(has_text="cannot be reached").first
        ).to_be_visible()
        again, trouble = filled.button("Try again").first, page.get_by_role("main").get_by_role("alert")
        async with page.expect_request(address):
            await again.click()
        await page.unroute(address, cut)
        while await again.count():
            with suppress(Error):  # what the page has loaded by itself meanwhile
                await again.click(timeout=1000)
        await expect(trouble).to_have_count(0)
        await expect(page.get_by_text(shown).or_(page.get_by_label("Name", exact=True)).first).to_be_visible()


async def cut(route: Route) -> None:
    await route.abort()


async def test_a_panel_keeps_what_was_entered(filled: Studio) -> None:
    page = filled.page
    await filled.open("/model/people")
    await filled.button("Create field").click()
    await filled.settle()
    await page.keyboard.press("Escape")
    await expect(filled.dialog()).to_have_count(0)
    await filled.button("Create field").click()
    name = filled.dialog().get_by_label("Name")
    await name.fill("kept")
    await page.mouse.click(300, 400)
    asked = filled.dialog().filter(has_text="Close without saving?")
    await expect(asked).to_be_visible()
    await asked.get_by_role("button", name="Cancel").click()
    await expect(asked).to_have_count(0)
    await expect(name).to_have_value("kept")
    await page.keyboard.press("Escape")
    await asked.get_by_role("button", name="Close", exact=True).last.click()
    await expect(filled.dialog()).to_have_count(0)
    assert not filled.errors

"""The guide's browser part, from an empty database, as a person does it: everything by hand, everything seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.studio.conftest import Studio
from tests.support.node import sdk

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).parents[1] / "guide.html"


async def create_collection(studio: Studio) -> None:
    await studio.page.get_by_role("link", name="Create a collection").click()
    await studio.page.get_by_label("Name").fill("messages")
    await studio.page.get_by_role("checkbox", name="Created on").check()
    await studio.judge("guide-1-collection")
    await studio.button("Create collection").last.click()
    await studio.page.wait_for_url("**/model/messages")
    for field in ("text", "user"):
        await studio.button("Create field").click()
        await studio.dialog().get_by_label("Name").fill(field)
        await studio.page.get_by_role("dialog").get_by_role("button", name="Create field").click()
        await expect(studio.page.get_by_role("dialog")).to_have_count(0)
    rows = studio.page.get_by_role("main").get_by_role("listitem")
    await expect(rows).to_have_count(4)
    await studio.judge("guide-2-fields")


async def create_policy(studio: Studio) -> None:
    await studio.page.get_by_role("link", name="Policies").click()
    await studio.button("Create policy").click()
    await studio.dialog().get_by_label("Name").fill("Chat")
    await studio.page.get_by_role("dialog").get_by_role("button", name="Create policy").click()
    await studio.page.wait_for_url("**/policies/*-*")
    for action in ("create", "read", "update"):
        await studio.button(f"Messages, {action.title()}: No access").click()
        await studio.page.get_by_role("menuitem", name="All").click()
        await expect(studio.button(f"Messages, {action.title()}: Full access")).to_be_enabled()
    await studio.judge("guide-3-policy")


async def create_role(studio: Studio) -> None:
    await studio.page.get_by_role("link", name="Roles").click()
    await studio.button("Create role").click()
    await studio.dialog().get_by_label("Name").fill("Chatter")
    await studio.page.get_by_role("dialog").get_by_role("button", name="Create role").click()
    await studio.page.wait_for_url("**/roles/*-*")
    await studio.choose(studio.button("Add a policy: Add a policy"), "Chat")
    await expect(studio.page.get_by_role("main").get_by_role("link", name="Chat")).to_be_visible()
    await studio.judge("guide-4-role")


async def create_user(studio: Studio) -> str:
    """Returns the token that was copied."""
    await studio.page.get_by_role("link", name="Users", exact=True).click()
    await studio.page.get_by_role("link", name="Create user").click()
    await studio.page.wait_for_url("**/users/+")
    await studio.page.get_by_label("First name", exact=True).fill("Ben")
    await studio.page.get_by_label("E-mail address").fill("ben@example.com")
    await studio.choose(studio.page.get_by_label("Role"), "Chatter")
    await studio.button("Generate token").click()
    await studio.button("Copy token").click()
    token = str(await studio.page.evaluate("navigator.clipboard.readText()"))
    assert token == await studio.page.get_by_label("The new token").input_value()
    await studio.button("Save").click()
    await expect(studio.page.get_by_text("Saved. Copy it now")).to_be_visible()
    await studio.judge("guide-5-user")
    return token


async def open_guide(studio: Studio, token: str) -> Page:
    """The guide's page in a second tab, with the token that was copied."""
    base, modules = studio.server.base, sdk() / "@directus/sdk/dist"
    html = GUIDE.read_text()
    for mark, value in (("%SDK%", "/guide/sdk/index.js"), ("%SOCKET%", studio.server.socket), ("%TOKEN%", token)):
        html = html.replace(mark, value)

    async def serve(route: Route) -> None:
        path = route.request.url.removeprefix(f"{base}/guide/")
        if path.startswith("sdk/"):
            await route.fulfill(path=modules / path.removeprefix("sdk/"), content_type="text/javascript")
        else:
            await route.fulfill(body=html, content_type="text/html")

    tab = await studio.context.new_page()
    await tab.route(f"{base}/guide/**", serve)
    await tab.goto(f"{base}/guide/")
    await tab.wait_for_function("window.createItem !== undefined")
    return tab


@pytest.mark.long
async def test_the_guide_by_hand(studio: Studio) -> None:
    await studio.log_in()
    await create_collection(studio)
    await create_policy(studio)
    await create_role(studio)
    token = await create_user(studio)

    page = studio.page
    await page.get_by_role("link", name="Messages").click()
    await expect(page.get_by_text("No items yet")).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()

    tab = await open_guide(studio, token)
    await studio.notes("tr.row-flash")
    await tab.evaluate("createItem('Hello World!', 'Ben')")
    await expect(page.get_by_role("row").filter(has_text="Hello World!")).to_be_visible()
    await tab.evaluate("createItem('Hello Universe!', 'Rijk')")
    await tab.evaluate("createItem('Hello Everyone Everywhere All At Once!', 'Kevin')")
    await expect(page.locator("tbody tr")).to_have_count(3)
    await studio.noted()
    await studio.judge("guide-6-live-table")

    with studio.server.client() as admin:
        admin.patch("/items/messages/1", json={"text": "Changed elsewhere"}).raise_for_status()
        await expect(page.get_by_role("row").filter(has_text="Changed elsewhere")).to_be_visible()
        admin.delete("/items/messages/2").raise_for_status()
        await expect(page.locator("tbody tr")).to_have_count(2)
    assert not studio.errors

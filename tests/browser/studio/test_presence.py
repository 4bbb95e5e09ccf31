"""Two people with one item open: each sees the other, and nobody overwrites unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, expect

from tests.browser.studio.conftest import PATIENCE, Studio
from tests.browser.studio.sample import build, post

pytestmark = pytest.mark.browser


STATES = """() => {
  window.states = []
  const look = () => document.querySelectorAll('[role=status]').forEach((each) => window.states.push(each.textContent.trim()))
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
}"""
"""Notes what the page has said of its connection, however short."""


@asynccontextmanager
async def ann(studio: Studio, browser: Browser) -> AsyncIterator[Studio]:
    """Somebody else with a browser of her own, who may change people."""
    with studio.server.client() as admin:
        policy = post(admin, "/policies", {"name": "Editors", "app_access": True})["id"]
        for action in ("read", "update"):
            post(admin, "/permissions", {"policy": policy, "collection": "people", "action": action, "fields": ["*"]})
        role = post(admin, "/roles", {"name": "Editor"})["id"]
        post(admin, "/access", {"role": role, "policy": policy})
        login = {"email": "ann@example.com", "password": "secret-12345"}
        post(admin, "/users", {**login, "first_name": "Ann", "last_name": "Lee", "role": role})
    context = await browser.new_context(viewport={"width": 380, "height": 800}, color_scheme="dark", timezone_id="UTC")
    context.set_default_timeout(PATIENCE)
    other = Studio(studio.server, context, await context.new_page())
    other.watch()
    await other.open("/login")
    await other.page.get_by_label("E-mail address").fill(login["email"])
    await other.page.get_by_label("Password", exact=True).fill(login["password"])
    await other.button("Log in").click()
    await other.page.wait_for_url("**/admin/content")
    yield other
    await context.close()


async def test_two_people_at_one_item(studio: Studio, browser: Browser) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
    await studio.log_in()
    await studio.open("/content/people/1")
    here = page.get_by_role("list", name="Also here")
    await expect(here).to_have_count(0)
    async with ann(studio, browser) as other:
        await other.open("/content/people/1")
        await expect(here).to_contain_text("Ann Lee")
        await expect(here).to_contain_text("is looking")
        await page.get_by_label("Name", exact=True).fill("Mine")
        there = other.page.get_by_role("list", name="Also here")
        await expect(there).to_contain_text("Admin User")
        await expect(there).to_contain_text("is editing")
        await other.judge("presence-dark-narrow")
        await other.page.get_by_label("Name", exact=True).fill("Hers")
        await expect(here).to_contain_text("is editing")
        await other.button("Save").click()
        told = page.get_by_role("alert").filter(has_text="was changed by someone else")
        await expect(told).to_contain_text("Hers")
        await expect(page.get_by_label("Name", exact=True)).to_have_value("Mine")
        await studio.judge("presence-conflict")
        await told.get_by_role("button", name="Keep mine").click()
        await studio.button("Save").click()
        await expect(other.page.get_by_label("Name", exact=True)).to_have_value("Mine")
        await other.open("/content")
        await expect(here).to_have_count(0)
        assert not other.errors
    assert not studio.errors


async def test_the_connection_is_cut_and_comes_again(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
        await studio.log_in()
        await studio.open("/content/people/1")
        await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
        (mine,) = [one for one in admin.get("/realtime/connections").json()["data"] if one["subscriptions"]]
        assert mine["subscriptions"][0]["mode"] == "set"
        await page.evaluate(STATES)
        admin.delete(f"/realtime/connections/{mine['id']}")
        await page.wait_for_function("window.states.includes('Offline')")
        admin.patch("/items/people/1", json={"name": "While it was away"})
        await expect(page.get_by_label("Name", exact=True)).to_have_value("While it was away")
        await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()


async def test_who_may_not_see_the_item_any_more_is_told(studio: Studio, browser: Browser) -> None:
    with studio.server.client() as admin:
        build(admin)
        async with ann(studio, browser) as other:
            await other.open("/content/people/1")
            while not any(one["subscriptions"] for one in admin.get("/realtime/connections").json()["data"]):
                await other.page.wait_for_timeout(50)
            admin.delete("/items/people/1")
            await expect(other.page.get_by_role("alert").filter(has_text="This item was deleted")).to_be_visible()

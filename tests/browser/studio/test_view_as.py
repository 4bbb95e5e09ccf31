"""Looking at the project as somebody else, and finding out why they may or may not."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import build, post

pytestmark = pytest.mark.browser
PUBLISHED = {"status": {"_eq": "published"}}
READ = {"collection": "articles", "action": "read", "permissions": PUBLISHED, "fields": ["id", "title", "status"]}


async def test_view_as_a_user(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
        policy = post(admin, "/policies", {"name": "Readers", "permissions": [READ], "ip_access": ["10.0.0.0/8"]})["id"]
        role = post(admin, "/roles", {"name": "Reader", "policies": [{"policy": policy}]})["id"]
        user = post(admin, "/users", {"email": "r@example.com", "role": role})["id"]
    await studio.log_in()
    await studio.open(f"/users/{user}")
    await studio.follow("View as this user", "**/view-as?user=*")
    await expect(page.get_by_role("heading", name="View as r@example.com")).to_be_visible()
    await expect(page.get_by_text("Nothing: they may not read it.")).to_be_visible()
    await expect(page.get_by_text("No policy in force has a rule for it.")).to_be_visible()
    await studio.settle()
    await studio.judge_looks("view-as-far")

    await page.get_by_label("From the address").fill("10.1.2.3")
    await studio.button("Apply").click()
    await studio.button("Articles, Read: some rows, 3 fields").click()
    await expect(page.get_by_text("Allowed for the items for which a condition holds.")).to_be_visible()
    rows = page.get_by_role("region", name="Rows", exact=True)
    await expect(rows.get_by_role("row")).to_have_count(21)
    await expect(rows.get_by_role("columnheader")).to_contain_text(["ID", "Title", "Status"])
    await rows.get_by_role("button", name="Why item").first.click()
    await expect(page.get_by_text("holds for the item")).to_be_visible()
    await studio.judge_looks("view-as")
    await studio.button("Articles, Delete: No access").click()
    await expect(page.get_by_text("Refused", exact=True)).to_be_visible()
    assert not studio.errors


async def test_view_as_a_policy_the_public_and_nobody(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
        policy = post(admin, "/policies", {"name": "Readers", "permissions": [READ]})["id"]
    await studio.log_in()
    await studio.open(f"/policies/{policy}")
    await studio.follow("View as somebody with this policy alone", "**/view-as?policy=*")
    await expect(studio.button("Articles, Read: some rows, 3 fields")).to_be_visible()
    await studio.open("/view-as")
    await expect(page.get_by_role("heading", name="Everybody, without logging in")).to_be_visible()
    await expect(studio.button("Articles, Read: No access")).to_be_visible()
    await studio.judge_looks("view-as-public")
    assert not studio.errors
    await studio.open("/view-as?user=11111111-2222-4333-8444-555555555555")
    await expect(page.get_by_role("alert").first).to_contain_text("could not be loaded")

"""Somebody with few rights: what is refused is neither offered nor asked for."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import KEY, column, post
from tests.browser.studio.test_files import picture

pytestmark = pytest.mark.browser


async def test_pages_ask_for_nothing_that_is_refused(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        fields = [KEY, column("name", "string", "input"), column("place", "integer", "input", hidden=True)]
        post(
            admin,
            "/collections",
            {"collection": "plants", "meta": {"sort_field": "place"}, "schema": {}, "fields": fields},
        )
        post(admin, "/collections", {"collection": "makers", "meta": {}, "schema": {}, "fields": [KEY]})
        for name, kind, related, interface, special in (
            ("photo", "uuid", "directus_files", "file-image", "file"),
            ("maker", "integer", "makers", "select-dropdown-m2o", "m2o"),
        ):
            post(admin, "/fields/plants", column(name, kind, interface, special=[special]))
            post(admin, "/relations", {"collection": "plants", "field": name, "related_collection": related})
        red = picture("red.png", "#b00")
        answer = admin.post("/files", files={"file": (red["name"], red["buffer"], red["mimeType"])}).json()["data"]
        maker = post(admin, "/items/makers", {})["id"]
        post(admin, "/items/plants", {"name": "Fern", "photo": answer["id"], "maker": maker})
        rule = {"collection": "plants", "action": "read", "permissions": {}, "fields": ["id", "name", "photo", "maker"]}
        policy = post(admin, "/policies", {"name": "Looks", "app_access": True, "permissions": [rule]})["id"]
        user = {"email": "looks@example.com", "password": "pw-of-looks", "status": "active"}
        post(admin, "/users", {**user, "policies": [{"policy": policy}]})
    await studio.open("/")
    await page.get_by_label("E-mail address").fill("looks@example.com")
    await page.get_by_label("Password", exact=True).fill("pw-of-looks")
    await studio.button("Log in").click()
    await page.wait_for_url("**/admin/content")
    await expect(page.get_by_label("Areas").get_by_role("link", name="Files")).to_have_count(0)
    await studio.open("/content/plants")
    await expect(studio.row("Fern")).to_be_visible()
    await expect(studio.button("Create item")).to_have_count(0)
    await studio.follow(studio.row("Fern").get_by_role("link"), "**/content/plants/1")
    await expect(page.get_by_text("A file that you may not see")).to_be_visible()
    await expect(page.get_by_label("Maker")).to_have_value(str(maker))
    await studio.judge("few-rights-item")
    assert not studio.errors

"""Rights by hand: custom rules, roles below roles, tokens; and the console that shows what they mean."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import build, post

pytestmark = pytest.mark.browser


async def test_a_custom_permission(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
        policy = post(admin, "/policies", {"name": "Readers"})["id"]
        role = post(admin, "/roles", {"name": "Reader"})["id"]
        post(admin, "/access", {"role": role, "policy": policy})
        post(admin, "/users", {"email": "r@example.com", "role": role, "token": "reader-token"})
    await studio.log_in()
    await studio.open(f"/policies/{policy}")
    await studio.button("Articles, Read: No access").click()
    await page.get_by_role("menuitem", name="Custom").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Condition").click()
    await studio.choose(dialog.get_by_label("Field: ID"), "Status")
    await dialog.get_by_label("Value").fill("published")
    await dialog.get_by_role("tab", name="Fields").click()
    await dialog.get_by_label("All fields, including future ones").click()
    for name in ("id", "title"):
        await dialog.get_by_role("checkbox", name=name, exact=True).check()
    await studio.judge("permission-custom")
    await dialog.get_by_role("button", name="Save permission").click()
    await expect(studio.button("Articles, Read: Custom: rows by rule, 2 fields")).to_be_enabled()
    await studio.button("Articles, Read: Custom: rows by rule, 2 fields").click()
    await page.get_by_role("menuitem", name="Custom").click()
    await expect(dialog.get_by_label("Value")).to_have_value("published")
    await dialog.get_by_role("switch", name="As JSON").click()
    await expect(dialog.get_by_label("Filter as JSON")).to_have_value(re.compile('"_eq": "published"'))
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_have_count(0)
    with studio.server.client("reader-token") as reader:
        rows = reader.get("/items/articles?limit=-1").json()["data"]
    assert len(rows) == 96
    assert set(rows[0]) == {"id", "title"}

    await studio.button("People: allow all").click()
    await expect(studio.button("People, Share: Full access")).to_be_enabled()
    await studio.button("People: allow none").click()
    await expect(studio.button("People, Create: No access")).to_be_enabled()
    await studio.judge("policy-matrix")
    assert not studio.errors


async def test_values_that_a_permission_fills_in(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
        policy = post(admin, "/policies", {"name": "Writers"})["id"]
        await studio.log_in()
        await studio.open(f"/policies/{policy}")
        await studio.button("Articles, Create: No access").click()
        await page.get_by_role("menuitem", name="Custom").click()
        dialog = studio.dialog()
        await dialog.get_by_role("tab", name="Presets").click()
        await dialog.get_by_role("switch", name="Words", exact=True).click()
        await dialog.get_by_label("New Words").fill("7")
        await studio.judge("permission-presets")
        await dialog.get_by_role("switch", name="As JSON").last.click()
        await dialog.get_by_label("Values as JSON").fill('{"words": 7, "title": "$NOW"}')
        await dialog.get_by_role("button", name="Save permission").click()
        await expect(dialog).to_have_count(0)
        found = admin.get("/permissions", params={"filter[policy][_eq]": policy}).json()["data"]
        assert [each["presets"] for each in found] == [{"words": 7, "title": "$NOW"}]
        await studio.button(re.compile("^Articles, Create: Custom")).click()
        await page.get_by_role("menuitem", name="Custom").click()
        await dialog.get_by_role("tab", name="Presets").click()
        await expect(dialog.get_by_label("Values as JSON")).to_have_value(re.compile("NOW"))
    assert not studio.errors


async def test_roles_below_roles(studio: Studio) -> None:
    with studio.server.client() as admin:
        staff = post(admin, "/roles", {"name": "Staff"})["id"]
        editor = post(admin, "/roles", {"name": "Editor"})["id"]
        for name, role in {"Chat": staff, "Edit": editor}.items():
            policy = post(admin, "/policies", {"name": name})["id"]
            post(admin, "/access", {"role": role, "policy": policy})
        user = post(admin, "/users", {"email": "e@example.com", "role": editor})["id"]
    await studio.log_in()
    await studio.open(f"/roles/{editor}")
    await expect(studio.page.get_by_role("region", name="From the role")).to_have_count(0)
    await studio.choose(studio.page.get_by_label("Parent role"), "Staff")
    await studio.button("Save").click()
    await expect(studio.page.get_by_text("Role saved", exact=True)).to_be_visible()
    inherited = studio.page.get_by_role("region", name="From the role")
    await expect(inherited).to_contain_text(["Chat"])
    await studio.judge_looks("role-inherits")
    await studio.open(f"/users/{user}")
    await expect(inherited).to_contain_text(["Edit", "Chat"])  # the nearest first
    await studio.judge_looks("user-inherits")
    await studio.open("/roles")
    names = studio.page.get_by_role("list", name="Roles").get_by_role("listitem")
    await expect(names).to_contain_text(["Administrator", "Staff", "Editor"])
    await studio.judge("roles-tree")
    assert not studio.errors


async def test_a_token_is_replaced_and_removed(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        user = post(admin, "/users", {"email": "t@example.com", "token": "first-token"})["id"]
    await studio.log_in()
    await studio.open(f"/users/{user}")
    await expect(page.get_by_text("A token is set.")).to_be_visible()
    await studio.button("Generate a new token").click()
    token = await page.get_by_label("The new token").input_value()
    await studio.button("Save").click()
    await expect(page.get_by_text("Saved. Copy it now")).to_be_visible()
    with studio.server.client(token) as holder:
        assert holder.get("/users/me").status_code == 200
    with studio.server.client("first-token") as former:
        assert former.get("/users/me").status_code == 401
    await studio.button("Remove token").click()
    await studio.button("Save").click()
    await expect(studio.button("Generate token")).to_be_visible()
    with studio.server.client(token) as holder:
        assert holder.get("/users/me").status_code == 401
    await page.get_by_label("E-mail address").fill("no address")
    await studio.button("Save").click()
    await expect(page.get_by_text("This has to be an e-mail address.").first).to_be_visible()
    await studio.judge("user-bad-email")


async def test_the_console_sends_and_shows_frames(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
        post(admin, "/users", {"email": "n@example.com", "token": "nobody-token"})
    await studio.log_in()
    await studio.open("/realtime/console")
    await studio.button("Connect").click()
    await expect(page.get_by_text("Connected as you")).to_be_visible()
    await studio.button("Ping").click()
    await studio.button("Send").click()
    await expect(page.get_by_text('"type": "pong"')).to_be_visible()
    await page.get_by_label("Frame", exact=True).fill("{")
    await studio.button("Send").click()
    await expect(page.get_by_text("INVALID_PAYLOAD")).to_be_visible()
    await studio.judge("realtime-console")
    await studio.button("Disconnect").click()
    await page.get_by_placeholder("Token").fill("nobody-token")
    await studio.button("Connect").click()
    await expect(page.get_by_text("Connected with the token")).to_be_visible()
    await studio.button("Read items").click()
    await studio.button("Send").click()
    await expect(page.get_by_text("FORBIDDEN")).to_be_visible()
    await page.get_by_role("tab", name="Python").click()
    await expect(page.get_by_text("import websockets")).to_be_visible()
    await studio.judge("realtime-python")
    assert not studio.errors


async def test_who_is_no_administrator_sees_only_what_is_allowed(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
        policy = post(admin, "/policies", {"name": "Authors", "app_access": True})["id"]
        for action in ("read", "create"):
            post(admin, "/permissions", {"policy": policy, "collection": "people", "action": action, "fields": ["*"]})
        role = post(admin, "/roles", {"name": "Author"})["id"]
        post(admin, "/access", {"role": role, "policy": policy})
        for name, has in (("author", role), ("stranger", None)):
            post(admin, "/users", {"email": f"{name}@example.com", "password": "secret-12345", "role": has})
    await studio.open("/login")
    for name in ("stranger", "author"):
        await page.get_by_label("E-mail address").fill(f"{name}@example.com")
        await page.get_by_label("Password", exact=True).fill("secret-12345")
        await studio.button("Log in").click()
        if name == "stranger":
            await expect(page.get_by_role("alert").filter(has_text="may not use the Studio")).to_be_visible()
    await page.wait_for_url("**/admin/content")
    await expect(page.get_by_role("navigation", name="Areas").get_by_role("link")).to_have_text(
        ["Content", "Realtime", "API reference"]
    )
    people = page.get_by_role("navigation", name="Collections").get_by_role("link", name="People")
    await studio.follow(people, "**/content/people")
    await expect(page.get_by_text("3 items")).to_be_visible()
    await studio.judge("content-as-author")
    await studio.open("/users")
    await expect(page).to_have_url(f"{studio.server.base}/admin/content")
    assert not studio.errors


async def test_only_what_is_allowed_is_offered(studio: Studio) -> None:
    page = studio.page
    drafts = {"status": {"_eq": "draft"}}
    with studio.server.client() as admin:
        build(admin)
        policy = post(admin, "/policies", {"name": "Authors", "app_access": True})["id"]
        rules: tuple[tuple[str, str, dict[str, object]], ...] = (
            ("articles", "read", {"fields": ["*"]}),
            ("articles", "create", {"fields": ["title"]}),
            ("articles", "update", {"fields": ["title"], "permissions": drafts}),
            ("people", "read", {"fields": ["*"]}),
        )
        for collection, action, rest in rules:
            post(admin, "/permissions", {"policy": policy, "collection": collection, "action": action, **rest})
        role = post(admin, "/roles", {"name": "Author"})["id"]
        post(admin, "/access", {"role": role, "policy": policy})
        post(admin, "/users", {"email": "author@example.com", "password": "secret-12345", "role": role})
    await studio.open("/login")
    await page.get_by_label("E-mail address").fill("author@example.com")
    await page.get_by_label("Password", exact=True).fill("secret-12345")
    await studio.button("Log in").click()
    await page.wait_for_url("**/admin/content")

    await studio.open("/content/people")
    await expect(page.get_by_role("link", name="Create item")).to_have_count(0)
    await expect(page.get_by_role("checkbox")).to_have_count(0)
    await studio.open("/content/people/1")
    await expect(page.get_by_text("Read only", exact=True)).to_be_visible()
    for name in ("Save", "Delete item", "More about this item"):
        await expect(studio.button(name)).to_have_count(0)
    await expect(page.get_by_label("Name", exact=True)).to_be_disabled()
    await studio.judge_looks("item-read-only")
    await studio.button("History and comments").click()
    await expect(studio.dialog().get_by_role("tab")).to_have_text(["Comments"])
    await studio.open("/content/people/+")
    await expect(page.get_by_role("alert").filter(has_text="may not create")).to_be_visible()

    await studio.open("/content/articles/1")
    await expect(page.get_by_text("Read only", exact=True)).to_be_visible()
    await studio.open("/content/articles/5")
    await page.get_by_label("Title").fill("Mine")
    await expect(page.get_by_label("Words")).to_be_disabled()
    await studio.button("Save").click()
    await expect(page.get_by_text("Item saved", exact=True).first).to_be_visible()
    await studio.open("/content/articles/+")
    await page.get_by_label("Title").fill("Made")
    await studio.button("Create").click()
    await page.wait_for_url("**/content/articles")
    with studio.server.client() as admin:
        made = admin.get("/items/articles", params={"sort": "-id", "limit": 1}).json()["data"][0]
    assert (made["title"], made["status"]) == ("Made", "draft")
    assert not studio.errors

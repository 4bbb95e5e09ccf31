"""The folders of the file library: made, named, filled, moved and deleted, by menus, by dragging, and by those with few rights."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import post
from tests.browser.studio.test_files import TEXT, picture

pytestmark = pytest.mark.browser


def folders_of(studio: Studio) -> dict[str, str | None]:
    """Where each file is, by the name of its folder."""
    with studio.server.client() as admin:
        rows: list[dict[str, Any]] = admin.get("/files", params={"fields": "title,folder.name"}).json()["data"]
    return {row["title"]: row["folder"] and row["folder"]["name"] for row in rows}


async def name_folder(studio: Studio, name: str, action: str) -> None:
    await studio.dialog().get_by_label("Name").fill(name)
    await studio.dialog().get_by_role("button", name=action).click()
    await expect(studio.dialog()).to_have_count(0)


async def test_folders_keep_files_in_order(studio: Studio) -> None:
    page = studio.page
    await studio.log_in()
    await studio.open("/files")
    await studio.button("Create folder").click()
    await studio.judge("folder-new")
    await name_folder(studio, "Photos", "Create folder")
    await studio.follow(
        page.get_by_role("list", name="Folders").get_by_role("link", name="Photos"), "**/files?folder=*"
    )
    await expect(page.get_by_text("No files in this folder")).to_be_visible()
    await page.get_by_label("Files to upload").set_input_files([picture("red.png", "#b00"), TEXT])
    await expect(page.get_by_text("2 files", exact=True)).to_be_visible()
    assert folders_of(studio) == {"red": "Photos", "notes": "Photos"}
    await studio.button("Create folder").click()
    await name_folder(studio, "2025", "Create folder")
    await studio.settle()
    await studio.judge_looks("folder")

    # Moved by the keyboard, and taken back.
    await page.get_by_label("Select red").check()
    await studio.button("Move …").click()
    await studio.choose(studio.dialog().get_by_label("Folder"), "Photos / 2025")
    await studio.judge("folder-move")
    await studio.dialog().get_by_role("button", name="Move").click()
    await expect(page.get_by_text("1 file", exact=True)).to_be_visible()
    assert folders_of(studio) == {"red": "2025", "notes": "Photos"}
    await studio.undo("1 file moved")
    await expect(page.get_by_text("2 files", exact=True)).to_be_visible()

    # Drawn into a folder, and from there to the top by the way above.
    await page.get_by_role("link", name="notes").drag_to(page.get_by_role("link", name="2025"))
    await expect(page.get_by_text("1 file", exact=True)).to_be_visible()
    await studio.follow(page.get_by_role("list", name="Folders").get_by_role("link", name="2025"), "**/files?folder=*")
    await page.get_by_role("link", name="notes").drag_to(
        page.get_by_label("Folders above").get_by_text("Files", exact=True)
    )
    await expect(page.get_by_text("No files in this folder")).to_be_visible()
    assert folders_of(studio) == {"red": "Photos", "notes": None}

    # Back, as far as one came; another name; deleted without its files, and taken back.
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Photos")
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Files")
    await studio.menu("More about the folder Photos", "Rename …")
    await name_folder(studio, "Pictures", "Rename")
    await studio.menu("More about the folder Pictures", "Delete the folder, keep its files")
    await expect(page.get_by_role("list", name="Folders").get_by_role("link")).to_have_text(["2025"])
    assert folders_of(studio) == {"red": None, "notes": None}
    await studio.undo("Folder Pictures deleted")
    await expect(page.get_by_role("list", name="Folders").get_by_role("link")).to_have_text(["Pictures"])
    assert folders_of(studio) == {"red": "Pictures", "notes": None}

    # Found from anywhere, and moved on its own page.
    await page.get_by_label("Search", exact=True).fill("red")
    await studio.follow(page.get_by_role("list", name="Files").get_by_role("link", name="red"), "**/files/*-*")
    await studio.choose(page.get_by_label("Folder"), "File library (no folder)")
    await studio.button("Save").click()
    await expect(page.get_by_text("File saved", exact=True).first).to_be_visible()
    assert folders_of(studio) == {"red": None, "notes": None}

    # What is stored while the top is shown lands there, whatever the project's folder for the rest.
    with studio.server.client() as admin:
        folder = admin.get("/folders").json()["data"][0]["id"]
        assert admin.patch("/settings", json={"storage_default_folder": folder}).status_code == 200
    await studio.open("/files")
    await page.get_by_label("Files to upload").set_input_files([picture("blue.png", "#06c")])
    await expect(page.get_by_text("3 files", exact=True)).to_be_visible()
    assert folders_of(studio) == {"red": None, "notes": None, "blue": None}
    assert not studio.errors


async def test_who_may_only_look_is_offered_to_look(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        rules: list[dict[str, Any]] = [
            {"collection": each, "action": "read", "fields": ["*"], "permissions": {}}
            for each in ("directus_files", "directus_folders")
        ]
        policy = post(admin, "/policies", {"name": "Looks", "app_access": True, "permissions": rules})["id"]
        user = {"email": "looks@example.com", "password": "pw-of-looks", "status": "active"}
        post(admin, "/users", {**user, "policies": [{"policy": policy}]})
        folder = post(admin, "/folders", {"name": "Photos"})["id"]
        admin.post("/files", data={"folder": folder, "title": "red"}, files={"file": ("red.png", b"x", "image/png")})
    await studio.open("/")
    await page.get_by_label("E-mail address").fill("looks@example.com")
    await page.get_by_label("Password", exact=True).fill("pw-of-looks")
    await studio.button("Log in").click()
    await page.wait_for_url("**/admin/content")
    await studio.follow(page.get_by_label("Areas").get_by_role("link", name="Files"), "**/files")
    await studio.follow("Photos", "**/files?folder=*")
    await expect(page.get_by_role("list", name="Files").get_by_role("link", name="red")).to_be_visible()
    for offered in ("Upload", "Create folder", "More about the folder Photos"):
        await expect(studio.button(offered)).to_have_count(0)
    await expect(page.get_by_label("Select red")).to_have_count(0)
    await studio.follow(page.get_by_role("list", name="Files").get_by_role("link", name="red"), "**/files/*-*")
    await expect(page.get_by_label("Title", exact=True)).to_be_disabled()
    for offered in ("Save", "Delete file"):
        await expect(studio.button(offered)).to_have_count(0)

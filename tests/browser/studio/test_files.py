"""The file library, and fields that hold a file or a picture."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.async_api import FilePayload, expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import KEY, column, post

pytestmark = pytest.mark.browser


def picture(name: str, colour: str) -> FilePayload:
    made = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(made, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": made.getvalue()}


TEXT: FilePayload = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Hello"}


async def test_files_are_stored_looked_at_described_and_deleted(studio: Studio) -> None:
    page = studio.page
    await studio.log_in()
    await studio.open("/files")
    await expect(page.get_by_text("No files yet")).to_be_visible()
    await studio.judge("files-empty")
    await page.get_by_label("Files to upload").set_input_files(
        [picture("red.png", "#b00"), picture("blue.png", "#06c"), TEXT]
    )
    await expect(page.get_by_text("3 files", exact=True)).to_be_visible()
    await expect(page.get_by_role("list", name="Files").locator("img").first).to_be_visible()
    await studio.settle()
    await studio.judge("files")
    await studio.look("dark", 380)
    await studio.judge("files-dark-narrow")
    await studio.look("light", 1280)
    await page.get_by_label("Search", exact=True).fill("nothing like it")
    await expect(page.get_by_text("No file matches")).to_be_visible()
    await studio.button("Show all").click()
    await studio.follow("red", "**/files/*-*")
    await page.get_by_label("Title", exact=True).fill("A red square")
    await page.get_by_label("Description").fill("Nothing but red")
    await studio.button("Save").click()
    await expect(page.get_by_text("File saved", exact=True).first).to_be_visible()
    await expect(page.get_by_role("img", name="Nothing but red")).to_be_visible()
    await studio.judge("file")
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save the file to this computer").click()
    assert (await saved.value).suggested_filename == "red.png"
    await studio.button("Delete file").click()
    await studio.dialog().get_by_role("button", name="Delete file").click()
    await page.wait_for_url("**/admin/files")
    await expect(page.get_by_text("2 files", exact=True)).to_be_visible()
    with studio.server.client() as admin:
        assert {each["title"] for each in admin.get("/files").json()["data"]} == {"blue", "notes"}
    assert not studio.errors


async def test_a_field_that_holds_a_picture(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        fields = [KEY, column("name", "string", "input")]
        post(admin, "/collections", {"collection": "plants", "meta": {}, "schema": {}, "fields": fields})
        await studio.log_in()
        await studio.open("/model/plants")
        await studio.button("Create field").click()
        await studio.dialog().get_by_label("Name").fill("photo")
        await studio.choose(studio.dialog().get_by_label("Interface"), re.compile("^Image"))
        await studio.dialog().get_by_role("button", name="Create field").click()
        await expect(studio.dialog()).to_have_count(0)
        await studio.open("/content/plants/+")
        await page.get_by_label("Name", exact=True).fill("Fern")
        await studio.judge("file-field-empty")
        await page.locator("[data-field=photo] input[type=file]").set_input_files(picture("fern.png", "#0a0"))
        await expect(page.get_by_role("link", name="fern")).to_be_visible()
        await studio.judge("file-field")
        await studio.button("Create").click()
        await page.wait_for_url("**/content/plants")
        await expect(studio.row("Fern").get_by_role("img")).to_have_count(
            0
        )  # a picture beside its name says nothing more
        await expect(studio.row("Fern").locator("img")).to_be_visible()
        await studio.settle()
        await studio.judge("table-with-picture")
        item = admin.get("/items/plants", params={"fields": "photo.title"}).json()["data"]
    assert item == [{"photo": {"title": "fern"}}]
    assert not studio.errors

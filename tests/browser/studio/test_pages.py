"""Every page with much, little and nothing on it: accessible, no wider than its window, no error in the console."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import build

pytestmark = pytest.mark.browser
LOOKS = {"light-wide": ("light", 1280), "dark-narrow": ("dark", 380)}
PAGES = (
    "/content",
    "/content/articles",
    "/content/articles/1",
    "/content/articles/+",
    "/content/people/1",
    "/content/home",
    "/content/nowhere",
    "/files",
    "/model",
    "/diagram",
    "/model/articles",
    "/model/directus_users",
    "/users",
    "/users/+",
    "/roles",
    "/policies",
    "/realtime",
    "/activity",
    "/settings",
    "/account",
    "/reference",
    "/view-as",
    "/nowhere",
)
MENUS = (
    ("/content/articles/1", "More about this item"),
    ("/content/articles", "Saved views"),
    ("/content/articles", "Export and import"),
    ("/model/articles", "More about this collection"),
)
EMPTY = ("/content", "/model", "/realtime")


def named(path: str, look: str) -> str:
    """The name of a picture."""
    return f"{path.strip('/').replace('/', '-').replace('+', 'new')}-{look}"


@pytest.mark.long
@pytest.mark.parametrize("look", LOOKS)
async def test_every_page(studio: Studio, look: str) -> None:
    await studio.look(*LOOKS[look])
    await studio.open("/login")
    await studio.judge(named("/login", look))
    await studio.log_in()
    for path in EMPTY:
        await studio.open(path)
        await studio.judge(named(f"/empty{path}", look))
    with studio.server.client() as admin:
        build(admin)
        ids = {
            kind: admin.get(f"/{kind}").json()["data"][0]["id"] for kind in ("users", "roles", "policies", "activity")
        }
    for path in (*PAGES, *(f"/{kind}/{each}" for kind, each in ids.items())):
        await studio.open(path)
        await studio.judge(named(path.split("-")[0] if path.count("-") > 3 else path, look))
    assert not studio.errors


@pytest.mark.long
@pytest.mark.parametrize("look", LOOKS)
async def test_what_slides_in(studio: Studio, look: str) -> None:
    await studio.look(*LOOKS[look])
    with studio.server.client() as admin:
        build(admin)
    await studio.log_in()
    opened = (
        ("/model", "Create collection"),
        ("/model/articles", "Create field"),
        ("/model/articles", "Create relation"),
        ("/policies", "Create policy"),
        ("/content/articles/1", "History and comments"),
        ("/content/articles", "Columns"),
        ("/content/articles", "Filter"),
    )
    for path, button in opened:
        await studio.open(path)
        await studio.button(button).first.click()
        await studio.settle()
        await studio.judge(named(f"{path}-{button.lower().replace(' ', '-')}", look))
    for path, button in MENUS:  # while a menu is open, the library hides all else, by a way that axe does not take
        await studio.open(path)
        await studio.button(button).click()
        await studio.shot(named(f"{path}-{button.lower().replace(' ', '-')}", look))
        await studio.page.keyboard.press("Escape")
    await studio.page.keyboard.press("Control+k")
    await expect(studio.page.get_by_placeholder("Search pages and collections")).to_be_visible()
    await studio.settle()
    await studio.judge(named("palette", look))
    assert not studio.errors

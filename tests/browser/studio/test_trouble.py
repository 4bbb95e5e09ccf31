"""What cannot be loaded says so on every page, in words, and nothing goes on turning for ever."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.studio.conftest import Studio

pytestmark = pytest.mark.browser
BROKEN = (
    ("/content", "fields"),
    ("/content/articles", "items/articles"),
    ("/content/articles/1", "items/articles/1"),
    ("/files", "files"),
    ("/model", "collections"),
    ("/model/articles", "collections"),
    ("/diagram", "relations"),
    ("/users", "users"),
    ("/roles", "roles"),
    ("/policies", "policies"),
    ("/activity", "activity"),
)
GONE = (
    "/content/articles/999999",
    "/files/00000000-0000-4000-8000-000000000000",
    "/users/00000000-0000-4000-8000-000000000000",
    "/roles/00000000-0000-4000-8000-000000000000",
    "/policies/00000000-0000-4000-8000-000000000000",
    "/activity/999999",
)


async def cut(route: Route) -> None:
    await route.abort()


async def test_a_server_that_does_not_answer(filled: Studio) -> None:
    page = filled.page
    for path, resource in BROKEN:
        address = re.compile(rf"{re.escape(filled.server.base)}/{resource}(\?|$)")
        await page.route(address, cut)
        await filled.open(path)
        await expect(page.get_by_role("main").get_by_role("alert").first).to_contain_text("cannot be reached")
        await filled.judge(f"trouble{path.replace('/', '-')}")
        await page.unroute(address, cut)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 380)])
async def test_what_is_not_there(filled: Studio, scheme: str, width: int) -> None:
    page = filled.page
    await filled.look(scheme, width)
    for path in GONE:
        await filled.open(path)
        said = page.get_by_text(re.compile("does not exist any more|There is no such"))
        await expect(said.first).to_be_visible()
        await filled.judge(f"gone-{path.split('/')[1]}-{scheme}")

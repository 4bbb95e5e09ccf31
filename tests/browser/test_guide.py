"""The guide's page in Chromium: what its reader sees in the console."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Route

from tests.support.guide import prepare
from tests.support.node import sdk
from tests.support.patience import PATIENCE
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page."""
    page = await browser.new_page()
    yield page
    await page.close()


class Console:
    """What the page says."""

    def __init__(self, page: Page) -> None:
        self.said: list[Any] = []
        self.errors: list[str] = []
        self._reading: set[asyncio.Task[None]] = set()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        reading = asyncio.create_task(self._read(message))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)

    async def _read(self, message: ConsoleMessage) -> None:
        self.said.extend([await each.json_value() for each in message.args])

    async def says(self, test: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first object that passes the test."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            for each in self.said:
                if isinstance(each, dict) and test(each):
                    return each
            await asyncio.sleep(0.02)
        raise AssertionError(f"not said: {self.said} {self.errors}")


async def _open(page: Page, server: Server, token: str) -> Console:
    """The guide's page, its SDK served beside it."""
    modules = sdk() / "@directus/sdk/dist"
    html = (Path(__file__).parent / "guide.html").read_text()
    for mark, value in (("%SDK%", "/guide/sdk/index.js"), ("%SOCKET%", server.socket), ("%TOKEN%", token)):
        html = html.replace(mark, value)

    async def serve(route: Route) -> None:
        path = route.request.url.removeprefix(f"{server.base}/guide/sdk/")
        await route.fulfill(path=modules / path, content_type="text/javascript")

    await page.route(f"{server.base}/guide/sdk/**", serve)
    console = Console(page)
    # The page takes the place of one that the server really sent: a browser lets only those open sockets to this machine.
    await page.goto(f"{server.base}/server/ping")
    await page.set_content(html, wait_until="commit")
    return console


async def test_the_guide_in_a_browser(server: Server, page: Page) -> None:
    with server.client() as admin:
        token = prepare(admin)
        console = await _open(page, server, token)
        await console.says(lambda each: each.get("event") == "onopen")
        await console.says(lambda each: each.get("data") == "auth ok")
        await console.says(lambda each: each.get("event") == "init" and each["type"] == "subscription")

        await page.evaluate("createItem('Hello World!', 'Ben')")
        made = await console.says(lambda each: each.get("event") == "items" and each["data"]["text"] == "Hello World!")
        await page.evaluate("readLatestItem()")
        newest = await console.says(lambda each: each.get("event") == "items" and isinstance(each["data"], list))
        assert newest["data"] == [made["data"]]

        change = {"text": "Changed in another window"}
        admin.patch(f"/items/messages/{made['data']['id']}", json=change).raise_for_status()
        update = await console.says(lambda each: each.get("event") == "update")
        assert update["data"] == [{"user": "Ben", **change}]
        assert not console.errors
        assert not [each for each in console.said if each == {"event": "onclose"}]

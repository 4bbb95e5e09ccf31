"""One Chromium for all tests of a worker: each has a context of its own in it, and they share its start."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives on one loop, and so its tests have to run on that."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers() -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """Gives the browser, or another if that has broken down."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium: install it, or name it with CHROMIUM=/path/to/chromium")
    opened: list[Browser] = []
    async with async_playwright() as playwright:

        async def give() -> Browser:
            if not opened or not opened[-1].is_connected():
                opened.append(await playwright.chromium.launch(executable_path=found, args=ARGUMENTS, timeout=120_000))
            return opened[-1]

        yield give
        for each in opened:
            await each.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(browsers: Callable[[], Awaitable[Browser]]) -> Browser:
    """The browser."""
    return await browsers()

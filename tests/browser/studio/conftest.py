"""The Studio in Chromium: a context that notes every error, a person's hands, and the judge of accessibility."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Error, Locator, Page, Request, expect

from rowcast.server.studio import FOLDER
from tests.browser.studio.sample import build
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Server

# The last, since the guide's page is handed to the browser without an address of its own.
PERMISSIONS = ("clipboard-read", "clipboard-write", "local-network-access")
ROOT = Path(__file__).parents[3]
AXE = ROOT / "studio" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / "artifacts" / "studio"
TOO_WIDE = """[document.documentElement, ...document.querySelectorAll('main .overflow-y-auto, [role=dialog] .overflow-y-auto')]
  .some((each) => each.scrollWidth > each.clientWidth + 1)"""
ENDLESS = re.compile(r"/realtime/commits\b")
"""Addresses whose answers do not end."""
STILL = """async () => {
  const slides = (each) => each.playState === 'running' && each.effect.getComputedTiming().endTime <= 1000
  for (let calm = 0; calm < 3; calm += 1) {
    await new Promise((next) => requestAnimationFrame(next))
    if (document.getAnimations().some(slides)) calm = -1
  }
  return document.readyState === 'complete'
}"""
"""Three frames without anything sliding. What goes on for longer than a second is no sliding."""
NOTES = """(selector) => {
  window.noted = false
  const look = () => { window.noted ||= document.querySelector(selector) !== null }
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
}"""
PATIENCE = int(os.environ.get("PATIENCE", "60000"))
"""Milliseconds for what has to come: how fast it comes is the bench's business, and other tests run beside this one."""
expect.set_options(timeout=PATIENCE)
LOOKS: dict[str, tuple[Literal["light", "dark"], int]] = {"light-wide": ("light", 1280), "dark-narrow": ("dark", 380)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Studio:
    """One browser context with the Studio open. ``errors``: what the console and the page complained of."""

    server: Server
    context: BrowserContext
    page: Page
    errors: list[str] = field(default_factory=list)
    _asked: set[Request] = field(default_factory=set)

    def watch(self) -> None:
        """Note what goes wrong from now on, and what is asked and not answered yet."""
        self.page.on("request", lambda request: None if ENDLESS.search(request.url) else self._asked.add(request))
        self.page.on("requestfinished", lambda request: self._asked.discard(request))
        self.page.on("requestfailed", lambda request: self._asked.discard(request))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def open(self, path: str) -> None:
        """Go to a page of the Studio and wait until it stands still."""
        self._asked.clear()
        await self.page.goto(f"{self.server.base}/admin{path}")
        await self.settle()

    async def settle(self) -> None:
        """Wait until the page has its heading, nothing is loading, and what slides has slid."""
        await self.page.locator("h1").first.wait_for()
        await expect(self.page.locator("main .animate-pulse")).to_have_count(0)
        await self.still()

    async def still(self, *, answered: bool = True) -> None:
        """Wait until all that was asked is answered (unless that is not to be waited for) and shown, and nothing moves."""
        async with asyncio.timeout(PATIENCE / 1000):
            is_still = False
            while not is_still or (answered and self._asked):
                with suppress(Error):  # of a page that has been left
                    is_still = await self.page.evaluate(STILL)
                await asyncio.sleep(0.01)

    async def notes(self, selector: str) -> None:
        """From now on note in ``window.noted`` what is there only for a moment: whether anything has matched."""
        await self.page.evaluate(NOTES, selector)

    async def noted(self) -> None:
        """Wait until it has."""
        await self.page.wait_for_function("window.noted")

    async def follow(self, link: Locator | str, address: str) -> None:
        """Click a link and wait until the page behind it stands: what is filled in next must not meet the page before."""
        found = self.page.get_by_role("link", name=link) if isinstance(link, str) else link
        await found.click()
        await self.page.wait_for_url(address)
        await self.settle()

    async def log_in(self) -> None:
        """As a person does, from the first page."""
        await self.open("/")
        await self.page.get_by_label("E-mail address").fill(ADMIN_EMAIL)
        await self.page.get_by_label("Password", exact=True).fill(ADMIN_PASSWORD)
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.wait_for_url("**/admin/content")

    async def look(self, scheme: str, width: int) -> None:
        """In light or dark, on a screen of some width."""
        await self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await self.page.set_viewport_size({"width": width, "height": 800})

    def row(self, text: str) -> Locator:
        """The rows of a table that hold a text."""
        return self.page.locator("tr[data-key]").filter(has_text=text)

    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def menu(self, button: str | re.Pattern[str], item: str | re.Pattern[str]) -> None:
        """Choose from the menu behind a button."""
        await self.button(button).click()
        await self.page.get_by_role("menuitem", name=item, exact=isinstance(item, str)).click()

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    async def choose(self, opener: Locator, option: str | re.Pattern[str], *, several: bool = False) -> None:
        """Open a list, take one of its entries, and wait until the list is gone. ``several``: it stays open by itself."""
        await opener.click()
        entry = self.page.get_by_role("option", name=option, exact=isinstance(option, str))
        await entry.click()
        if several:
            await self.page.keyboard.press("Escape")
        await expect(entry).to_have_count(0)

    async def undo(self, said: str) -> None:
        """Take back what a message tells of."""
        message = self.page.get_by_role("listitem").filter(has_text=said)
        await message.get_by_role("button", name="Undo").click()
        await expect(self.page.get_by_text("Undone", exact=True).first).to_be_visible()

    async def shot(self, name: str, *, answered: bool = True) -> None:
        """Wait until nothing moves; keep a picture if SHOTS=1 asks for pictures."""
        await self.still(answered=answered)
        if os.environ.get("SHOTS"):
            SHOTS.mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(path=SHOTS / f"{name}.png")

    async def judge_looks(self, name: str) -> None:
        """Judge the page as it stands in light and dark, wide and narrow."""
        for look, (scheme, width) in LOOKS.items():
            await self.page.emulate_media(color_scheme=scheme)
            await self.page.set_viewport_size({"width": width, "height": 800})
            await self.judge(f"{name}-{look}")
        await self.page.set_viewport_size({"width": 1280, "height": 800})

    async def judge(self, name: str, *, answered: bool = True) -> None:
        """Keep a picture; fail for what keeps somebody out, and for a page wider than its window."""
        await self.shot(name, answered=answered)
        assert not await self.page.evaluate(TOO_WIDE), f"{name} is wider than the window"
        assert not await violations(self.page), name


@cache
def axe() -> str:
    """The judge."""
    return AXE.read_text()


async def violations(page: Page) -> Sequence[str]:
    """What axe finds, in one line each. Run past the page's content policy, as a person's extension would."""
    session = await page.context.new_cdp_session(page)
    known = await session.send("Runtime.evaluate", {"expression": "'axe' in window"})
    if not known["result"]["value"]:
        await session.send("Runtime.evaluate", {"expression": axe()})
    run = f"axe.run(document, {{runOnly: {json.dumps(RULES)}}}).then((found) => JSON.stringify(found.violations))"
    answer = await session.send("Runtime.evaluate", {"expression": run, "awaitPromise": True, "returnByValue": True})
    found = json.loads(answer["result"]["value"])
    await session.detach()
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """The data of a server that was started once: empty, or with the sample project."""

    @cache
    def made(is_filled: bool) -> Path:
        with Server(tmp_path_factory.mktemp("begun")) as server, server.client() as admin:
            if is_filled:
                build(admin)
        return server.directory / "data"

    return made


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path, begun: Callable[[bool], Path]) -> Iterator[Server]:
    """A server of the test's own. Its data are a copy, which is there sooner."""
    shutil.copytree(begun("filled" in request.fixturenames), tmp_path / "data")
    with Server(tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def filled(studio: Studio) -> Studio:
    """Logged in, with the sample project."""
    await studio.log_in()
    return studio


@pytest_asyncio.fixture(loop_scope="session")
async def studio(server: Server, browser: Browser) -> AsyncIterator[Studio]:
    """The Studio of an empty database, nobody logged in."""
    if not (Path(os.environ.get("ROWCAST_STUDIO_DIR") or FOLDER) / "index.html").is_file() or not AXE.is_file():
        pytest.skip("the Studio is not built: run python hatch_build.py")
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="UTC")
    await context.grant_permissions(PERMISSIONS, origin=server.base)
    context.set_default_timeout(PATIENCE)
    studio = Studio(server, context, await context.new_page())
    studio.watch()
    yield studio
    await context.close()

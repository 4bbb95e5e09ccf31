"""The realtime inspector: figures, connections, views and commits of the running server, and a server that does not answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Route, expect
from websockets.asyncio.client import connect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import build, post
from tests.support.server import ADMIN_TOKEN, Server

pytestmark = pytest.mark.browser
LOOKS = {"light-wide": ("light", 1280), "dark-narrow": ("dark", 380)}
COMMITS = 250
REDRAW = 100
"""Milliseconds that the page lets go by before it draws what has come."""
COUNT = """() => {
  window.began = performance.now()
  window.drawings = 0
  window.articles = 0
  new MutationObserver((changes) => {
    const added = changes.flatMap((each) => [...each.addedNodes]).filter((each) => each.nodeType === Node.ELEMENT_NODE)
    const drawn = added.reduce((sum, each) => sum + each.matches('article') + each.querySelectorAll('article').length, 0)
    window.drawings += drawn > 0  // a counter goes along with each commit
    window.articles += drawn
  }).observe(document.querySelector('main'), { subtree: true, childList: true })
}"""


def listening(server: Server) -> connect:
    return connect(f"{server.socket}?access_token={ADMIN_TOKEN}", proxy=None)


async def subscribe(ws: Any, uid: str, **wish: Any) -> None:
    await ws.send(json.dumps({"type": "subscribe", "collection": "people", "uid": uid, **wish}))
    assert json.loads(await ws.recv())["event"] == "init"


@pytest.mark.parametrize("look", LOOKS)
async def test_what_the_server_does(studio: Studio, look: str) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
    await studio.log_in()
    await studio.look(*LOOKS[look])
    async with listening(studio.server) as ws:
        await subscribe(ws, "a", query={"filter": {"name": {"_contains": "n"}}})
        await subscribe(ws, "b", live="set", query={"sort": ["-name"], "limit": 3})
        await studio.open("/realtime")
        with studio.server.client() as admin:
            post(admin, "/items/people", {"name": "Nina", "email": "nina@example.com"})
        await expect(page.get_by_text("Milliseconds at most; 1 commit.")).to_be_visible()
        await expect(page.get_by_text("Nobody is slow.")).to_be_visible()
        await studio.judge(f"inspector-{look}")
        await studio.follow("Connections", "**/realtime/connections")
        await page.locator("summary").filter(has_text="2 subscriptions").click()
        await expect(page.get_by_text('{"sort":["-name"],"limit":3}')).to_be_visible()
        await studio.judge(f"inspector-connections-{look}")
        await studio.button("Close connection").click()
        await studio.dialog().get_by_role("button", name="Close connection").click()
        await expect(page.get_by_text("2 subscriptions")).to_have_count(0)
        await ws.wait_closed()
        assert ws.close_code == 4403
    async with listening(studio.server) as ws:
        await subscribe(ws, "a", query={"fields": ["id", "name"], "filter": {"name": {"_eq": "Nina"}}})
        await studio.follow("Views", "**/realtime/views")
        await expect(page.get_by_text("By key")).to_be_visible()
        await studio.judge(f"inspector-views-{look}")
    assert not studio.errors


@pytest.mark.parametrize("look", LOOKS)
async def test_commits_as_they_happen(studio: Studio, look: str) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
        await studio.log_in()
        await studio.look(*LOOKS[look])
        await studio.open("/realtime/commits")
        await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
        made = post(admin, "/items/people", {"name": "Nina"})["id"]
        admin.patch(f"/items/people/{made}", json={"name": "Nora"})
        entry = page.get_by_role("article").filter(has_text="Nora")
        await expect(entry.locator("del")).to_have_text("Nina")
        await expect(entry.locator("ins")).to_have_text("Nora")
        admin.delete(f"/items/people/{made}")
        await expect(page.get_by_text("Deleted")).to_be_visible()
        await studio.judge(f"inspector-commits-{look}")
        await studio.button("Pause").click()
        post(admin, "/items/people", {"name": "Unseen"})
        await expect(page.get_by_text("4 commits seen")).to_be_visible()
        await expect(page.get_by_text("Unseen")).to_have_count(0)
        await studio.button("Continue").click()
        await expect(page.get_by_text("Unseen")).to_be_visible()
    assert not studio.errors


async def test_a_busy_log_leaves_the_page_free(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
    await studio.log_in()
    await studio.open("/realtime/commits")

    async def write(ws: Any) -> None:
        for n in range(COMMITS):  # one after the other, so that each is a commit
            name = {"type": "items", "action": "update", "collection": "people", "id": 1, "data": {"name": f"Name {n}"}}
            await ws.send(json.dumps({**name, "uid": n}))
            await ws.recv()

    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    await page.evaluate(COUNT)
    async with listening(studio.server) as ws:
        await write(ws)
    await expect(page.get_by_text("Name 249")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(200)
    wanted = "[window.drawings, window.articles, performance.now() - window.began]"
    drawings, articles, took = await page.evaluate(wanted)
    assert 0 < drawings < took / REDRAW + 10, "not for each commit, unless they come slowly"
    assert articles <= COMMITS, "no commit is drawn twice"
    await studio.button("Clear").click()
    await expect(page.get_by_text("No commit yet")).to_be_visible()
    assert not studio.errors


async def test_a_server_that_does_not_answer(studio: Studio) -> None:
    page = studio.page
    await studio.log_in()

    async def fail(route: Route) -> None:
        body = {"errors": [{"message": "x", "extensions": {"code": "SERVICE_UNAVAILABLE"}}]}
        await route.fulfill(status=503, content_type="application/json", body=json.dumps(body))

    figures, commits = (f"{studio.server.base}/realtime/{name}*" for name in ("figures", "commits"))
    await page.route(figures, fail)
    await page.route(commits, fail)
    await studio.open("/realtime")
    await expect(page.get_by_role("alert").filter(has_text="cannot do this at the moment")).to_be_visible()
    await studio.judge("inspector-unavailable")
    await page.unroute(figures)
    await expect(page.get_by_text("Nobody is slow.")).to_be_visible()
    await studio.open("/realtime/commits")
    await expect(page.get_by_role("status").filter(has_text="Offline")).to_be_visible()
    await page.unroute(commits)
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()

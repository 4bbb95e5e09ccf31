"""A slow statement ends after QUERY_TIMEOUT with a code, and meanwhile keeps nobody waiting."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import websockets

from tests.support.patience import PATIENCE
from tests.support.server import ADMIN_TOKEN, Server

pytestmark = pytest.mark.xdist_group("slow")  # they share a server

ROWS = 400
TIMEOUT = 2.5
"""Seconds: longer than a loaded machine may stand still."""
SLOW = "parent.children.parent.children.parent.children.parent.children.id"
"""Every row has the same parent, so that each step multiplies the rows by their number."""
ENDLESS = {"parent": {"children": {"parent": {"children": {"parent": {"children": {"name": {"_contains": "none"}}}}}}}}
KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with rows that all have the same parent."""
    with Server(tmp_path_factory.mktemp("slow"), QUERY_TIMEOUT=f"{TIMEOUT}s") as server, server.client() as admin:
        fields = [
            KEY,
            *(
                {"field": n, "type": t, "meta": {}, "schema": {}}
                for n, t in (("name", "string"), ("parent", "integer"))
            ),
        ]
        admin.post("/collections", json={"collection": "nodes", "schema": {}, "meta": {}, "fields": fields})
        admin.post("/fields/nodes", json={"field": "children", "type": "alias", "meta": {"special": ["o2m"]}})
        about = {
            "collection": "nodes",
            "field": "parent",
            "related_collection": "nodes",
            "meta": {"one_field": "children"},
        }
        assert admin.post("/relations", json={**about, "schema": {}}).is_success
        rows = [{"name": str(n), "parent": 1 if n else None} for n in range(ROWS)]
        assert admin.post("/items/nodes", params={"fields": "id"}, json=rows).is_success
        yield server


def rest(server: Server) -> httpx.AsyncClient:
    """An asker of REST."""
    return httpx.AsyncClient(base_url=server.base, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}, timeout=PATIENCE)


async def answered(quick: Any, until: asyncio.Task[Any]) -> int:
    """Ask a quick question again and again while the slow one runs; how many were answered meanwhile. If they had to wait for it,
    that would be no more than the one before it began."""
    count = 0
    while not until.done():
        await quick()
        count += not until.done()
    return count


async def test_by_rest(tree: Server) -> None:
    async with rest(tree) as slow, rest(tree) as quick:
        begun = time.monotonic()
        task = asyncio.create_task(slow.get("/items/nodes", params={"fields": SLOW, "limit": -1}))
        meanwhile = await answered(lambda: quick.get("/items/nodes/2"), task)
        answer = await task
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (408, "OUT_OF_TIME")
    assert time.monotonic() - begun >= TIMEOUT
    assert meanwhile > 3


async def test_by_socket(tree: Server) -> None:
    address = f"{tree.socket}?access_token={ADMIN_TOKEN}"
    async with websockets.connect(address, proxy=None) as slow, websockets.connect(address, proxy=None) as quick:
        question = {"type": "items", "action": "read", "collection": "nodes", "uid": "s"}

        async def ask(socket: Any, query: dict[str, Any]) -> dict[str, Any]:
            await socket.send(json.dumps({**question, "query": query}))
            return json.loads(await socket.recv())

        task = asyncio.create_task(ask(slow, {"fields": [SLOW], "limit": -1}))
        meanwhile = await answered(lambda: ask(quick, {"limit": 1}), task)
        answer = await task
        assert (answer["type"], answer["error"]["code"], answer["uid"]) == ("items", "OUT_OF_TIME", "s")
        assert meanwhile > 3
        assert len((await ask(slow, {"limit": 2}))["data"]) == 2
        await slow.send(
            json.dumps(
                {"type": "subscribe", "collection": "nodes", "query": {"fields": [SLOW], "limit": -1}, "uid": "e"}
            )
        )
        refused = json.loads(await slow.recv())
        assert (refused["type"], refused["error"]["code"], refused["uid"]) == ("subscribe", "OUT_OF_TIME", "e")


async def test_a_mutation(tree: Server) -> None:
    """A mutation holds up other mutations as long as it runs, and so is ended, too; what waited is done."""
    async with rest(tree) as slow, rest(tree) as quick:
        body = {"query": {"filter": ENDLESS, "limit": -1}, "data": {"name": "x"}}
        task = asyncio.create_task(slow.patch("/items/nodes", json=body))
        await asyncio.sleep(0.1)
        waiting = asyncio.create_task(slow.post("/items/nodes", json={"name": "new"}))
        meanwhile = await answered(lambda: quick.get("/items/nodes/2"), task)
        answer = await task
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (408, "OUT_OF_TIME")
        assert meanwhile > 3
        assert (await waiting).status_code == 200

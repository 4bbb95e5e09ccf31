"""The application mounted in another ASGI application, behind a server that speaks ASGI WebSockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp
from websockets.asyncio.client import connect

from rowcast.engine.engine import Engine
from rowcast.engine.settings import Settings, Sockets
from rowcast.server.application import application
from rowcast.server.bootstrap import first_start
from rowcast.server.config import ServerSettings
from rowcast.store.open import open_store

TOKEN = "tok-admin"
SOCKETS = Sockets(max_payload_size=10_000)


class Quiet(uvicorn.Server):
    """A server that leaves the signals of the test process alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def mounted(folder: Path) -> ASGIApp:
    """An application of somebody else's, with ours under ``/data``."""
    inner: list[ASGIApp] = []

    async def ours(scope: Any, receive: Any, send: Any) -> None:
        await inner[0](scope, receive, send)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        engine = Engine(open_store(f"sqlite:///{folder}/data.db"), Settings("x" * 32, websockets=SOCKETS))
        await engine.open()
        await first_start(engine, ServerSettings(admin_password="pw", admin_token=TOKEN))
        inner.append(application(engine))
        yield
        await engine.close()

    return Starlette(routes=[Mount("/data", ours)], lifespan=lifespan)


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """Host and port of a running server."""
    config = uvicorn.Config(mounted(tmp_path), port=0, log_config=None, ws="websockets-sansio", lifespan="on")
    server = Quiet(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"{host}:{port}"
    server.should_exit = True
    await serving


async def test_the_same_session_over_asgi(address: str) -> None:
    async with connect(f"ws://{address}/data/websocket", proxy=None) as ws, httpx.AsyncClient() as client:
        for message in (
            {"type": "auth", "access_token": TOKEN, "uid": 1},
            {"type": "subscribe", "collection": "directus_roles", "event": "create", "uid": "r"},
            {"type": "ping"},
        ):
            await ws.send(json.dumps(message))
        assert [json.loads(await ws.recv()) for _ in range(3)] == [
            {"type": "auth", "status": "ok", "uid": 1},
            {"type": "subscription", "event": "init", "uid": "r"},
            {"type": "pong"},
        ]
        signed = {"Authorization": f"Bearer {TOKEN}"}
        await client.post(f"http://{address}/data/roles", json={"name": "New"}, headers=signed)
        assert json.loads(await ws.recv())["data"][0]["name"] == "New"
        await ws.send("x" * 20_000)
        await ws.wait_closed()
        assert ws.close_code == 1009


@pytest.mark.parametrize(("target", "status"), [("/other", 404), ("/websocket?access_token=bad", 401)])
async def test_refusals(address: str, target: str, status: int) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await connect(f"ws://{address}/data{target}", proxy=None)
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["errors"][0]["message"]

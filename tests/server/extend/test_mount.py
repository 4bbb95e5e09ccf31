"""The application inside others, behind a server that knows nothing of it: requests, sockets, lifespans, roots."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from litestar import Litestar, asgi
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp
from websockets.asyncio.client import connect

from rowcast import Rowcast
from rowcast.engine.account.setup import setup_code
from tests.server.extend.conftest import ADMIN, furnish, made, messages


class Quiet(uvicorn.Server):
    """A server that leaves the signals of the test process alone."""

    @contextmanager
    def capture_signals(self) -> Any:
        yield


@asynccontextmanager
async def served(app: Any, **options: Any) -> AsyncIterator[str]:
    """Serve an application; host and port."""
    server = Quiet(uvicorn.Config(app, port=0, log_config=None, ws="websockets-sansio", lifespan="auto", **options))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await serving


async def ping(request: Request) -> JSONResponse:
    """A route of the application around."""
    return JSONResponse({"around": True})


def in_starlette(app: Rowcast) -> ASGIApp:
    return Starlette(routes=[Route("/own", ping), Mount("/data", app)], lifespan=app.lifespan)


def in_starlette_unannounced(app: Rowcast) -> ASGIApp:
    return Starlette(routes=[Route("/own", ping), Mount("/data", app)])


def in_fastapi(app: Rowcast) -> ASGIApp:
    around = FastAPI(lifespan=app.lifespan)
    around.mount("/data", app)

    @around.get("/own")
    async def own() -> dict[str, Any]:
        rows = await app.context.items("messages").read(fields=["text"])
        return {"around": True, "rows": rows}

    return around


def in_litestar(app: Rowcast) -> ASGIApp:
    mounted = asgi("/data", is_mount=True, copy_scope=False)(cast(Any, app))
    return cast(ASGIApp, Litestar([mounted], on_startup=[app.start], on_shutdown=[app.stop]))


def alone(app: Rowcast) -> ASGIApp:
    return app


@pytest.mark.parametrize("place", [in_starlette, in_starlette_unannounced, in_fastapi, in_litestar, alone])
async def test_requests_and_sockets(tmp_path: Path, place: Callable[[Rowcast], ASGIApp]) -> None:
    app, root = made(tmp_path), "" if place is alone else "/data"
    greeted: list[str] = []

    @app.on_connect
    async def greet(ctx: Any) -> None:
        greeted.append("come")

    @app.route("/hello/{name}")
    async def hello(request: Request, ctx: Any) -> dict[str, Any]:
        return {"hello": request.path_params["name"], "admin": ctx.actor.admin}

    async with (
        served(place(app)) as address,
        httpx.AsyncClient(base_url=f"http://{address}{root}", headers=ADMIN) as client,
    ):
        await furnish(client)
        assert (await client.get("/hello/ben")).json() == {"hello": "ben", "admin": True}
        assert (await client.get("/nowhere")).json()["errors"][0]["extensions"]["code"] == "ROUTE_NOT_FOUND"
        async with connect(f"ws://{address}{root}/websocket", proxy=None) as ws:
            await ws.send(json.dumps({"type": "auth", "access_token": "tok-admin"}))
            await ws.send(json.dumps({"type": "subscribe", "collection": "messages", "query": {"fields": ["text"]}}))
            assert json.loads(await ws.recv())["status"] == "ok"
            assert json.loads(await ws.recv())["event"] == "init"
            await client.post("/items/messages", json={"text": "over there"})
            assert json.loads(await ws.recv())["data"] == [{"text": "over there"}]
        assert greeted == ["come"]
        if place in (in_starlette, in_fastapi):
            assert (await client.get(f"http://{address}/own")).json()["around"] is True
    await app.stop()


@pytest.mark.parametrize("place", [in_starlette, in_fastapi, in_litestar, alone])
async def test_the_studio_is_where_the_application_is(tmp_path: Path, place: Callable[[Rowcast], ASGIApp]) -> None:
    root, folder = "" if place is alone else "/data", tmp_path / "build"
    folder.mkdir()
    (folder / "index.html").write_text('<base href="/admin/">')
    app = made(tmp_path, rowcast_studio_dir=str(folder))
    async with served(place(app)) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        assert (await client.get(f"{root}/admin")).headers["location"] == f"{root}/admin/"
        for path in ("/admin/", "/admin/content/messages"):
            assert (await client.get(root + path)).text == f'<base href="{root}/admin/">'
    await app.stop()


async def test_without_a_login_the_set_up_page_is_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    app = made(tmp_path, admin_password=None, admin_token=None)
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        assert (await client.get("/server/info")).json()["data"]["setupCompleted"] is False
        code = setup_code("s" * 40)
        said = caplog.text + capsys.readouterr().out
        assert f"/admin/setup?code={code}" in said
        first = {"code": code, "email": "ann@example.com", "password": "secret-ann"}
        assert (await client.post("/server/setup", json=first)).status_code == 204
        assert (await client.get("/server/info")).json()["data"]["setupCompleted"] is True


async def test_behind_a_proxy_that_adds_a_prefix(tmp_path: Path) -> None:
    app = made(tmp_path)
    async with served(app, root_path="/api") as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        assert (await client.get("/server/ping")).text == "pong"


async def test_it_can_be_started_again(tmp_path: Path) -> None:
    app = made(tmp_path)
    for number in (1, 2):
        async with (
            app.lifespan(),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t", headers=ADMIN) as client,
        ):
            if number == 1:
                await furnish(client)
            await app.context.items("messages").create({"text": str(number)})
            assert len(await messages(client)) == number


async def test_a_start_that_fails_is_told() -> None:
    app, sent = Rowcast("sqlite:////proc/no/where.db", environment={}, secret="s" * 40), list[Any]()

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app({"type": "lifespan"}, receive, send)
    assert sent[0]["type"] == "lifespan.startup.failed"


def test_settings_are_the_variables(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match='did you mean "cors_enabled"'):
        Rowcast(cors_enable=True)
    app = made(
        tmp_path, cors_enabled=True, cors_origin=["https://a.example", "https://b.example"], access_token_ttl="5m"
    )
    settings = app.config().engine
    assert (settings.cors.enabled, settings.access_token_ttl) == (True, 300)
    assert settings.cors.origin == ("https://a.example", "https://b.example")
    assert app.config(port=1).server.port == 1

"""Extensions on sockets: who comes, who goes, what is said. On ASGI sockets and on the server's own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from rowcast import Rowcast, SocketContext
from rowcast.errors import Forbidden, InvalidConfiguration, InvalidPayload
from tests.server.extend.conftest import by_hand, made
from tests.server.extend.test_mount import served
from tests.support.guide import prepare
from tests.support.patience import soon, until
from tests.support.server import Server


async def say(ws: ClientConnection, **message: Any) -> dict[str, Any]:
    await ws.send(json.dumps(message))
    answer: dict[str, Any] = json.loads(await soon(ws.recv()))
    return answer


async def test_messages_of_ones_own(tmp_path: Path) -> None:
    app = made(tmp_path)

    @app.on_message("echo")
    async def echo(ctx: SocketContext, message: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"said": message["text"], "by_admin": ctx.actor.admin}

    @app.on_message("quiet")
    async def quiet(ctx: SocketContext, message: dict[str, Any]) -> None:
        ctx.send({"type": "note", "text": "unasked"})

    @app.on_message("bad")
    async def bad(ctx: SocketContext, message: dict[str, Any]) -> None:
        if message.get("how") == "refuse":
            raise InvalidPayload("Not like this")
        raise ValueError("oh")

    async with served(app) as address, connect(f"ws://{address}/websocket", proxy=None) as ws:
        assert (await say(ws, type="auth", access_token="tok-admin"))["status"] == "ok"
        answer = await say(ws, type="echo", text="hi", uid=7)
        assert answer == {"type": "echo", "said": "hi", "by_admin": True, "uid": 7}
        assert await say(ws, type="quiet") == {"type": "note", "text": "unasked"}
        assert (await say(ws, type="bad", uid="x")) == {
            "type": "bad",
            "status": "error",
            "error": {"code": "HOOK_FAILED", "message": "An extension of the server failed."},
            "uid": "x",
        }
        assert (await say(ws, type="bad", how="refuse"))["error"]["code"] == "INVALID_PAYLOAD"
        await ws.send(json.dumps({"type": "unheard"}))
        for number in range(3):
            await ws.send(json.dumps({"type": "echo", "text": number}))
        await ws.send(json.dumps({"type": "ping"}))
        found = [json.loads(await ws.recv()) for _ in range(4)]
        assert [each.get("said") for each in found] == [0, 1, 2, None], "in the order sent"
        assert app.broadcast({"type": "all"}) == 1
        assert app.broadcast({"type": "none"}, user="nobody") == 0
        assert json.loads(await ws.recv()) == {"type": "all"}


async def test_a_function_that_hangs_or_ends_itself(tmp_path: Path) -> None:
    app = made(tmp_path)

    @app.on_message("hang", timeout=0.05)
    async def hang(ctx: SocketContext, message: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    @app.on_message("cancel")
    async def cancel(ctx: SocketContext, message: dict[str, Any]) -> None:
        raise asyncio.CancelledError

    @app.on_message("exit")
    async def leave(ctx: SocketContext, message: dict[str, Any]) -> None:
        raise SystemExit

    async with served(app) as address, connect(f"ws://{address}/websocket", proxy=None) as ws:
        await say(ws, type="auth", access_token="tok-admin")
        assert (await say(ws, type="hang"))["error"]["code"] == "HOOK_TIMEOUT"
        assert (await say(ws, type="cancel"))["error"]["code"] == "HOOK_FAILED"
        assert (await say(ws, type="exit"))["error"]["code"] == "HOOK_FAILED"
        assert (await say(ws, type="ping"))["type"] == "pong"
        assert [each.failures for each in app.hooks] == [1, 1, 1]


async def test_messages_of_the_protocol_are_seen_first(tmp_path: Path) -> None:
    app = made(tmp_path)

    @app.on_message("subscribe")
    async def narrow(ctx: SocketContext, message: dict[str, Any]) -> dict[str, Any] | None:
        if message["collection"] == "directus_users":
            raise Forbidden("Not over the socket.")
        return {**message, "collection": "directus_roles"} if message["collection"] == "groups" else None

    @app.on_message("items")
    async def broken(ctx: SocketContext, message: dict[str, Any]) -> dict[str, Any]:
        return {"action": "dance"}

    async with served(app) as address, connect(f"ws://{address}/websocket", proxy=None) as ws:
        await say(ws, type="auth", access_token="tok-admin")
        query = {"fields": ["name"]}
        assert (await say(ws, type="subscribe", collection="groups", query=query, uid=1))["data"] == [
            {"name": "Administrator"}
        ]
        assert (await say(ws, type="subscribe", collection="directus_roles", query=query, uid=2))["event"] == "init"
        refused = await say(ws, type="subscribe", collection="directus_users", uid=3)
        assert (refused["type"], refused["error"]["message"]) == ("subscribe", "Not over the socket.")
        assert (await say(ws, type="items", collection="x", action="read"))["error"]["code"] == "HOOK_FAILED"


async def test_who_comes_and_goes(tmp_path: Path) -> None:
    app, gone = made(tmp_path, websockets_rest_auth="public"), asyncio.Event()
    full = False

    @app.on_connect
    async def greet(ctx: SocketContext) -> None:
        await asyncio.sleep(0.01)
        if full:
            raise Forbidden("The house is full.")
        ctx.send({"type": "welcome"})

    @app.on_disconnect
    async def bye(ctx: SocketContext) -> None:
        gone.set()

    async with served(app) as address:
        async with connect(f"ws://{address}/websocket", proxy=None) as ws:
            await ws.send('{"type":"ping"}')
            assert [json.loads(await ws.recv())["type"] for _ in range(2)] == ["welcome", "pong"]
        await soon(gone.wait())
        full = True
        async with connect(f"ws://{address}/websocket", proxy=None) as ws:
            assert json.loads(await ws.recv())["error"]["code"] == "FORBIDDEN"
            with pytest.raises(websockets.ConnectionClosed):
                await ws.recv()
            assert ws.close_code == 1008


APP = """
from rowcast import Rowcast
app = Rowcast()

@app.on_connect
async def greet(ctx):
    ctx.send({"type": "welcome"})

@app.on_message("typing")
async def typing(ctx, message):
    app.broadcast({"type": "typing", "user": ctx.actor.user})

@app.before("items.create", "messages")
def sign(ctx, payload):
    payload["user"] = "signed"

seen = []

@app.after("items.create", "messages")
async def note(ctx, event):
    seen.append([event.after["text"], event.after["user"]])

@app.route("/seen")
async def hello(request, ctx):
    return seen
"""


async def test_on_the_sockets_of_the_server_itself(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(APP)
    with Server(tmp_path, "--app", "main:app") as server, server.client() as admin:
        token = prepare(admin)
        async with connect(server.socket + f"?access_token={token}", proxy=None) as ws:
            assert json.loads(await ws.recv()) == {"type": "welcome"}
            made = await say(ws, type="items", collection="messages", action="create", data={"text": "hi"})
            assert made["data"]["user"] == "signed"
            assert (await say(ws, type="typing"))["type"] == "typing"
        admin.post("/items/messages", json={"text": "by REST"})
        by_hand(tmp_path, "INSERT INTO messages (text) VALUES ('by hand')", "data/rowcast.db")
        wanted = [["hi", "signed"], ["by REST", "signed"], ["by hand", None]]
        await until(lambda: admin.get("/seen").json() == wanted)


@pytest.mark.parametrize("kind", ["auth", "ping", ""])
def test_types_that_are_not_for_extensions(app: Rowcast, kind: str) -> None:
    with pytest.raises(InvalidConfiguration):
        app.on_message(kind)


def test_what_runs_on_the_loop_is_asynchronous(app: Rowcast) -> None:
    with pytest.raises(InvalidConfiguration, match="async def"):
        app.on_connect(lambda ctx: None)

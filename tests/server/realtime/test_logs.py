"""The server's log over a socket: for administrators, from the level on that they ask for."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rowcast.protocol import Send
from rowcast.protocol.logs import LogSession, allowed
from tests.server.realtime.test_socket import hear, opened, refusal, tell
from tests.support.patience import soon
from tests.support.server import ADMIN_TOKEN, Server, serving

PATH = "/logs?access_token="


def speak_nonsense(server: Server) -> None:
    """What no server understands, and warns of."""
    address = urlsplit(server.base)
    with socket.create_connection((address.hostname, address.port)) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        raw.recv(1000)


def said(session: LogSession, **message: Any) -> Any:
    (effect,) = session.receive(json.dumps(message).encode(), 0.0)
    assert isinstance(effect, Send)
    return json.loads(effect.frame)


def test_levels() -> None:
    made = LogSession("info", None)
    assert allowed("silent") == {}
    assert said(made, type="subscribe", log_level="warn") == {"type": "logs", "event": "subscribe", "log_level": "warn"}
    assert made.level == 40
    for level in ("debug", "loud", None, 5):
        error = said(made, type="subscribe", log_level=level, uid=1)
        assert (error["type"], error["error"]["code"], error["uid"]) == ("logs", "INVALID_PAYLOAD", 1)
    assert made.level == 40
    assert said(made, type="unsubscribe") == {"type": "logs", "event": "unsubscribe"}
    assert said(made, type="ping", uid="p") == {"type": "pong", "uid": "p"}
    assert made.receive(b'{"type":"items"}', 0.0) == ()
    (error,) = made.receive(b"[", 0.0)
    assert isinstance(error, Send)
    assert json.loads(error.frame)["type"] == "server"


def test_a_token_that_expires_ends_it_at_once() -> None:
    made = LogSession("info", 10.0)
    assert made.tick(9.0) == ()
    assert [type(effect).__name__ for effect in made.tick(10.0)] == ["Send", "Close"]


async def test_what_is_written_is_told(tmp_path: Path) -> None:
    variables = {"WEBSOCKETS_LOGS_STYLE": "raw", "WEBSOCKETS_LOGS_LEVEL": "debug", "LOG_LEVEL": "error"}
    with serving(tmp_path, variables) as server, server.client() as admin, server.client("eve-token") as eve:
        admin.post("/users", json={"email": "eve@example.com", "token": "eve-token", "status": "active"})
        assert await refusal(server, path="/websocket/logs") == 401
        assert admin.get("/websocket/logs").status_code == 426
        assert await refusal(server, path="/websocket/logs", target="?access_token=eve-token") == 401
        assert eve.get("/server/info").json()["data"]["websocket"]["logs"] is False
        told = admin.get("/server/info").json()["data"]["websocket"]["logs"]
        assert list(told["allowedLogLevels"]) == ["debug", "info", "warn", "error", "fatal"]
        async with opened(server, PATH + ADMIN_TOKEN) as ws:
            await tell(ws, {"type": "subscribe", "log_level": "warn"})
            assert (await hear(ws))["event"] == "subscribe"
            speak_nonsense(server)
            line = await hear(ws)
            assert (line["type"], len(line["uid"])) == ("logs", 8)
            assert (line["data"]["level"], line["data"]["msg"]) == (40, "Invalid HTTP request received.")
            assert "Invalid HTTP" not in server.log  # which has errors alone
            await tell(ws, {"type": "subscribe", "log_level": "error"})
            assert (await hear(ws))["event"] == "subscribe"
            speak_nonsense(server)
            await tell(ws, {"type": "ping", "uid": 1})
            assert await hear(ws) == {"type": "pong", "uid": 1}
        async with opened(server, PATH + ADMIN_TOKEN) as ws:
            admin.patch("/users/me", json={"token": "another-token"}).raise_for_status()
            await soon(ws.wait_closed())
            assert ws.close_code == 4401


async def test_the_door_may_be_shut(tmp_path: Path) -> None:
    with serving(tmp_path, {"WEBSOCKETS_LOGS_ENABLED": "false"}) as server, server.client() as admin:
        assert await refusal(server, path="/websocket/logs", target=f"?access_token={ADMIN_TOKEN}") == 404
        assert admin.get("/server/info").json()["data"]["websocket"]["logs"] is False

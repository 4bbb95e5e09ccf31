"""The examples of the server, run as their users run them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import connect

from tests.support.guide import COLLECTION, made, prepare
from tests.support.patience import PATIENCE, wait_until
from tests.support.server import ADMIN_TOKEN, DEFAULTS, Server, environment

EXAMPLES = Path(__file__).parent.parent.parent.parent / "examples"
KEY = COLLECTION["fields"][0]


def example(folder: Path, name: str) -> Server:
    """A server with the application of an example."""
    return Server(folder, "--app", f"{name}:app", PYTHONPATH=str(EXAMPLES))


def field(name: str, kind: str) -> dict[str, Any]:
    return {"field": name, "type": kind, "schema": {}}


def test_hooks(tmp_path: Path) -> None:
    with example(tmp_path, "hooks") as server, server.client() as admin:
        products = [KEY, field("name", "string"), field("price", "integer"), field("stock", "integer")]
        orders = [KEY, *(field(each, "integer") for each in ("product", "amount", "total")), field("state", "string")]
        made(admin, "/collections", {"collection": "products", "schema": {}, "fields": products})
        made(admin, "/collections", {"collection": "orders", "schema": {}, "fields": orders})
        made(admin, "/items/products", {"name": "Tea", "price": 3, "stock": 5})
        assert made(admin, "/items/orders", {"product": 1, "amount": 4, "total": 0})["total"] == 12
        refused = admin.post("/items/orders", json={"product": 1, "amount": 2}).json()
        assert refused["errors"][0]["message"] == "Invalid payload. Only 1 are left."
        assert httpx.get(f"{server.base}/stock").json() == [{"name": "Tea", "stock": 1}]
        wait_until(lambda: admin.get("/items/orders/1").json()["data"]["state"] == "confirmed")
        assert admin.patch("/items/orders/1", json={"total": 0}).status_code == 403


def test_chat_server(tmp_path: Path) -> None:
    with example(tmp_path, "chat_server") as server, server.client() as admin:
        token = prepare(admin)
        with connect(f"{server.socket}?access_token={token}", proxy=None) as ben:
            ben.send(json.dumps({"type": "typing", "user": "Ben"}))
            assert json.loads(ben.recv(PATIENCE)) == {"type": "typing", "user": "Ben"}
            ben.send(json.dumps({"type": "items", "collection": "messages", "action": "create", "data": {"text": " "}}))
            assert json.loads(ben.recv(PATIENCE))["error"]["code"] == "INVALID_PAYLOAD"
            ben.send(json.dumps({"type": "who"}))
            assert [json.loads(ben.recv(PATIENCE)) for _ in range(2)] == [
                {"type": "counted"},
                {"type": "who", "here": 1},
            ]


def test_fastapi_mount(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-m", "uvicorn", "fastapi_mount:around", "--port", "0", "--no-use-colors"]
    variables = environment(**DEFAULTS, PYTHONPATH=str(EXAMPLES))
    with (
        log.open("w") as out,
        subprocess.Popen(command, cwd=tmp_path, env=variables, stdout=out, stderr=out) as process,
    ):
        try:
            wait_until(lambda: "running on http" in log.read_text())
            base = log.read_text().partition("running on ")[2].split()[0]
            with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}) as admin:
                assert admin.get("/people").json()["people"] == 1
                assert admin.get("/data/users/me").status_code == 200
                with connect(f"{base.replace('http', 'ws')}/data/websocket", proxy=None) as ws:
                    ws.send(json.dumps({"type": "auth", "access_token": ADMIN_TOKEN}))
                    assert json.loads(ws.recv(PATIENCE))["status"] == "ok"
        finally:
            process.terminate()
    assert "Traceback" not in log.read_text()
    assert (tmp_path / "data" / "rowcast.db").is_file()

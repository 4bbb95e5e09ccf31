"""What the server tells of itself, and to whom."""

from __future__ import annotations

from tests.support.guide import prepare
from tests.support.server import Server


def test_ping_and_unknown_routes(server: Server) -> None:
    with server.client(None) as anybody:
        assert anybody.get("/server/ping").text == "pong"
        missing = anybody.get("/no/such/route")
    assert missing.status_code == 404
    assert missing.json()["errors"][0]["extensions"] == {"path": "/no/such/route", "code": "ROUTE_NOT_FOUND"}


def test_info_grows_with_the_rights(server: Server) -> None:
    with server.client() as admin, server.client(None) as anybody, server.client(prepare(admin)) as user:
        everybody, users, admins = [each.get("/server/info").json()["data"] for each in (anybody, user, admin)]
    assert set(everybody) == {"project", "setupCompleted"}
    assert everybody["project"]["default_language"] == "en-US"
    assert users["websocket"]["rest"] == {"authentication": "handshake", "path": "/websocket"}
    assert users["websocket"]["heartbeat"] == 30
    assert users["queryLimit"] == {"default": 100, "max": -1}
    assert users["rateLimit"] is False
    assert "version" in admins
    assert "version" not in users


def test_health_is_not_for_everybody(server: Server) -> None:
    with server.client() as admin, server.client(None) as anybody:
        told = admin.get("/server/health").json()
        assert (told["status"], set(told["checks"])) == ("ok", {"database:read", "database:write"})
        assert anybody.get("/server/health").status_code == 403

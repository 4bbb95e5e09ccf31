"""A server that leaves its first administrator to the set-up page: what it tells, and to whom it opens."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.support.server import Server

ANN = {"email": "ann@example.com", "password": "secret-ann", "first_name": "Ann", "project_name": "Library"}


def told(server: Server) -> str:
    """The code in the address that the server has printed."""
    (line,) = [line for line in server.greeting.splitlines() if line.startswith("  Set up")]
    return parse_qs(urlsplit(line.split()[-1]).query)["code"][0]


def test_the_printed_code_opens_it_once(tmp_path: Path) -> None:
    server = Server(tmp_path, ROWCAST_SETUP="page", ADMIN_PASSWORD="", ADMIN_TOKEN="", ADMIN_EMAIL="")
    with server, server.client(None) as anybody:
        assert "Administrator" not in server.greeting
        assert anybody.get("/server/info").json()["data"]["setupCompleted"] is False
        body = {**ANN, "code": told(server)}
        wrong = anybody.post("/server/setup", json={**body, "code": "AAAA-AAAA-AAAA-AAAA"})
        assert (wrong.status_code, wrong.json()["errors"][0]["extensions"]["code"]) == (401, "INVALID_CREDENTIALS")
        assert anybody.post("/server/setup", json={**body, "email": "nobody"}).status_code == 400
        assert anybody.post("/server/setup", json=body).status_code == 204
        assert anybody.post("/server/setup", json=body).status_code == 403
        info = anybody.get("/server/info").json()["data"]
        assert (info["setupCompleted"], info["project"]["project_name"]) == (True, "Library")
        login = {"email": ANN["email"], "password": ANN["password"]}
        token = anybody.post("/auth/login", json=login).json()["data"]["access_token"]
    with server, server.client(token) as admin:
        assert "Set up" not in server.greeting
        assert admin.get("/policies/me/globals").json()["data"]["admin_access"] is True


def test_a_given_password_needs_no_page(tmp_path: Path) -> None:
    with Server(tmp_path, ROWCAST_SETUP="page") as server, server.client() as admin:
        assert "Set up" not in server.greeting
        assert admin.get("/server/info").json()["data"]["setupCompleted"] is True

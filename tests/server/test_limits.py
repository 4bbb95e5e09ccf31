"""How much one caller may ask, and who may call from elsewhere: with a real server."""

from __future__ import annotations

from pathlib import Path

import httpx

from rowcast.engine.settings import RateLimit
from rowcast.server.cors import allows
from rowcast.server.limits import Windows
from tests.support.server import serving


def test_windows_open_with_the_first_request() -> None:
    now = 100.0
    windows = Windows(RateLimit(True, 2, 10.0), lambda: now)
    assert [windows.count("a")[0] for _ in range(3)] == [1, 0, -1]
    assert windows.count("b")[0] == 1
    now = 109.9
    assert windows.count("a")[0] == -2
    now = 110.0
    assert windows.count("a") == (1, 10.0)


def test_too_many_requests(tmp_path: Path) -> None:
    limit = {"RATE_LIMITER_ENABLED": "true", "RATE_LIMITER_POINTS": "3", "RATE_LIMITER_DURATION": "3600"}
    with serving(tmp_path, limit) as server, server.client() as client:
        answers = [client.get("/server/ping") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    error = answers[-1].json()["errors"][0]
    assert error["extensions"]["code"] == "REQUESTS_EXCEEDED"
    assert error["extensions"]["limit"] == 3
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600


def test_other_origins(tmp_path: Path) -> None:
    origin = {"Origin": "https://app.example.com"}
    with serving(tmp_path / "off") as server:
        assert "access-control-allow-origin" not in httpx.get(f"{server.base}/server/ping", headers=origin).headers
    with serving(tmp_path / "on", {"CORS_ENABLED": "true", "CORS_ORIGIN": "https://app.example.com"}) as server:
        plain = httpx.get(f"{server.base}/server/ping", headers=origin)
        asked = httpx.options(f"{server.base}/items/x", headers={**origin, "Access-Control-Request-Method": "PATCH"})
        other = httpx.get(f"{server.base}/server/ping", headers={"Origin": "https://evil.example.com"})
    assert plain.headers["access-control-allow-origin"] == "https://app.example.com"
    assert plain.headers["vary"] == other.headers["vary"] == asked.headers["vary"] == "Origin"
    assert asked.status_code == 204
    assert "PATCH" in asked.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in other.headers


def test_origins() -> None:
    assert allows(True)("https://any.example")
    assert not allows(False)("https://any.example")
    assert allows(("https://a.example", r"/\.b\.example$/"))("https://x.b.example")
    assert not allows(("https://a.example",))("https://a.example.evil")


def test_a_body_that_is_too_long(tmp_path: Path) -> None:
    with serving(tmp_path, {"MAX_PAYLOAD_SIZE": "1kb"}) as server, server.client() as client:
        answer = client.post("/users", json={"first_name": "x" * 2000})
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "CONTENT_TOO_LARGE"

"""A database that is taken away from under a running server."""

from __future__ import annotations

from pathlib import Path

from tests.support.guide import prepare
from tests.support.patience import wait_until
from tests.support.server import serving


def test_nothing_is_acknowledged_that_would_be_lost(tmp_path: Path) -> None:
    with serving(tmp_path) as server, server.client() as admin:
        prepare(admin)
        (tmp_path / "data").rename(tmp_path / "elsewhere")
        wait_until(lambda: admin.get("/server/health").status_code != 200)
        health = admin.get("/server/health")
        assert (health.status_code, health.json()["status"]) == (503, "error")
        refused = admin.post("/items/messages", json={"text": "lost"})
        assert refused.status_code == 503
        assert refused.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
        assert admin.get("/items/messages").json() == {"data": []}
        assert server.log.count("The database file data/rowcast.db was removed or replaced") == 1
        (tmp_path / "elsewhere").rename(tmp_path / "data")

"""No secret gets into the log, and nothing depends on it."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog

from rowcast.server.logging import configure, redact
from tests.support.patience import PATIENCE
from tests.support.server import Server


@pytest.fixture
def _as_before() -> Iterator[None]:
    """The log is the process's: other tests must not write where nobody reads any more."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_secrets_are_struck_out() -> None:
    line = {
        "event": "GET /items?access_token=abc.def&limit=1",
        "token": "abc",
        "header": "Bearer abc.def-ghi",
        "body": '{"email": "a@b.c", "password": "hunter2"}',
        "path": "/auth/password/reset",
        "letter": "Open /admin/reset-password?token=of-a-letter",
    }
    shown = json.dumps(redact(None, "info", line))
    for secret in ("abc", "hunter2"):
        assert secret not in shown
    assert "limit=1" in shown
    assert "token=of-a-letter" in shown
    assert "/auth/password/reset" in shown


@pytest.mark.usefixtures("_as_before")
def test_the_libraries_speak_through_the_same_log(capfd: pytest.CaptureFixture[str]) -> None:
    configure("info", "raw")
    logging.getLogger("some.library").warning("it happened with token=abc")
    logging.getLogger("some.library").info("not worth telling")
    line = json.loads(capfd.readouterr().err)
    assert line["event"] == "it happened with token=--redacted--"
    assert line["level"] == "warning"


def test_a_log_that_cannot_be_written_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "server.log").symlink_to("/dev/full")
    with Server(tmp_path, SECRET="") as server, socket.create_connection(server.place, timeout=PATIENCE) as connection:
        connection.sendall(b"rubbish\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
        assert httpx.get(f"{server.base}/server/ping").text == "pong"
        assert server.stop() == 0

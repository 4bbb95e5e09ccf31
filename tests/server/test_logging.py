"""No secret gets into the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from rowcast.server.logging import configure, redact


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

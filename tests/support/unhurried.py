"""Mutations on the loop as a quick machine has them: neither where they run nor which of them share a transaction depends
on time."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rowcast.store.sqlite import writer
from tests.support.patience import PATIENCE


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No turn is too long, nothing in it is interrupted, and a look of the thread is waited for."""
    monkeypatch.setattr(writer, "time", SimpleNamespace(monotonic=lambda: 0.0))
    monkeypatch.setattr(writer, "ON_LOOP", PATIENCE)
    monkeypatch.setattr(writer, "GLANCE", PATIENCE)

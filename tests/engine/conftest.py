"""Fixtures for the tests of the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import argon2
import pytest

from rowcast.auth import passwords
from tests.engine.people import People, open_people


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real hashes, at a cost for tests."""
    monkeypatch.setattr(passwords, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """A fresh platform with an administrator."""
    made = await open_people(tmp_path)
    yield made
    await made.engine.close()

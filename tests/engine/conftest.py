"""Fixtures for the tests of the engine."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import argon2
import pytest

from rowcast.auth import passwords
from tests.engine.people import People, open_people
from tests.engine.shop import Shop, build, opened


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


@pytest.fixture(scope="session")
def empty_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop without rows, built once; each test works on a copy."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    asyncio.run(build(path))
    return path


@pytest.fixture
async def shop(empty_shop: Path, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop of books, see ``tests.engine.shop``."""
    engine = opened(Path(shutil.copy(empty_shop, tmp_path)))
    await engine.open()
    yield Shop(engine)
    await engine.close()

"""Fixtures for the tests of the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine.people import People, open_people


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """A fresh platform with an administrator."""
    made = await open_people(tmp_path)
    yield made
    await made.engine.close()

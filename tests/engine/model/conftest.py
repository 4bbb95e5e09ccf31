"""An engine on a real, empty database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from rowcast.engine.engine import Engine
from rowcast.engine.settings import Settings
from rowcast.store.sqlite import SqliteOptions, SqliteStore

MakeEngine = Callable[[], Awaitable[Engine]]


@pytest.fixture
async def make_engine(tmp_path: Path) -> AsyncIterator[MakeEngine]:
    """Engines, each on a database of its own that has the system tables and nothing else."""
    made: list[Engine] = []

    async def make() -> Engine:
        path = tmp_path / f"data{len(made)}.db"
        made.append(Engine(SqliteStore(SqliteOptions(str(path))), Settings(secret="for tests only")))
        await made[-1].open()
        return made[-1]

    yield make
    for engine in made:
        await engine.close()


@pytest.fixture
async def engine(make_engine: MakeEngine) -> Engine:
    """One of them."""
    return await make_engine()

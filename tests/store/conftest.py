"""A store on a real file, with a small data model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from rowcast.feed import Commit
from rowcast.schema.steps import ColumnPlan, CreateTable
from rowcast.store.sqlite import SqliteOptions, SqliteStore
from tests.support.patience import PATIENCE

ID = ColumnPlan("id", "integer", primary_key=True, auto_increment=True)
NOTES = CreateTable("notes", (ID, ColumnPlan("text", "string"), ColumnPlan("done", "boolean", default=False)))


class Opened(SqliteStore):
    """A store that remembers what it announced."""

    def __init__(self, options: SqliteOptions) -> None:
        super().__init__(options)
        self.options = options
        self.commits: list[Commit] = []
        self.versions: list[int] = []
        self.on_commit = self.commits.append
        self.on_schema = lambda schema: self.versions.append(schema.version)


@asynccontextmanager
async def opening(folder: Path, **options: Any) -> AsyncIterator[Opened]:
    """A store with the collection ``notes``."""
    opened = Opened(SqliteOptions(str(folder / "data.db"), **options))
    await opened.open()
    await opened.alter(lambda tx: tx.apply([NOTES]))
    opened.versions.clear()
    yield opened
    await opened.close()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Opened]:
    """A store with the collection ``notes``."""
    async with opening(tmp_path) as opened:
        yield opened


@pytest.fixture
async def unwatchful(tmp_path: Path) -> AsyncIterator[Opened]:
    """A store that looks at what others do when it writes, and not in between: nothing happens in it by itself."""
    async with opening(tmp_path, poll=PATIENCE) as opened:
        yield opened

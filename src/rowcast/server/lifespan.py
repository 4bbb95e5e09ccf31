"""From the settings to a running engine and back. Must not know who listens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rowcast.engine.engine import Engine
from rowcast.server.bootstrap import Login, first_start
from rowcast.server.config import Config, database_file


@dataclass(frozen=True, slots=True)
class Running:
    """An engine on an open database, and the administrator if it was made just now."""

    engine: Engine
    login: Login | None


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Running]:
    """Open the database, make what is missing, and close it in the end, with every acknowledged write kept."""
    from rowcast.store.open import open_store

    database_file(config.engine.database).parent.mkdir(parents=True, exist_ok=True)
    engine = Engine(open_store(config.engine), config.engine)
    await engine.open()
    try:
        yield Running(engine, await first_start(engine, config.server))
    finally:
        await engine.close()

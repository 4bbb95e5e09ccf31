"""From the settings to a running engine and back. Must not know who listens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rowcast.engine.engine import Engine
from rowcast.engine.settings import Settings
from rowcast.errors import InvalidConfiguration, RowcastError
from rowcast.server.bootstrap import Login, first_start, open_setup
from rowcast.server.config import Config
from rowcast.store.base import Store
from rowcast.store.open import open_store


@dataclass(frozen=True, slots=True)
class Running:
    """An engine on an open database, and the administrator if it was made just now. ``setup``: the code for the set-up page while
    there is none."""

    engine: Engine
    login: Login | None
    setup: str | None


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Running]:
    """Open the database, make what is missing, and close it in the end, with every acknowledged write kept."""
    engine = Engine(_store(config.engine), config.engine)
    await _open(engine)
    try:
        login = await first_start(engine, config.server)
        yield Running(engine, login, await open_setup(engine))
    finally:
        await engine.close()


async def _open(engine: Engine) -> None:
    try:
        await engine.open()
    except RowcastError as error:
        raise InvalidConfiguration(f"{engine.settings.database} cannot be opened: {error.message}") from error


def _store(settings: Settings) -> Store:
    return open_store(
        settings.database,
        synchronous=settings.synchronous.upper(),
        query_timeout=settings.query_timeout,
        log_age=settings.log_retention,
        log_rows=settings.log_size,
    )

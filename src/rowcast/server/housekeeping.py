"""What is to be done now and then while a platform runs: forgetting sessions that have ended, and taking away the bytes
of files that no row holds. Must not know either."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from rowcast.engine.engine import Engine
from rowcast.engine.sessions import sweep
from rowcast.errors import RowcastError

EVERY = 3600.0
"""Seconds between two turns; the first comes with the start."""

log = structlog.get_logger("rowcast")


@asynccontextmanager
async def housekeeping(engine: Engine, every: float = EVERY) -> AsyncIterator[None]:
    """Keep house for the length of a block."""
    task = asyncio.create_task(_keep(engine, every))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep(engine: Engine, every: float) -> None:
    while True:
        try:
            await sweep(engine)
        except RowcastError as error:
            log.warning("ended sessions could not be removed", code=error.code, message=error.message)
        try:
            await engine.files.sweep()
        except RowcastError as error:
            log.warning("forgotten files could not be removed", code=error.code, message=error.message)
        await asyncio.sleep(every)

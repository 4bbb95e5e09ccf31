"""What is to be done now and then while a platform runs: forgetting sessions that have ended, and taking away the bytes
of files that no row holds. Must not know either."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

import structlog

from rowcast.engine.account.sessions import sweep
from rowcast.engine.background import alongside
from rowcast.engine.engine import Engine
from rowcast.errors import RowcastError

EVERY = 3600.0
"""Seconds between two turns; the first comes with the start."""

log = structlog.get_logger("rowcast")


def housekeeping(engine: Engine, every: float = EVERY) -> AbstractAsyncContextManager[None]:
    """Keep house for the length of a block."""
    return alongside(_keep(engine, every))


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

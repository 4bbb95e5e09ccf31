"""Counts the turns of the event loop, to tell whether something lets others have it. Must not know what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """``count``: the turns so far."""

    def __init__(self) -> None:
        self.count = 0

    async def go_round(self) -> None:
        """Count until cancelled."""
        while True:
            await asyncio.sleep(0)
            self.count += 1


@asynccontextmanager
async def counting_turns() -> AsyncIterator[Turns]:
    """The turns that the loop takes within a block."""
    turns = Turns()
    task = asyncio.create_task(turns.go_round())
    try:
        yield turns
    finally:
        task.cancel()

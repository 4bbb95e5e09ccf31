"""What is done in the background: begun by somebody who does not wait for it, kept until it is done. Must not know what it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

Failed = Callable[[BaseException], None]


@asynccontextmanager
async def alongside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Have it done for the length of a block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Background:
    """Tasks that run. The loop itself keeps no task alive. ``failed`` hears of each exception; without it they are the tasks' own
    business."""

    __slots__ = ("_failed", "_tasks")

    def __init__(self, failed: Failed | None = None) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._failed = failed

    def __len__(self) -> int:
        return len(self._tasks)

    def begin(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Have it done."""
        return self.keep(asyncio.get_running_loop().create_task(work))

    def keep(self, task: asyncio.Task[Any]) -> asyncio.Task[Any]:
        """Keep a task that runs already."""
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def settle(self, patience: float | None = None) -> Collection[asyncio.Task[Any]]:
        """Wait for all of them, ``patience`` seconds at most; those that take longer are cancelled and returned."""
        if not self._tasks:
            return ()
        _, late = await asyncio.wait(self._tasks, timeout=patience)
        for task in late:
            task.cancel()
        return late

    async def end(self) -> None:
        """Cancel all of them and wait until they have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if self._failed is not None and not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)

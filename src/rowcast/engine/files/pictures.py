"""Where pictures are made: a few threads, a bounded queue before them, and one making for all who want the same. Must
not know files' rows or storages."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from rowcast.engine.settings import Assets
from rowcast.errors import ServiceUnavailable

T = TypeVar("T")


class Pictures:
    """``waiting``: how many are being made or wait for it."""

    def __init__(self, settings: Assets) -> None:
        self._settings = settings
        self._workers = ThreadPoolExecutor(
            min(os.cpu_count() or 1, settings.transform_max_concurrent), thread_name_prefix="rowcast-pictures"
        )
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self.waiting = 0

    async def once(self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        """What ``make`` gives; those who ask for the same name meanwhile get the same. Who goes away leaves the others
        theirs."""
        task = self._under_way.get(name)
        if task is None:
            task = self._under_way[name] = asyncio.ensure_future(make())
            task.add_done_callback(lambda done: self._done(name, done))
        result: T = await asyncio.shield(task)
        return result

    def _done(self, name: str, task: asyncio.Task[Any]) -> None:
        del self._under_way[name]
        if not task.cancelled():
            task.exception()  # all who wanted it may have gone

    async def run(self, work: Callable[[], T]) -> T:
        """Do it in a thread. Raises ServiceUnavailable when too many wait, or when it takes too long."""
        if self.waiting >= self._settings.transform_max_concurrent:
            raise ServiceUnavailable("Too many images are being transformed.", service="files")
        self.waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._workers, work)
        future.add_done_callback(self._free)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._settings.transform_timeout or None)
        except TimeoutError:
            raise ServiceUnavailable("Transforming the image took too long.", service="files") from None

    def _free(self, future: asyncio.Future[Any]) -> None:
        self.waiting -= 1
        if not future.cancelled():
            future.exception()

    async def close(self) -> None:
        """Let go of what is under way."""
        for task in self._under_way.values():
            task.cancel()
        self._workers.shutdown(wait=False, cancel_futures=True)

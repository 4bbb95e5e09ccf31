"""Several writers in one transaction of the database, however fast each of them is. Must not know what they write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch

from tests.oracle.world import World
from tests.support.patience import until

_number: ContextVar[int] = ContextVar("number")
Work = Callable[[Any], Awaitable[Any]]


class Together:
    """Whoever wants to write waits for the others; then all do, in the order of ``steps``. ``in_thread``: in the writer's thread,
    as a busy server does; else in the loop, as long as that is not stopped for longer than a turn may be."""

    def __init__(self, world: World, steps: Sequence[Awaitable[None]], *, in_thread: bool) -> None:
        self._store: Any = world.engine.store
        self._write = self._store.write
        self._steps, self._in_thread = steps, in_thread
        self._busy = set(range(len(steps)))
        self._ready: dict[int, asyncio.Future[None]] = {}

    async def run(self) -> None:
        """Return when all are done."""
        with patch.object(self._store, "write", self._wait_and_write):
            await asyncio.gather(*[self._run(number, step) for number, step in enumerate(self._steps)])

    async def _run(self, number: int, step: Awaitable[None]) -> None:
        _number.set(number)
        try:
            await step
        finally:
            self._busy.discard(number)
            await self._go()

    async def _wait_and_write(self, work: Work, *, quick: bool = False) -> Any:
        if (number := _number.get()) in self._busy:
            self._busy.discard(number)
            ready = self._ready[number] = asyncio.get_running_loop().create_future()
            await self._go()
            await ready
        return await self._write(work, quick=quick)

    async def _go(self) -> None:
        """As soon as nobody is still getting ready: each hands in what it writes in one turn of the loop, while the writer is kept
        from beginning."""
        if self._busy or not self._ready:
            return
        ready, self._ready = self._ready, {}
        await until(lambda: self._store._writer._lock.acquire(blocking=False))  # what holds it may wait for the loop
        for _, each in sorted(ready.items()):
            each.set_result(None)
        asyncio.get_running_loop().call_soon(self._let_begin)

    def _let_begin(self) -> None:
        if self._in_thread:
            self._store._writer._hand_over()
        self._store._writer._lock.release()

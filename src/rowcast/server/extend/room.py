"""Where before-hooks run: a thread of their own, for no longer than they may, with a transaction that can be taken away. Knows
threads and time; must not know what a hook is for.

The transaction is run by the store's writer thread, which everybody who writes waits for. So a hook runs in a thread of its
own, while the writer waits, and not for longer than ``limit``: then the transaction is taken out of the hook's hands, the
mutation fails, and the writer goes on, whatever the hook is still doing. What only the event loop can do (rights, plans,
hashes) is done there meanwhile; the loop never waits for a mutation that has hooks.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import TimeoutError as GivenUp
from typing import Any, TypeVar

from rowcast.engine.engine import Engine
from rowcast.errors import RowcastError
from rowcast.feed import Change
from rowcast.schema import Schema
from rowcast.server.extend.tally import Tally
from rowcast.server.extend.worker import Worker
from rowcast.store.base import Bulk, Row, Transaction

T = TypeVar("T")

_NO_WAITING = (
    "a before-hook may await nothing but the verbs of its context: writers wait for it. Do the rest in an after-hook."
)

DEEPEST = 10
"""How many hooks may be called by each other's writes."""


class Gate:
    """The transaction as long as the hook may use it. An error of the database ends it for good, even if the hook catches the
    error: half a verb may stand."""

    def __init__(self, tx: Transaction) -> None:
        self._tx, self._lock = tx, threading.Lock()
        self._closed: RowcastError | None = None
        self.schema: Schema = tx.schema

    async def fetch(self, text: str, args: Sequence[Any] = ()) -> list[Row]:
        """See ``Transaction.fetch``."""
        with self._lock:
            self.require()
            return await self._tx.fetch(text, args)

    async def fetch_many(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """See ``Transaction.fetch_many``."""
        with self._lock:
            self.require()
            await self._tx.fetch_many(text, rows)

    async def defer(self, write: Bulk, row: Any) -> None:
        """See ``Transaction.defer``."""
        with self._lock:
            self.require()
            await self._tx.defer(write, row)

    def sign(self, user: str | None) -> None:
        """What a hook writes was asked for by whoever asked for the mutation."""

    def unit(self) -> tuple[Change, ...]:
        """See ``Transaction.unit``."""
        with self._lock:
            self.require()
            return self._tx.unit()

    def require(self) -> None:
        """Raise what closed it."""
        if self._closed is not None:
            raise self._closed

    def close(self, error: RowcastError) -> None:
        """From now on nothing gets through."""
        with self._lock:
            self._closed = self._closed or error


class Room:
    """Where all before-hooks of an engine run."""

    def __init__(self, engine: Engine, limit: float) -> None:
        self.engine, self.loop, self.limit = engine, asyncio.get_running_loop(), limit
        self._worker = Worker("rowcast-hook")
        self._local, self._loop_thread = threading.local(), threading.get_ident()

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        """Have it done on the event loop and wait for it, in the thread of the hooks."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def enter(self, tally: Tally, gate: Gate, work: Callable[[], T]) -> T:
        """Run a hook in the hooks' thread. Raises HookTimeout."""
        if self._worker.is_current:
            return self._deeper(work)
        if threading.get_ident() == self._loop_thread:
            raise RuntimeError("a mutation with hooks runs on the event loop, which hooks need")
        future = self._worker.submit(lambda: self._deeper(work))
        try:
            return future.result(self.limit)
        except GivenUp:
            if future.done():  # an error of the hook's own that has this name
                raise
        error = tally.out_of_time(self.limit)
        gate.close(error)
        self._worker.end()
        self._worker = Worker("rowcast-hook")
        raise error

    def close(self) -> None:
        """No hook is called any more."""
        self._worker.end()

    def _deeper(self, work: Callable[[], T]) -> T:
        depth = getattr(self._local, "depth", 0)
        if depth >= DEEPEST:
            raise RecursionError(f"hooks are called by each other's writes more than {DEEPEST} deep")
        self._local.depth = depth + 1
        try:
            return work()
        finally:
            self._local.depth = depth


def drive(work: Any) -> Any:
    """Run an asynchronous hook to its end. Raises RuntimeError when it waits for anything but the verbs of its context."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        return end.value
    except RuntimeError as error:
        if "no running event loop" in str(error):
            raise RuntimeError(_NO_WAITING) from error
        raise
    steps.close()
    raise RuntimeError(_NO_WAITING)

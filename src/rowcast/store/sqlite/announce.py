"""The way from the writer thread to the event loop: what happened, in order, and the answers to those who waited. Must not know the
database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rowcast.feed import Commit
from rowcast.schema import Schema

Answer = tuple[asyncio.Future[Any], Any, BaseException | None]
"""Who waits, the result, or the error in its place."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one database transaction brings to the loop. ``taken`` is set once the loop is through with it."""

    commits: tuple[Commit, ...] = ()
    schema: Schema | None = None
    answers: tuple[Answer, ...] = ()
    taken: threading.Event | None = None


class Announcer:
    """Hands deliveries to the loop, each in one callback: the schema, then the commits, then the answers. ``answered`` counts the
    answers that came from the thread."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_schema: Callable[[Schema], None],
        on_commit: Callable[[Commit], None],
        through: Callable[[], Awaitable[None]],
    ) -> None:
        """``through`` waits until those who were told are through with it."""
        self._loop, self._through = loop, through
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_schema = on_schema
        self._on_commit = on_commit
        self._posted = self._delivered = 0
        self.answered = 0

    @property
    def is_open(self) -> bool:
        """Whether anybody can still be told."""
        return not self._loop.is_closed()

    @property
    def is_quiet(self) -> bool:
        """Whether everything that was posted is delivered."""
        return self._posted == self._delivered

    def post(self, delivery: Delivery) -> None:
        """Called in the writer thread; the loop delivers it soon."""
        self._posted += 1
        try:
            self._loop.call_soon_threadsafe(self._deliver_posted, delivery)
        except RuntimeError:  # the loop is closed: nobody is left to be told
            if delivery.taken:
                delivery.taken.set()

    def _deliver_posted(self, delivery: Delivery) -> None:
        self._delivered += 1
        self.answered += len(delivery.answers)
        self.deliver(delivery)

    def deliver(self, delivery: Delivery) -> None:
        """Called on the loop."""
        if delivery.schema is not None:
            self._guard(self._on_schema, delivery.schema)
        for commit in delivery.commits:
            self._guard(self._on_commit, commit)
        for future, result, error in delivery.answers:
            if future.done():  # the caller has gone
                continue
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
        if delivery.taken:
            task = self._loop.create_task(self._take(delivery.taken))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _take(self, taken: threading.Event) -> None:
        """Have the thread go on when whoever was told is through with it."""
        try:
            await self._through()
        finally:
            taken.set()

    def _guard(self, call: Callable[[Any], None], value: Any) -> None:
        """A fault of a listener must not keep the writers waiting."""
        try:
            call(value)
        except Exception as error:
            self._loop.call_exception_handler({"message": "A listener of the store failed", "exception": error})

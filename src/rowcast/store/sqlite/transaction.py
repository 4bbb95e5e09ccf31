"""What a mutation is given: a part of the writer's transaction. Used by whoever has the writing connection; never suspends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import apsw

from rowcast.feed import Change
from rowcast.schema import Schema
from rowcast.schema.steps import Step
from rowcast.store.base import Bulk, Row
from rowcast.store.sqlite.capture import ON_DEMAND
from rowcast.store.sqlite.connection import ask
from rowcast.store.sqlite.constraint import translate
from rowcast.store.sqlite.log import Log

T = TypeVar("T")


MOST_DEFERRED = 1000
"""Rows of history that are kept back at most."""


class SqliteTransaction:
    """See ``Transaction``. ``at_once``: nothing is deferred, since somebody watches the history. ``is_open``: something was written
    since the last unit was closed, as far as it was written here."""

    __slots__ = ("_at_once", "_connection", "_deferred", "_log", "is_open", "schema")

    def __init__(self, connection: apsw.Connection, log: Log, schema: Schema, *, at_once: bool = False) -> None:
        self._connection = connection
        self._log = log
        self.schema = schema
        self._at_once = at_once
        self._deferred: list[tuple[Bulk, Any]] = []
        self.is_open = False

    async def fetch(self, text: str, args: Sequence[Any] = ()) -> list[Row]:
        """See ``Transaction.fetch``."""
        if self._deferred and _names_history(text):
            await self.settle()
        self.is_open = True
        try:
            return ask(self._connection, text, args)
        except (apsw.Error, OverflowError) as error:
            raise (translate(error) or error) from error

    async def fetch_many(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """See ``Transaction.fetch_many``."""
        self.is_open = True
        try:
            self._connection.executemany(text, rows)
        except (apsw.Error, OverflowError) as error:
            raise (translate(error) or error) from error

    async def defer(self, write: Bulk, row: Any) -> None:
        """See ``Transaction.defer``."""
        if self._at_once:
            await write(self, (row,))
            return
        self._deferred.append((write, row))
        if len(self._deferred) >= MOST_DEFERRED:
            await self.settle()

    async def settle(self) -> None:
        """Write what was deferred."""
        deferred, self._deferred = self._deferred, []
        for write in dict.fromkeys(write for write, _ in deferred):
            await write(self, [row for each, row in deferred if each is write])

    def forget(self) -> None:
        """What was deferred is undone with the mutation."""
        self._deferred.clear()

    def sign(self, user: str | None) -> None:
        """See ``Transaction.sign``."""
        self._log.user = user

    def unit(self) -> tuple[Change, ...]:
        """See ``Transaction.unit``."""
        self.is_open = False
        return self._log.take()


@lru_cache(maxsize=4096)
def _names_history(text: str) -> bool:
    return any(name in text for name in ON_DEMAND)


class SqliteAlteration(SqliteTransaction):
    """See ``Alteration``. ``apply`` is given by the writer."""

    __slots__ = ("_apply",)

    def __init__(
        self, connection: apsw.Connection, log: Log, schema: Schema, apply: Callable[[Iterable[Step]], Schema]
    ) -> None:
        super().__init__(connection, log, schema, at_once=True)
        self._apply = apply

    async def apply(self, steps: Iterable[Step]) -> Schema:
        """See ``Alteration.apply``."""
        self.schema = self._apply(steps)
        return self.schema


def drive(work: Awaitable[T]) -> T:
    """Run a coroutine that never suspends to its end."""
    iterator = work.__await__()
    try:
        next(iterator)
    except StopIteration as end:
        result: T = end.value
        return result
    iterator.close()
    raise RuntimeError("A mutation waited for something other than its transaction.")

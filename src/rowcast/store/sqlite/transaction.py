"""What a mutation is given: a savepoint in the writer's transaction. Used in the writer thread alone and never suspends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import apsw

from rowcast.feed import Change
from rowcast.schema import Schema
from rowcast.schema.steps import Step
from rowcast.store.base import Row
from rowcast.store.sqlite.connection import ask
from rowcast.store.sqlite.constraint import translate
from rowcast.store.sqlite.log import Log

T = TypeVar("T")


class SqliteTransaction:
    """See ``Transaction``."""

    __slots__ = ("_connection", "_log", "schema")

    def __init__(self, connection: apsw.Connection, log: Log, schema: Schema) -> None:
        self._connection = connection
        self._log = log
        self.schema = schema

    async def fetch(self, text: str, args: Sequence[Any] = ()) -> list[Row]:
        """See ``Transaction.fetch``."""
        try:
            return ask(self._connection, text, args)
        except (apsw.Error, OverflowError) as error:
            raise (translate(error) or error) from error

    def sign(self, user: str | None) -> None:
        """See ``Transaction.sign``."""
        self._log.user = user

    def unit(self) -> tuple[Change, ...]:
        """See ``Transaction.unit``."""
        return self._log.take()


class SqliteAlteration(SqliteTransaction):
    """See ``Alteration``. ``apply`` is given by the writer."""

    __slots__ = ("_apply",)

    def __init__(
        self, connection: apsw.Connection, log: Log, schema: Schema, apply: Callable[[Iterable[Step]], Schema]
    ) -> None:
        super().__init__(connection, log, schema)
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

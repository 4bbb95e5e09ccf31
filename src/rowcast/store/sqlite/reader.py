"""Reads on the loop while that is quick, in threads when it is not, so that nothing slow blocks the loop.

A statement gets a budget of virtual machine steps on the loop's connection; one that exceeds it is interrupted and starts again in
a small pool of threads, where a clock stops it. Knows statements and time; must not know what they are about.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import apsw

from rowcast.errors import InvalidQuery, OutOfTime
from rowcast.store.base import Row
from rowcast.store.sqlite.connection import ask, open_reader
from rowcast.store.sqlite.constraint import translate
from rowcast.store.sqlite.log import NEWEST
from rowcast.store.sqlite.settings import SqliteOptions

SLICE = 10_000
"""Steps between two looks at the budget."""

REMEMBERED = 500
"""Statements of which is known that they are slow."""

INTRICATE = ("Expression tree is too large", "parser stack overflow", "too many")
"""How SQLite begins to say that a statement exceeds one of its limits."""

Seen = tuple[list[Row], int]
"""Rows, and the newest log entry of the state that was read (0 unless asked for)."""


class Session:
    """One reading connection, used by one thread."""

    __slots__ = ("_connection", "_deadline", "_left", "spent")

    def __init__(self, options: SqliteOptions) -> None:
        self._connection = open_reader(options)
        self._connection.set_progress_handler(self._tick, SLICE)
        self._left = 0
        self._deadline = 0.0
        self.spent = 0

    def run(self, text: str, args: Sequence[Any], placed: bool, *, slices: int = 0, deadline: float = 0.0) -> Seen:
        """Run within ``slices`` of steps, or until ``deadline`` (monotonic seconds) if that is given. Raises
        ``apsw.InterruptError`` beyond."""
        self._left, self._deadline, self.spent = slices, deadline, 0
        connection = self._connection
        if not placed:
            return ask(connection, text, args), 0
        connection.execute("BEGIN")
        try:
            newest = ask(connection, NEWEST)[0][0]
            return ask(connection, text, args), newest
        finally:
            connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _tick(self) -> bool:
        self.spent += 1
        return time.monotonic() > self._deadline if self._deadline else self.spent > self._left


def _failure(error: apsw.Error | OverflowError) -> BaseException:
    if isinstance(error, apsw.TooBigError):
        return InvalidQuery("The answer is too long: ask for fewer rows or fields")
    if isinstance(error, apsw.SQLError) and str(error).startswith(INTRICATE):
        return InvalidQuery("The query is too intricate for the database")
    return translate(error) or error


class Reader:
    """All reading of one store."""

    def __init__(self, options: SqliteOptions) -> None:
        self._options = options
        self._slices = max(1, options.query_steps // SLICE)
        self._here = Session(options)
        self._slow: dict[str, None] = {}
        self._local = threading.local()
        self._sessions: list[Session] = []
        self._pool = ThreadPoolExecutor(options.slow_readers, "rowcast-read")
        self.moved = 0

    async def run(self, text: str, args: Sequence[Any], *, placed: bool = False) -> Seen:
        """Run one statement. ``placed`` asks for the log position of exactly the state that was read. Raises ``OutOfTime``."""
        try:
            if text not in self._slow:
                return self._here.run(text, args, placed, slices=self._slices)
        except apsw.InterruptError:
            self._remember(text)
        except (apsw.Error, OverflowError) as error:
            raise _failure(error) from error
        self.moved += 1
        deadline = time.monotonic() + self._options.query_timeout
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._there, text, args, placed, deadline)

    def _there(self, text: str, args: Sequence[Any], placed: bool, deadline: float) -> Seen:
        session = self._session()
        try:
            if time.monotonic() > deadline:
                raise OutOfTime
            seen = session.run(text, args, placed, deadline=deadline)
        except apsw.InterruptError as error:
            raise OutOfTime from error
        except (apsw.Error, OverflowError) as error:
            raise _failure(error) from error
        if session.spent <= self._slices:
            self._slow.pop(text, None)
        return seen

    def _session(self) -> Session:
        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = Session(self._options)
            self._sessions.append(session)
        return session

    def _remember(self, text: str) -> None:
        if len(self._slow) >= REMEMBERED:
            self._slow.pop(next(iter(self._slow)))
        self._slow[text] = None

    def close(self) -> None:
        """Let running statements end and close all connections."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for session in (self._here, *self._sessions):
            session.close()

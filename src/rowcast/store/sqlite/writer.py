"""The one thread that writes. Mutations queued meanwhile share a transaction, a savepoint each; before their own changes it
reads and announces what other programs wrote. Knows transactions and their order; must not know what a mutation does.

All methods but ``start`` and ``submit`` run in the thread.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import apsw

from rowcast.errors import RowcastError, ServiceUnavailable
from rowcast.feed import Commit, Position
from rowcast.schema import Schema
from rowcast.schema.steps import Step
from rowcast.schema.system import METADATA
from rowcast.store.sqlite import bootstrap, capture
from rowcast.store.sqlite.announce import Announcer, Answer, Delivery
from rowcast.store.sqlite.connection import ask, open_writer
from rowcast.store.sqlite.constraint import translate
from rowcast.store.sqlite.ddl import apply_steps
from rowcast.store.sqlite.introspect import read_schema
from rowcast.store.sqlite.log import Log, LogRow, change_of
from rowcast.store.sqlite.settings import SqliteOptions
from rowcast.store.sqlite.transaction import SqliteAlteration, SqliteTransaction, drive

T = TypeVar("T")
Work = Callable[[Any], Awaitable[Any]]

FULL_GROUP = 2000
"""Changes after which a group takes no further mutation."""

TRIM_EVERY = 2000
"""Log entries after which old ones are cut off; at most twice as many at once."""


@dataclass(frozen=True, slots=True)
class Write:
    """A mutation in the queue."""

    work: Work
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Alone:
    """A task that has the database to itself; ``run`` returns the result within the transaction."""

    run: Callable[[Writer], Any]
    future: asyncio.Future[Any]


class Stop:
    """The end of the queue."""


class Writer:
    """See the module."""

    def __init__(self, options: SqliteOptions, announcer: Announcer) -> None:
        self._options = options
        self._announcer = announcer
        self._queue: queue.SimpleQueue[Write | Alone | Stop] = queue.SimpleQueue()
        self._held: Write | Alone | Stop | None = None
        self._thread = threading.Thread(target=self._live, name="rowcast-write", daemon=True)
        self._opened: asyncio.Future[tuple[Schema, Position]]
        self._loop: asyncio.AbstractEventLoop
        self._closed: asyncio.Future[None]
        self.watched: set[str] = set()
        self.transactions = 0

    # ---- called on the loop ---------------------------------------------------------------------------------------------

    async def start(self) -> tuple[Schema, Position]:
        """Open the database in the thread; returns the data model and the newest position."""
        self._loop = asyncio.get_running_loop()
        self._opened, self._closed = self._loop.create_future(), self._loop.create_future()
        self._thread.start()
        return await self._opened

    def submit(self, item: Write | Alone) -> None:
        """Queue it. Its future is answered through the announcer."""
        if not self._thread.is_alive():
            raise ServiceUnavailable("The database is closed.", service="database")
        self._queue.put(item)

    async def stop(self) -> None:
        """Finish what is queued and close."""
        if self._thread.is_alive():
            self._queue.put(Stop())
            await self._closed
            await asyncio.to_thread(self._thread.join)

    # ---- life -----------------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        try:
            opened = self._open()
        except BaseException as error:
            self._announcer.post(Delivery(answers=((self._opened, None, translate(error) or error),)))
            return
        self._announcer.post(Delivery(answers=((self._opened, opened, None),)))
        while not isinstance(item := self._next(), Stop):
            if isinstance(item, Write):
                self._group(item)
            elif isinstance(item, Alone):
                self._alone(item)
            else:
                self._look()
        self._end()

    def _open(self) -> tuple[Schema, Position]:
        self._connection = open_writer(self._options)
        self._execute = self._connection.execute
        self._execute("BEGIN IMMEDIATE")
        bootstrap.bootstrap(self._connection)
        self._epoch = bootstrap.begin_history(self._connection, self._options.path)
        self.schema = read_schema(self._connection, 1)
        capture.install(self._connection, self.schema)
        self.log = Log(self._connection)
        self.log.note(time.time(), self.log.last, [self.log.last])
        self.log.store_notes()
        self._execute("COMMIT")
        self._layout, self._seen = self._pragma("schema_version"), self._pragma("data_version")
        self._trimmed, self._cleaned = self.log.last, time.monotonic()
        return self.schema, Position(self._epoch, self.log.last)

    def _next(self) -> Write | Alone | Stop | None:
        """The next task; None when there was none for a while."""
        if (held := self._held) is not None:
            self._held = None
            return held
        try:
            return self._queue.get(timeout=self._options.poll)
        except queue.Empty:
            return None

    def _end(self) -> None:
        try:
            self._execute("BEGIN IMMEDIATE")
            self.log.store_notes()
            bootstrap.end_history(self._connection)
            self._execute("COMMIT")
        except apsw.Error:
            pass  # the next start begins a new history
        self._connection.close()
        self._announcer.post(Delivery(answers=((self._closed, None, None),)))

    def _pragma(self, name: str) -> int:
        return int(ask(self._connection, f"PRAGMA {name}")[0][0])

    # ---- transactions ---------------------------------------------------------------------------------------------------

    def _begin(self) -> tuple[list[Commit], Schema | None]:
        """Begin a transaction; returns what other programs have committed until then, and the data model if it is new."""
        while True:
            self._execute("BEGIN IMMEDIATE")
            rows = self.log.chunk(self._options.chunk + 1)
            if len(rows) <= self._options.chunk:
                break
            self._execute("ROLLBACK")
            self._catch_up()
        commits = [self._foreign(rows)] if rows else []
        stale = self._pragma("schema_version") != self._layout or _has_metadata(commits)
        return commits, self.refresh() if stale else None

    def refresh(self) -> Schema:
        """Read the data model anew, in a transaction, and let the triggers follow it."""
        self.schema = read_schema(self._connection, self.schema.version + 1)
        capture.install(self._connection, self.schema, self.watched)
        self._layout = self._pragma("schema_version")
        return self.schema

    def _commit(self) -> Commit | None:
        """Commit; returns the changes of the transaction."""
        log = self.log
        changes = tuple(log.changes)
        if changes:
            log.note(time.time(), log.last, log.ends)
        if log.pending:
            log.store_notes()
        if log.last - self._trimmed >= TRIM_EVERY:
            self._trim()
        self._execute("COMMIT")
        self.transactions += 1
        log.flush()
        return Commit(Position(self._epoch, log.last), changes) if changes else None

    def _trim(self) -> bool:
        options = self._options
        self._trimmed = self.log.last
        return self.log.trim(time.time(), options.log_age, options.log_rows, 2 * TRIM_EVERY)

    def _rollback(self, mark: tuple[int, int, int]) -> None:
        if self._connection.in_transaction:
            self._execute("ROLLBACK")
        self.log.back(mark)
        self._layout = -1  # what the transaction did to the triggers is undone

    # ---- mutations ------------------------------------------------------------------------------------------------------

    def _group(self, first: Write) -> None:
        """Run mutations in one transaction until none waits or the group is full."""
        commits: list[Commit] = []
        schema: Schema | None = None
        answers: list[Answer] = []
        mark = self.log.mark()
        try:
            commits, schema = self._begin()
            mark = self.log.mark()
            transaction = SqliteTransaction(self._connection, self.log, self.schema)
            answers.extend(self._single(item, transaction) for item in self._waiting(first))
            if METADATA.intersection(change.collection for change in self.log.changes):
                schema = self.refresh()
            if commit := self._commit():
                commits.append(commit)
        except BaseException as error:
            self._rollback(mark)
            failure = translate(error) or error
            done = {id(answer[0]) for answer in answers}
            futures = [answer[0] for answer in answers]
            if id(first.future) not in done:
                futures.append(first.future)
            answers = [(future, None, failure) for future in futures]
        self._announcer.post(Delivery(tuple(commits), schema, tuple(answers)))

    def _waiting(self, first: Write) -> Iterable[Write]:
        yield first
        for _ in range(self._options.group - 1):
            if self._queue.empty() or len(self.log.changes) > FULL_GROUP:
                return
            item = self._queue.get()
            if not isinstance(item, Write):
                self._held = item
                return
            yield item

    def _single(self, item: Write, transaction: SqliteTransaction) -> Answer:
        """Run one mutation in its savepoint. Raises only if the whole transaction is lost."""
        mark = self.log.mark()
        self._execute("SAVEPOINT one")
        try:
            result = drive(item.work(transaction))
            self.log.take()
        except BaseException as error:
            if not self._connection.in_transaction:
                raise
            self._execute("ROLLBACK TO one")
            self._execute("RELEASE one")
            self.log.back(mark)
            return item.future, None, translate(error) or error
        self._execute("RELEASE one")
        return item.future, result, None

    def _alone(self, item: Alone) -> None:
        """Run one task in a transaction of its own."""
        commits: list[Commit] = []
        schema: Schema | None = None
        mark, before = self.log.mark(), self.schema
        try:
            commits, schema = self._begin()
            mark, before = self.log.mark(), self.schema
            result = item.run(self)
            self.log.take()
            if self.schema is not before or METADATA.intersection(change.collection for change in self.log.changes):
                schema = self.refresh()
            if commit := self._commit():
                commits.append(commit)
            answer: Answer = (item.future, result, None)
        except BaseException as error:
            self._rollback(mark)
            self.schema = before
            answer = (item.future, None, translate(error) or error)
        self._announcer.post(Delivery(tuple(commits), schema, (answer,)))

    def alter(self, work: Work) -> Any:
        """Run a work that may change the data model."""

        def apply(steps: Iterable[Step]) -> Schema:
            apply_steps(self._connection, steps)
            return self.refresh()

        return drive(work(SqliteAlteration(self._connection, self.log, self.schema, apply)))

    def watch(self, collection: str, on: bool) -> None:
        """Log a collection that is logged on demand only, or cease to."""
        (self.watched.add if on else self.watched.discard)(collection)
        capture.install(self._connection, self.schema, self.watched)
        self._layout = self._pragma("schema_version")

    # ---- other programs -------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """See whether another program has committed; tidy up now and then."""
        try:
            seen = self._pragma("data_version")
            if seen != self._seen:
                self._catch_up()
                self._seen = seen
            if time.monotonic() - self._cleaned > 60:
                self._clean()
        except (apsw.Error, RowcastError):
            return  # busy or gone: the next look or the next mutation meets it again

    def _catch_up(self) -> None:
        """Announce other programs' changes, in bounded parts, each once the loop is through with the one before."""
        if self._pragma("schema_version") != self._layout:
            self._announcer.post(Delivery(schema=self._refreshed()))
        while rows := self.log.chunk(self._options.chunk):
            commit = self._foreign(rows)
            schema = self._refreshed() if _has_metadata([commit]) else None
            taken = threading.Event()
            self._announcer.post(Delivery((commit,), schema, taken=taken))
            while not taken.wait(1.0):
                if self._loop.is_closed():
                    return
        if self.log.pending:
            self._in_transaction(self.log.store_notes)

    def _foreign(self, rows: list[LogRow]) -> Commit:
        self.log.last = rows[-1][0]
        self.log.note(time.time(), self.log.last, [self.log.last])
        return Commit(Position(self._epoch, self.log.last), tuple([change_of(row, 0) for row in rows]))

    def _refreshed(self) -> Schema:
        return self._in_transaction(self.refresh)

    def _clean(self) -> None:
        self._cleaned = time.monotonic()
        while self._in_transaction(self._trim) and self._queue.empty():
            pass

    def _in_transaction(self, call: Callable[[], T]) -> T:
        self._execute("BEGIN IMMEDIATE")
        try:
            result = call()
            self._execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._execute("ROLLBACK")
            raise
        return result


def _has_metadata(commits: Iterable[Commit]) -> bool:
    return any(change.collection in METADATA for commit in commits for change in commit.changes)

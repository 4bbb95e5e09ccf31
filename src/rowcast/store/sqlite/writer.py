"""The one thread that writes. Mutations queued meanwhile share a transaction, a savepoint each. Knows their order and whose
error is whose; must not know what a mutation does.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from rowcast.errors import InvalidForeignKey, ServiceUnavailable
from rowcast.feed import Commit, Position
from rowcast.schema import Schema
from rowcast.schema.steps import Step
from rowcast.schema.system import METADATA
from rowcast.store.sqlite.announce import Announcer, Answer, Delivery
from rowcast.store.sqlite.constraint import translate
from rowcast.store.sqlite.ddl import apply_steps
from rowcast.store.sqlite.session import WriteSession
from rowcast.store.sqlite.settings import SqliteOptions
from rowcast.store.sqlite.transaction import SqliteAlteration, SqliteTransaction, drive

Work = Callable[[Any], Awaitable[Any]]

FULL_GROUP = 2000
"""Changes after which a group takes no further mutation."""


@dataclass(frozen=True, slots=True)
class Write:
    """A mutation in the queue."""

    work: Work
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Alone:
    """A task that has a transaction to itself; ``run`` returns the result."""

    run: Callable[[WriteSession], Any]
    future: asyncio.Future[Any]


class Stop:
    """The end of the queue."""


class Writer:
    """``start``, ``submit`` and ``stop`` are called on the loop, all else runs in the thread."""

    def __init__(self, options: SqliteOptions, announcer: Announcer) -> None:
        self._options = options
        self._announcer = announcer
        self._queue: queue.SimpleQueue[Write | Alone | Stop] = queue.SimpleQueue()
        self._held: Write | Alone | Stop | None = None
        self._thread = threading.Thread(target=self._live, name="rowcast-write", daemon=True)
        self._opened: asyncio.Future[tuple[Schema, Position]]
        self._session: WriteSession
        self._ended = False
        self.groups: dict[int, int] = {}

    async def start(self) -> tuple[Schema, Position]:
        """Open the database in the thread; returns the data model and the newest position."""
        self._opened = asyncio.get_running_loop().create_future()
        self._thread.start()
        return await self._opened

    def submit(self, item: Write | Alone) -> None:
        """Queue it. Its future is answered through the announcer. Raises ``ServiceUnavailable`` after ``stop``."""
        if self._ended:
            raise ServiceUnavailable("The database is closed.", service="database")
        self._queue.put(item)

    async def stop(self) -> None:
        """Finish what is queued and close."""
        if not self._ended:
            self._ended = True
            self._queue.put(Stop())
            await asyncio.to_thread(self._thread.join)

    @property
    def transactions(self) -> int:
        """How many transactions were committed."""
        return self._session.transactions

    def statements(self) -> dict[str, int]:
        """Hits and misses of the statement cache."""
        counts = self._session.connection.cache_stats()
        return {name: counts[name] for name in ("hits", "misses")}

    # ---- the thread -----------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        try:
            session = self._session = WriteSession(self._options, self._announcer)
        except BaseException as error:
            self._announcer.post(Delivery(answers=((self._opened, None, translate(error) or error),)))
            return
        self._announcer.post(Delivery(answers=((self._opened, (session.schema, session.position), None),)))
        while not isinstance(item := self._next(), Stop):
            if isinstance(item, Write):
                self._group(item)
            elif isinstance(item, Alone):
                self._alone(item)
            else:
                while session.look() and self._queue.empty():
                    pass
        session.close()

    def _next(self) -> Write | Alone | Stop | None:
        """The next task; None when there was none for a while."""
        if (held := self._held) is not None:
            self._held = None
            return held
        try:
            return self._queue.get(timeout=self._options.poll)
        except queue.Empty:
            return None

    def _group(self, first: Write) -> None:
        """Run mutations in one transaction until none waits or the group is full."""
        items: list[Write] = []

        def run() -> list[Answer]:
            session = self._session
            transaction = SqliteTransaction(session.connection, session.log, session.schema)
            return [self._single(item, transaction) for item in self._waiting(first, items)]

        self._transact(run, items)

    def _alone(self, item: Alone) -> None:
        """Run one task in a transaction of its own."""
        self._transact(lambda: [(item.future, item.run(self._session), None)], [item])

    def _transact(self, run: Callable[[], list[Answer]], items: Sequence[Write | Alone]) -> None:
        """One transaction, from its begin to its announcement. If it fails as a whole, all ``items`` get the error."""
        session = self._session
        commits: list[Commit] = []
        schema: Schema | None = None
        mark, before = session.log.mark(), session.schema
        try:
            commits, schema = session.begin()
            mark, before = session.log.mark(), session.schema
            answers = run()
            schema = self._changed_schema(before) or schema
            if commit := session.commit():
                commits.append(commit)
            self.groups[len(items)] = self.groups.get(len(items), 0) + 1
        except BaseException as error:
            session.rollback(mark)
            session.schema = before
            failure = translate(error) or error
            answers = [(item.future, None, failure) for item in items]
        self._announcer.post(Delivery(tuple(commits), schema, tuple(answers)))

    def _changed_schema(self, before: Schema) -> Schema | None:
        """The data model if the transaction has changed it."""
        session = self._session
        session.log.take()
        written = METADATA.intersection([change.collection for change in session.log.changes])
        if written and not session.is_described():
            return session.refresh()
        return None if session.schema is before else session.schema

    def _waiting(self, first: Write, items: list[Write]) -> Iterator[Write]:
        """The mutations of this group; also appended to ``items``."""
        items.append(first)
        yield first
        for _ in range(self._options.group - 1):
            if self._queue.empty() or len(self._session.log.changes) > FULL_GROUP:
                return
            item = self._queue.get()
            if not isinstance(item, Write):
                self._held = item
                return
            items.append(item)
            yield item

    def _single(self, item: Write, transaction: SqliteTransaction) -> Answer:
        """Run one mutation in its savepoint. Raises only if the whole transaction is lost. A deferred foreign key must hold at
        the end of the mutation, or the error would hit all that share the commit."""
        session = self._session
        mark = session.log.mark()
        session.connection.execute("SAVEPOINT one")
        session.deadline = time.monotonic() + self._options.query_timeout
        try:
            result = drive(item.work(transaction))
            session.deadline = 0.0
            session.log.take()
            if session.connection.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)[0]:
                raise InvalidForeignKey("Invalid foreign key.", collection=None, field=None, value=None)
        except BaseException as error:
            session.deadline = 0.0
            if not session.connection.in_transaction:
                raise
            session.connection.execute("ROLLBACK TO one")
            session.connection.execute("RELEASE one")
            session.log.back(mark)
            return item.future, None, translate(error) or error
        session.connection.execute("RELEASE one")
        return item.future, result, None


def alter(session: WriteSession, work: Work) -> Any:
    """Run a work that may change the data model."""

    def apply(steps: Iterable[Step]) -> Schema:
        apply_steps(session.connection, steps)
        return session.refresh()

    return drive(work(SqliteAlteration(session.connection, session.log, session.schema, apply)))

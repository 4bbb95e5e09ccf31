"""A group of mutations in one transaction, each in its savepoint: runs them and says what is to be announced. Knows whose error is
whose; must not know in which thread it runs or how mutations queue up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from rowcast.errors import InvalidForeignKey, OutOfTime
from rowcast.feed import Commit
from rowcast.schema import Schema
from rowcast.schema.steps import Step
from rowcast.schema.system import METADATA
from rowcast.store.sqlite.announce import Answer, Delivery
from rowcast.store.sqlite.constraint import translate
from rowcast.store.sqlite.ddl import apply_steps
from rowcast.store.sqlite.session import WriteSession
from rowcast.store.sqlite.transaction import SqliteAlteration, SqliteTransaction, drive

Work = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Write:
    """A mutation."""

    work: Work
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Alone:
    """A task that has a transaction to itself; ``run`` returns the result."""

    run: Callable[[WriteSession], Any]
    future: asyncio.Future[Any]


class TooSlow(Exception):
    """A mutation took longer than its group may: nothing of the group has happened, it can be run again."""


class Groups:
    """Runs groups on one session. ``sizes`` counts the groups by their number of mutations."""

    def __init__(self, session: WriteSession) -> None:
        self._session = session
        self.sizes: dict[int, int] = {}

    def run(self, writes: Iterable[Write], ran: list[Write], *, limit: float) -> Delivery:
        """Run mutations, which also appends them to ``ran``. A statement of theirs may take ``limit`` seconds."""
        return self._transact(lambda: self._each(writes, ran, limit, hurried=False), ran)

    def run_hurried(self, writes: Iterable[Write], ran: list[Write], *, limit: float) -> Delivery:
        """Like ``run`` in a transaction that has begun, without tidying up. Raises TooSlow beyond the limit."""
        return self._transact(lambda: self._each(writes, ran, limit, hurried=True), ran, hurried=True)

    def run_alone(self, task: Alone) -> Delivery:
        """Run one task in a transaction of its own."""
        return self._transact(lambda: [(task.future, task.run(self._session), None)], [task])

    def _each(self, writes: Iterable[Write], ran: list[Write], limit: float, *, hurried: bool) -> list[Answer]:
        session = self._session
        transaction = SqliteTransaction(session.connection, session.log, session.schema)
        answers = []
        for write in writes:
            ran.append(write)
            answers.append(self._single(write, transaction, limit, hurried))
        return answers

    def _transact(
        self, run: Callable[[], list[Answer]], items: Sequence[Write | Alone], *, hurried: bool = False
    ) -> Delivery:
        """One transaction, from its begin to what is to be announced. If it fails as a whole, all ``items`` get the error."""
        session = self._session
        commits: list[Commit] = []
        schema: Schema | None = None
        mark, before = session.log.mark(), session.schema
        try:
            if not hurried:
                commits, schema = session.begin()
            mark, before = session.log.mark(), session.schema
            answers = run()
            schema = self._changed_schema(before) or schema
            if commit := session.commit(tidy=not hurried):
                commits.append(commit)
            self.sizes[len(items)] = self.sizes.get(len(items), 0) + 1
        except BaseException as error:
            session.rollback(mark)
            session.schema = before
            if isinstance(error, TooSlow):
                raise
            failure = translate(error) or error
            answers = [(item.future, None, failure) for item in items]
        return Delivery(tuple(commits), schema, tuple(answers))

    def _changed_schema(self, before: Schema) -> Schema | None:
        """The data model if the transaction has changed it."""
        session = self._session
        session.log.take()
        written = METADATA.intersection([change.collection for change in session.log.changes])
        if written and not session.is_described():
            return session.refresh()
        return None if session.schema is before else session.schema

    def _single(self, write: Write, transaction: SqliteTransaction, limit: float, hurried: bool) -> Answer:
        """Run one mutation in its savepoint. Raises only if the whole transaction is lost. A deferred foreign key must hold at
        the end of the mutation, or the error would hit all that share the commit."""
        session = self._session
        mark = session.log.mark()
        session.log.user = None
        session.connection.execute("SAVEPOINT one")
        session.deadline = time.monotonic() + limit
        try:
            result = drive(write.work(transaction))
            session.deadline = 0.0
            session.log.take()
            if session.connection.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)[0]:
                raise InvalidForeignKey("Invalid foreign key.", collection=None, field=None, value=None)
        except BaseException as error:
            session.deadline = 0.0
            if not session.connection.in_transaction:
                raise
            if hurried and isinstance(error, OutOfTime | apsw.InterruptError):
                raise TooSlow from error
            session.connection.execute("ROLLBACK TO one")
            session.connection.execute("RELEASE one")
            session.log.back(mark)
            return write.future, None, translate(error) or error
        session.connection.execute("RELEASE one")
        return write.future, result, None


def alter(session: WriteSession, work: Work) -> Any:
    """Run a work that may change the data model."""

    def apply(steps: Iterable[Step]) -> Schema:
        apply_steps(session.connection, steps)
        return session.refresh()

    session.log.user = None
    return drive(work(SqliteAlteration(session.connection, session.log, session.schema, apply)))

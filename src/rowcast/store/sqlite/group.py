"""A group of mutations in one transaction: runs them and says what is to be announced. Knows whose error is whose; must not know in
which thread it runs or how mutations queue up.

Each mutation has a savepoint, so that an error undoes it alone. A hurried group has none: most mutations are good, and when one is
not, nothing of the group has happened and it is run again with savepoints.
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
_LATE = (OutOfTime, apsw.InterruptError)


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


class Again(Exception):
    """Nothing of a hurried group has happened; it can be run again. ``slow``: a mutation took longer than its group may. Else one
    has failed, and which one is found out with savepoints."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__()
        self.slow = slow


class Groups:
    """Runs groups on one session. ``sizes`` counts the groups by their number of mutations."""

    def __init__(self, session: WriteSession) -> None:
        self._session = session
        self.sizes: dict[int, int] = {}

    def run(self, writes: Iterable[Write], ran: list[Write], *, limit: float) -> Delivery:
        """Run mutations, which also appends them to ``ran``. A statement of theirs may take ``limit`` seconds."""
        return self._transact(lambda: self._each(writes, ran, limit), ran, waiting=writes)

    def run_begun(self, writes: Iterable[Write], ran: list[Write], *, limit: float, hurried: bool) -> Delivery:
        """Like ``run`` in a transaction that has begun, without tidying up. Raises Again: beyond the limit or, if ``hurried``, for
        any error."""
        run = (
            (lambda: self._hurry(writes, ran, limit))
            if hurried
            else (lambda: self._each(writes, ran, limit, begun=True))
        )
        return self._transact(run, ran, begun=True)

    def run_alone(self, task: Alone) -> Delivery:
        """Run one task in a transaction of its own."""
        return self._transact(lambda: [(task.future, task.run(self._session), None)], [task])

    def _hurry(self, writes: Iterable[Write], ran: list[Write], limit: float) -> list[Answer]:
        """Run the mutations one after the other, with nothing between them."""
        session = self._session
        answers: list[Answer] = []
        transaction = self._transaction()
        clock = time.monotonic
        try:
            for write in writes:
                ran.append(write)
                session.log.user = None
                session.deadline = clock() + limit
                answers.append((write.future, drive(write.work(transaction)), None))
                if transaction.is_open:
                    transaction.unit()
            self._end(transaction)
        except BaseException as error:
            session.deadline = 0.0
            raise Again(slow=isinstance(error, _LATE)) from error
        return answers

    def _each(self, writes: Iterable[Write], ran: list[Write], limit: float, *, begun: bool = False) -> list[Answer]:
        transaction = self._transaction()
        answers = []
        for write in writes:
            ran.append(write)
            answers.append(self._single(write, transaction, limit, begun))
        return answers

    def _transaction(self) -> SqliteTransaction:
        session = self._session
        return SqliteTransaction(session.connection, session.log, session.schema, at_once=session.is_watched)

    def _transact(
        self,
        run: Callable[[], list[Answer]],
        items: Sequence[Write | Alone],
        *,
        begun: bool = False,
        waiting: Iterable[Write] = (),
    ) -> Delivery:
        """One transaction, from its begin to what is to be announced. If it fails as a whole, all ``items`` get the error; if it
        cannot even begin, those that are ``waiting``."""
        session = self._session
        commits: list[Commit] = []
        schema: Schema | None = None
        mark, before = session.log.mark(), session.schema
        try:
            if not begun:
                commits, schema = session.begin()
            mark, before = session.log.mark(), session.schema
            answers = run()
            schema = self._changed_schema(before) or schema
            if commit := session.commit(tidy=not begun):
                commits.append(commit)
            self.sizes[len(items)] = self.sizes.get(len(items), 0) + 1
        except Again:
            session.undo(mark)
            raise
        except BaseException as error:
            session.rollback(mark)
            session.schema = before
            failure = translate(error) or error
            answers = [(item.future, None, failure) for item in items or list(waiting)]
        return Delivery(tuple(commits), schema, tuple(answers))

    def _changed_schema(self, before: Schema) -> Schema | None:
        """The data model if the transaction has changed it."""
        session = self._session
        session.log.take()
        written = METADATA.intersection([change.collection for change in session.log.changes])
        if written and not session.is_described():
            return session.refresh()
        return None if session.schema is before else session.schema

    def _end(self, transaction: SqliteTransaction) -> None:
        """The end of a mutation, or of all that are run as one. A deferred foreign key must hold by then, or the error would
        hit all that share the commit."""
        session = self._session
        drive(transaction.settle())
        session.deadline = 0.0
        if session.connection.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)[0]:
            raise InvalidForeignKey("Invalid foreign key.", collection=None, field=None, value=None)

    def _single(self, write: Write, transaction: SqliteTransaction, limit: float, begun: bool) -> Answer:
        """Run one mutation in its savepoint. Raises Again if it is too slow, else only if the whole transaction is lost."""
        session = self._session
        mark = session.log.mark()
        session.log.user = None
        session.connection.execute("SAVEPOINT one")
        session.deadline = time.monotonic() + limit
        try:
            result = drive(write.work(transaction))
            self._end(transaction)
            session.log.take()
        except BaseException as error:
            session.deadline = 0.0
            transaction.forget()
            if not session.connection.in_transaction:
                raise
            if begun and isinstance(error, _LATE):
                raise Again(slow=True) from error
            session.connection.execute("ROLLBACK TO one")
            session.connection.execute("RELEASE one")
            session.log.back(mark)
            return write.future, None, translate(error) or error
        session.connection.execute("RELEASE one")
        return write.future, result, None


def alter(session: WriteSession, work: Work) -> Any:
    """Run a work that may change the data model."""

    def apply(steps: Iterable[Step]) -> Schema:
        session.note_gaps(apply_steps(session.connection, steps))
        return session.refresh()

    session.log.user = None
    return drive(work(SqliteAlteration(session.connection, session.log, session.schema, apply)))

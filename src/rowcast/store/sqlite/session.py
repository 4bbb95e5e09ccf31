"""The connection that writes, with all that it knows between transactions: the data model, the end of the log, what other programs
did. Begins and ends transactions; must not know what is done in them. Used by the writer thread alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import apsw

from rowcast.errors import RowcastError
from rowcast.feed import GAP, Commit, Position
from rowcast.schema import Schema
from rowcast.schema.system import METADATA
from rowcast.store.sqlite import bootstrap, capture, epoch, indexes, orphans
from rowcast.store.sqlite.announce import Announcer, Delivery
from rowcast.store.sqlite.connection import ask, literal, open_writer
from rowcast.store.sqlite.displaced import LogRow
from rowcast.store.sqlite.introspect import read_schema
from rowcast.store.sqlite.log import NEWEST, Log
from rowcast.store.sqlite.place import Place
from rowcast.store.sqlite.settings import SqliteOptions

log = logging.getLogger("rowcast.store")
T = TypeVar("T")
Mark = tuple[int, int, int]

TRIM_EVERY = 2000
"""Log entries after which old ones are cut off; at most twice as many at once."""

_METADATA = f"""SELECT 1 FROM rowcast_changes WHERE seq > ? AND collection IN
 ({", ".join(map(literal, sorted(METADATA)))}) LIMIT 1"""

_GAP = f"INSERT INTO rowcast_changes(collection, key, op) VALUES({literal(GAP)}, ?, 'update')"

CLEAN_EVERY = 60.0
"""Seconds between two cuts while nothing is written."""

WITNESS_EVERY = 1.0
"""Seconds between two notes of how far the log has come, which are not part of the database."""

SLICE = 20_000
"""Steps of a statement between two looks at the clock."""

CHECKPOINT = 4000
"""Pages of the write-ahead log after which they are moved into the database."""


class WriteSession:
    """See the module. ``transactions`` counts the commits of our own. ``deadline`` (monotonic seconds, 0.0: none): statements that
    run beyond it are interrupted, since everybody else's mutations wait for them. ``pages``: length of the write-ahead log."""

    def __init__(self, options: SqliteOptions, announcer: Announcer) -> None:
        self._options = options
        self._announcer = announcer
        self._watched: set[str] = set()
        self._lacking: frozenset[str] = frozenset()
        self._blamed = -1
        self.transactions = 0
        self.connection = open_writer(options)
        self.deadline = 0.0
        self.connection.set_progress_handler(self._is_late, SLICE)
        self.pages = 0
        self.connection.set_wal_hook(self._logged)
        self._execute = self.connection.execute
        self.place = Place(options.path)
        try:
            self._prepare()
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self) -> None:
        self._execute("BEGIN IMMEDIATE")
        bootstrap.bootstrap(self.connection)
        self.schema, self._described = read_schema(self.connection, 1), 0
        self.note_gaps(self._install())
        self.log = Log(self.connection)
        self._epoch = epoch.begin_history(self.connection, self._options.path, self.log.last)
        self.log.note(time.time(), self.log.last, [self.log.last])
        self.log.store_notes()
        self._execute("COMMIT")
        self._layout, self._seen = self._pragma("schema_version"), self._pragma("data_version")
        self._trimmed, self._cleaned = self.log.last, time.monotonic()
        self._witnessed = self.log.last, self._cleaned

    @property
    def position(self) -> Position:
        """The newest position that was read."""
        return Position(self._epoch, self.log.last)

    def close(self) -> None:
        """Note that nothing is missing, and let go of the file."""
        with suppress(apsw.Error, RowcastError):  # if it fails, the next start begins a new history
            self.place.require()
            self.in_transaction(self._finish)
        self.connection.close()

    def _finish(self) -> None:
        self.log.store_notes()
        epoch.end_history(self.connection, self._options.path, self.log.last)

    def _logged(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self.pages = pages
        return apsw.SQLITE_OK

    def _is_late(self) -> bool:
        return 0.0 < self.deadline < time.monotonic()

    def _pragma(self, name: str) -> int:
        return int(ask(self.connection, f"PRAGMA {name}")[0][0])

    # ---- our transactions -----------------------------------------------------------------------------------------------

    def begin_at_once(self) -> bool:
        """Begin a transaction if nobody else is writing and nothing has to be made up for first; never waits."""
        if not self.place.look():
            return False
        self.connection.set_busy_timeout(0)
        try:
            self._execute("BEGIN IMMEDIATE")
        except apsw.Error:  # busy; whatever else it is, the thread meets it again and tells it
            return False
        finally:
            self.connection.set_busy_timeout(round(self._options.busy_timeout * 1000))
        if self._pragma("schema_version") == self._layout and self.log.is_at_end():
            return True
        self._execute("ROLLBACK")
        return False

    def begin(self) -> tuple[list[Commit], Schema | None]:
        """Begin a transaction; returns what other programs have committed until then, and the data model if it is new. Raises
        ServiceUnavailable if the file has gone."""
        self.place.require()
        while True:
            self._execute("BEGIN IMMEDIATE")
            rows, is_all = self._chunk()
            if is_all and self._pragma("schema_version") == self._layout:
                break
            self._execute("ROLLBACK")
            self._catch_up()
        commits = [self._foreign(rows)] if rows else []
        return commits, self.refresh() if _has_metadata(commits) else None

    def commit(self, *, tidy: bool = True) -> Commit | None:
        """Commit; returns the changes of the transaction. ``tidy``: cut off the old end of the log now and then."""
        log = self.log
        changes, ends = log.flush()
        if ends:
            log.note(time.time(), log.last, ends)
        if log.pending:
            log.store_notes()
        if tidy and log.last - self._trimmed >= TRIM_EVERY:
            self._trim()
        self._execute("COMMIT")
        self.transactions += 1
        return Commit(self.position, changes, time.time()) if ends else None

    def undo(self, mark: Mark) -> None:
        """Undo a transaction that has written rows alone."""
        if self.connection.in_transaction:
            self._execute("ROLLBACK")
        self.log.back(mark)

    def rollback(self, mark: Mark) -> None:
        """Undo the transaction, if it is not undone already."""
        with suppress(apsw.Error):  # a connection that cannot even do that says so at the next begin
            if self.connection.in_transaction:
                self._execute("ROLLBACK")
        self.log.back(mark)
        self._described = min(self._described, self.log.last)
        self._layout = -1  # what the transaction did to the triggers is undone

    def refresh(self) -> Schema:
        """Read the data model anew, in a transaction, and let the triggers follow it."""
        self.schema = read_schema(self.connection, self.schema.version + 1)
        self._described = int(ask(self.connection, NEWEST)[0][0])
        self._lacking = self._install()
        return self.schema

    def _refresh_altered(self) -> Schema:
        """Like ``refresh``, when another program has altered something. Triggers go with the table that they are of: where they are
        gone, rows may have changed unnoticed, and so the log says."""
        known = self.schema.collections.keys()
        schema = self.refresh()
        self.note_gaps(self._lacking & known)
        return schema

    def note_gaps(self, collections: Iterable[str]) -> None:
        """Rows of these collections may have changed without being logged."""
        if ask(self.connection, NEWEST)[0][0]:  # else nobody knows anything that could be out of date
            self.connection.executemany(_GAP, [(name,) for name in sorted(collections)])

    def is_described(self) -> bool:
        """Whether no metadata were written since the data model was read."""
        return not ask(self.connection, _METADATA, (self._described,))

    @property
    def is_watched(self) -> bool:
        """Whether anything is logged that is logged on demand only."""
        return bool(self._watched)

    def watch(self, collection: str, on: bool) -> None:
        """Log a collection that is logged on demand only, or cease to; in a transaction."""
        (self._watched.add if on else self._watched.discard)(collection)
        self._install()

    def _install(self) -> frozenset[str]:
        """Returns the collections that were not logged."""
        orphans.install(self.connection, self.schema)
        lacking = capture.install(self.connection, self.schema, self._watched)
        indexes.keep(self.connection, self.schema)
        self._layout = self._pragma("schema_version")
        return lacking

    def in_transaction(self, call: Callable[[], T]) -> T:
        """Run something that announces nothing."""
        self._execute("BEGIN IMMEDIATE")
        try:
            result = call()
            self._execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self._execute("ROLLBACK")
            raise
        return result

    # ---- between transactions -------------------------------------------------------------------------------------------

    def look(self) -> bool:
        """See whether another program has committed, and announce it; tidy up now and then. True if there is more to tidy up."""
        try:
            self.place.require()
            self._witness()
            seen = self._pragma("data_version")
            if seen != self._seen:
                self._catch_up()
                self._seen = seen
            if time.monotonic() - self._cleaned > CLEAN_EVERY or self.log.last - self._trimmed >= TRIM_EVERY:
                if self.in_transaction(self._trim):
                    return True
                self._cleaned = time.monotonic()
        except (apsw.Error, RowcastError):
            pass  # busy or gone: the next look or the next mutation meets it again
        except Exception:  # writers must not wait for a thread that is no more
            if self._blamed != self.log.last:
                log.exception("what other programs have written after %s cannot be read", self.position)
            self._blamed = self.log.last
        return False

    def _witness(self) -> None:
        """See to it that a file that is put back from a copy is known by that, now and then."""
        last, at = self._witnessed
        if self.log.last != last and time.monotonic() - at > WITNESS_EVERY:
            epoch.witness(self.connection, self._options.path, self.log.last)
            self._witnessed = self.log.last, time.monotonic()

    def _catch_up(self) -> None:
        """Announce other programs' changes, in bounded parts, each once the loop is through with the one before."""
        if self._pragma("schema_version") != self._layout:
            self._announcer.post(Delivery(schema=self.in_transaction(self._refresh_altered)))
        ahead: frozenset[str] | None = None
        while rows := self._chunk()[0]:
            commit = replace(self._noted(rows), is_apart=True)
            if ahead is None:
                ahead = self.log.collections()
                commit = replace(commit, ahead=ahead)
            schema = self.in_transaction(self.refresh) if _has_metadata([commit]) else None
            taken = threading.Event()
            self._announcer.post(Delivery((commit,), schema, taken=taken))
            while not taken.wait(1.0) and self._announcer.is_open:
                pass
        if self.log.pending:
            self.in_transaction(self.log.store_notes)

    def _chunk(self) -> tuple[list[LogRow], bool]:
        return self.log.chunk(self._options.chunk, self._options.chunk_bytes)

    def _noted(self, rows: list[LogRow]) -> Commit:
        """Their commit, written down before anybody is told of it: a position within it must mean the same after a crash."""
        mark = self.log.mark()
        commit = self._foreign(rows)
        try:
            self.in_transaction(self.log.store_notes)
        except BaseException:
            self.log.back(mark)
            raise
        return commit

    def _foreign(self, rows: list[LogRow]) -> Commit:
        self.log.last = rows[-1][0]
        self.log.note(time.time(), self.log.last, [self.log.last])
        return Commit(self.position, self.log.signed(rows), time.time())

    def _trim(self) -> bool:
        options = self._options
        self._trimmed = self.log.last
        return self.log.trim(time.time(), options.log_age, options.log_rows, 2 * TRIM_EVERY)


def _has_metadata(commits: Iterable[Commit]) -> bool:
    return any(change.collection in METADATA for commit in commits for change in commit.changes)

"""Opens connections to the database file, all set alike. Knows the driver; must not know what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import apsw

from rowcast.errors import InvalidPayload
from rowcast.store.sqlite.settings import SqliteOptions

CACHED_STATEMENTS = 1000


def open_writer(options: SqliteOptions) -> apsw.Connection:
    """The connection that writes. WAL lets readers go on meanwhile; the larger checkpoint interval spares fsyncs under load."""
    connection = _open(options)
    for name, value in (
        ("journal_mode", "WAL"),
        ("synchronous", options.synchronous),
        ("foreign_keys", True),
        ("recursive_triggers", True),  # or a row displaced by REPLACE would leave no trace in the log
        ("wal_autocheckpoint", 0),  # the writer's thread sees to it
        ("journal_size_limit", 64 << 20),
        ("cache_size", -16_000),
        ("temp_store", "MEMORY"),
    ):
        connection.pragma(name, value)
    return connection


def open_reader(options: SqliteOptions) -> apsw.Connection:
    """A connection that cannot write, nor make a file that has gone."""
    connection = _open(options, apsw.SQLITE_OPEN_READWRITE)
    connection.pragma("query_only", True)
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, options.longest_answer)
    connection.pragma("cache_size", -16_000)
    connection.pragma("temp_store", "MEMORY")
    return connection


def _open(options: SqliteOptions, flags: int = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE) -> apsw.Connection:
    """Plans are made once for all values (QPSG): without it SQLite prepares a statement anew whenever the value of its LIMIT
    is bound, which costs more than most reads."""
    connection = apsw.Connection(options.path, flags, statementcachesize=CACHED_STATEMENTS)
    connection.set_busy_timeout(round(options.busy_timeout * 1000))
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    return connection


def ask(connection: apsw.Connection, text: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement. Whatever other programs store as text without its being UTF-8 is read with U+FFFD in its place."""
    try:
        return connection.execute(text, args).fetchall()
    except UnicodeDecodeError:
        return _ask_loosely(connection, text, args)


def _ask_loosely(connection: apsw.Connection, text: str, args: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The same with texts read as bytes, which takes longer. For statements that write nothing."""
    if not text.lstrip().upper().startswith(("SELECT", "WITH")):
        raise InvalidPayload("A value that another program has stored in this row is no text")
    with closing(connection.cursor()) as cursor:
        names = [f"c{place}" for place, _ in enumerate(cursor.execute(text, args).get_description())]
    columns = [f"typeof({n}), CASE typeof({n}) WHEN 'text' THEN CAST({n} AS BLOB) ELSE {n} END" for n in names]
    loosely = f"WITH it({', '.join(names)}) AS ({text}) SELECT {', '.join(columns)} FROM it"
    return [tuple(map(_read, row[::2], row[1::2])) for row in connection.execute(loosely, args).fetchall()]


def _read(kind: Any, value: Any) -> Any:
    return value.decode(errors="replace") if kind == "text" else value


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"

"""Creates what is missing in a database: the system tables, the change log and the facts about it. Never changes what is there,
except that columns are added. Knows the packaged tables; must not know rows."""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from rowcast.errors import InvalidConfiguration
from rowcast.schema.system import ColumnFact, TableFact, system
from rowcast.store.sqlite import bookmarks, orphans
from rowcast.store.sqlite.connection import quote

FORMAT = "1"

_LOG = """
CREATE TABLE IF NOT EXISTS rowcast_meta(name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rowcast_changes(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, key NOT NULL, op TEXT NOT NULL, before TEXT, after TEXT);
CREATE TABLE IF NOT EXISTS rowcast_commits(last INTEGER PRIMARY KEY, at REAL NOT NULL, units TEXT NOT NULL);
"""


def bootstrap(connection: apsw.Connection) -> None:
    """Create tables and columns that are missing; to be called in a transaction. Raises ``InvalidConfiguration`` for a database
    written by a newer format."""
    connection.execute(_LOG + bookmarks.TABLE + orphans.TABLE)
    for name, table in system().tables.items():
        for statement in _missing(connection, name, table):
            connection.execute(statement)
    _check_format(connection)


def _check_format(connection: apsw.Connection) -> None:
    found = read_fact(connection, "format")
    if found is None:
        write_fact(connection, "format", FORMAT)
    elif int(found) > int(FORMAT):
        raise InvalidConfiguration(f"The database has format {found}, this version knows formats up to {FORMAT}.")


def _missing(connection: apsw.Connection, name: str, table: TableFact) -> Iterator[str]:
    present = {row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall()}
    if not present:
        yield _create(name, table)
        for index in table.indexes:
            unique = "UNIQUE " if index.unique else ""
            columns = ", ".join(quote(column) for column in index.columns)
            yield f"CREATE {unique}INDEX {quote(index.name)} ON {quote(name)} ({columns})"
    else:
        for column in table.columns:
            if column.name not in present:
                yield f"ALTER TABLE {quote(name)} ADD COLUMN {_column(column)}"


def _create(name: str, table: TableFact) -> str:
    parts = [_column(column) for column in table.columns]
    for key in table.foreign_keys:
        target, column = key.references
        action = "" if key.on_delete == "NO ACTION" else f" ON DELETE {key.on_delete}"
        parts.append(f"FOREIGN KEY ({quote(key.column)}) REFERENCES {quote(target)} ({quote(column)}){action}")
    return f"CREATE TABLE {quote(name)} (" + ", ".join(parts) + ")"


def _column(column: ColumnFact) -> str:
    text = f"{quote(column.name)} {column.type}"
    if column.not_null:
        text += " NOT NULL"
    if column.default is not None:
        text += f" DEFAULT {column.default}"
    if column.primary_key:
        text += " PRIMARY KEY AUTOINCREMENT" if column.type == "integer" else " PRIMARY KEY"
    return text


# ---- facts about the log ------------------------------------------------------------------------------------------------


def read_fact(connection: apsw.Connection, name: str) -> str | None:
    """A value of ``rowcast_meta``."""
    rows = connection.execute("SELECT value FROM rowcast_meta WHERE name = ?", (name,)).fetchall()
    return str(rows[0][0]) if rows else None


def write_fact(connection: apsw.Connection, name: str, value: str) -> None:
    """Set a value of ``rowcast_meta``."""
    connection.execute("INSERT OR REPLACE INTO rowcast_meta(name, value) VALUES(?, ?)", (name, value))

"""Takes the steps that change a data model. What SQLite can alter is altered; for the rest the table is made anew, filled and
put in the place of the old one, as SQLite's manual describes, with every index, trigger and clause it had. Knows tables and
their texts; must not know collections.

Runs within a transaction. Foreign keys are switched off meanwhile (the connection's configuration can be set there, unlike the
pragma), so that taking an old table away deletes nothing elsewhere; afterwards the new foreign keys are checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import apsw

from rowcast.errors import ContainsNull, InvalidForeignKey
from rowcast.schema.steps import (
    AddColumn,
    AddForeignKey,
    AlterColumn,
    ColumnPlan,
    CreateTable,
    DropColumn,
    DropForeignKey,
    DropTable,
    RenameColumn,
    Step,
)
from rowcast.schema.types import declared_type
from rowcast.store.sqlite import capture
from rowcast.store.sqlite.connection import ask, quote
from rowcast.store.sqlite.constraint import result_of
from rowcast.store.sqlite.definition import ColumnText, TableText, parse
from rowcast.store.sqlite.introspect import foreign_keys

_NEW = "rowcast_new_table"
_AFFINITIES = {
    "INTEGER": ("INT",),
    "TEXT": ("CHAR", "CLOB", "TEXT"),
    "BLOB": ("BLOB",),
    "REAL": ("REAL", "FLOA", "DOUB"),
}
_NOW = frozenset({"CURRENT_TIMESTAMP", "NOW()"})


def apply_steps(connection: apsw.Connection, steps: Iterable[Step]) -> frozenset[str]:
    """Take the steps in order. Returns the tables of which a column stores values in another way now: they may have become others
    (the text "7" the number 7), in rows that no trigger sees. Raises ``ContainsNull``, ``NotUnique`` (as the driver's error) or
    ``InvalidForeignKey`` where rows do not fit."""
    todo, recast = tuple(steps), set[str]()
    if not todo:
        return frozenset()
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 0)
    try:
        for step in todo:
            if isinstance(step, AlterColumn) and _is_recast(connection, step):
                recast.add(step.table)
            _TAKE[type(step)](connection, step)
    finally:
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 1)
    for table in {step.key.table for step in todo if isinstance(step, AddForeignKey)}:
        _check(connection, table)
    return frozenset(recast)


def _check(connection: apsw.Connection, table: str) -> None:
    try:
        broken = connection.execute(f"PRAGMA foreign_key_check({quote(table)})").fetchone()
    except apsw.SQLError as error:
        raise InvalidForeignKey("Invalid foreign key.", collection=table, field=None, value=None) from error
    if broken:
        raise InvalidForeignKey("Invalid foreign key.", collection=table, field=None, value=None)


# ---- the steps --------------------------------------------------------------------------------------------------------------


def _create_table(connection: apsw.Connection, step: CreateTable) -> None:
    table = TableText(tuple(column_text(column) for column in step.columns), (), "")
    connection.execute(table.create(step.name))
    for column in step.columns:
        _index(connection, step.name, column)


def _drop_table(connection: apsw.Connection, step: DropTable) -> None:
    tables = ask(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    for (name,) in tables:
        for key in foreign_keys(connection, name):
            if key.foreign_table == step.name and name != step.name:
                _drop_foreign_key(connection, DropForeignKey(name, key.column))
    connection.execute(f"DROP TABLE {quote(step.name)}")


def _add_column(connection: apsw.Connection, step: AddColumn) -> None:
    column = column_text(step.column)
    by_alter = step.column.nullable or step.column.default is not None
    if by_alter and not step.column.primary_key and default_text(step.column) != "CURRENT_TIMESTAMP":
        connection.execute(f"ALTER TABLE {quote(step.table)} ADD COLUMN {column}")
    else:
        _rebuild(connection, step.table, lambda table: table.with_column(column))
    _index(connection, step.table, step.column)


def _alter_column(connection: apsw.Connection, step: AlterColumn) -> None:
    def change(table: TableText) -> TableText:
        table = table.without_constraint("UNIQUE", step.column.name)
        old = table.column(step.column.name)
        return table.with_column(_altered(old, step.column))

    _drop_indexes(connection, step.table, step.column.name)
    _rebuild(connection, step.table, change)
    _index(connection, step.table, step.column)


def _is_recast(connection: apsw.Connection, step: AlterColumn) -> bool:
    """Whether the column gets another affinity, by which values are stored."""
    old = _table(connection, step.table).column(step.column.name)
    return _affinity(old.type) != _affinity(_altered(old, step.column).type)


def _affinity(declared: str) -> str:
    """By the names in the declared type (https://sqlite.org/datatype3.html, 3.1)."""
    if not declared:
        return "BLOB"
    found = (kind for kind, names in _AFFINITIES.items() if any(name in declared.upper() for name in names))
    return next(found, "NUMERIC")


def _drop_column(connection: apsw.Connection, step: DropColumn) -> None:
    _drop_indexes(connection, step.table, step.column, alone=False)
    _rebuild(connection, step.table, lambda table: table.without_column(step.column))


def _rename_column(connection: apsw.Connection, step: RenameColumn) -> None:
    capture.remove(connection, step.table)
    text = f"ALTER TABLE {quote(step.table)} RENAME COLUMN {quote(step.column)} TO {quote(step.name)}"
    connection.execute(text)


def _add_foreign_key(connection: apsw.Connection, step: AddForeignKey) -> None:
    key = step.key
    text = f"FOREIGN KEY ({quote(key.column)}) REFERENCES {quote(key.foreign_table)} ({quote(key.foreign_column)})"
    for event, action in (("UPDATE", key.on_update), ("DELETE", key.on_delete)):
        text += "" if action == "NO ACTION" else f" ON {event} {action}"
    _rebuild(connection, key.table, lambda table: table.without_constraint("FOREIGN", key.column).with_constraint(text))


def _drop_foreign_key(connection: apsw.Connection, step: DropForeignKey) -> None:
    if any(key.column == step.column for key in foreign_keys(connection, step.table)):
        _rebuild(connection, step.table, lambda table: table.without_constraint("FOREIGN", step.column))


_TAKE: dict[type, Callable[[apsw.Connection, Any], None]] = {
    CreateTable: _create_table,
    DropTable: _drop_table,
    AddColumn: _add_column,
    AlterColumn: _alter_column,
    DropColumn: _drop_column,
    RenameColumn: _rename_column,
    AddForeignKey: _add_foreign_key,
    DropForeignKey: _drop_foreign_key,
}

# ---- rebuilding a table -----------------------------------------------------------------------------------------------------


def _rebuild(connection: apsw.Connection, name: str, change: Callable[[TableText], TableText]) -> None:
    """Replace a table by one whose definition is changed; its rows, indexes, triggers and key counter stay."""
    capture.remove(connection, name)
    old = _table(connection, name)
    new = change(old)
    belongings = ask(
        connection, "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type <> 'table' AND sql <> ''", (name,)
    )
    counter = ask(connection, "SELECT seq FROM sqlite_sequence WHERE name = ?", (name,))
    connection.execute(new.create(_NEW))
    _fill(connection, name, old, new)
    connection.execute(f"DROP TABLE {quote(name)}")
    connection.pragma("legacy_alter_table", True)  # or views of the table would be found broken in between
    connection.execute(f"ALTER TABLE {quote(_NEW)} RENAME TO {quote(name)}")
    connection.pragma("legacy_alter_table", False)
    for (sql,) in belongings:
        connection.execute(sql)
    if counter:
        connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (counter[0][0], name))


def _table(connection: apsw.Connection, name: str) -> TableText:
    return parse(ask(connection, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (name,))[0][0])


def _fill(connection: apsw.Connection, name: str, old: TableText, new: TableText) -> None:
    kept = {column.name for column in old.columns}
    names = ", ".join(
        quote(column.name)
        for column in new.columns
        if column.name in kept and not {"AS", "GENERATED"}.intersection(kind for kind, _ in column.clauses)
    )
    try:
        connection.execute(f"INSERT INTO {_NEW} ({names}) SELECT {names} FROM {quote(name)}")
    except apsw.ConstraintError as error:
        if result_of(error) != apsw.SQLITE_CONSTRAINT_NOTNULL:
            raise
        field = str(error).rpartition(".")[2]
        text = f'Field "{field}" in collection "{name}" contains null values.'
        raise ContainsNull(text, collection=name, field=field) from error


# ---- indexes ----------------------------------------------------------------------------------------------------------------


def _index(connection: apsw.Connection, table: str, column: ColumnPlan) -> None:
    """The index or uniqueness of one column, under the names that the reference gives them."""
    if column.unique and not column.primary_key:
        _create_index(connection, table, column.name, "UNIQUE ", "unique")
    elif column.indexed and not column.primary_key:
        _create_index(connection, table, column.name, "", "index")


def _create_index(connection: apsw.Connection, table: str, column: str, unique: str, suffix: str) -> None:
    name = quote(f"{table}_{column}_{suffix}".lower())
    connection.execute(f"CREATE {unique}INDEX {name} ON {quote(table)} ({quote(column)})")


def _drop_indexes(connection: apsw.Connection, table: str, column: str, *, alone: bool = True) -> None:
    """Drop the indexes of the column; with ``alone`` those of that column only."""
    text = """SELECT i.name, count(*), max(c.name = ?2) FROM pragma_index_list(?1) i, pragma_index_info(i.name) c
 WHERE i.origin = 'c' GROUP BY i.name"""
    for name, count, concerned in ask(connection, text, (table, column)):
        if concerned and (count == 1 or not alone):
            connection.execute(f"DROP INDEX {quote(name)}")


# ---- texts ------------------------------------------------------------------------------------------------------------------


def column_text(plan: ColumnPlan) -> ColumnText:
    """The definition of a new column."""
    counts = plan.auto_increment and plan.type in ("integer", "bigInteger")
    declared = "integer" if counts else declared_type(plan.type, plan.max_length)
    column = ColumnText(plan.name, declared, ())
    if not plan.nullable or plan.primary_key:
        column = column.having("NOT", "NOT NULL")
    if (default := default_text(plan)) is not None:
        column = column.having("DEFAULT", f"DEFAULT {default}")
    if plan.primary_key:
        column = column.having("PRIMARY", "PRIMARY KEY AUTOINCREMENT" if counts else "PRIMARY KEY")
    return column


def _altered(old: ColumnText, plan: ColumnPlan) -> ColumnText:
    if any(kind == "PRIMARY" for kind, _ in old.clauses):
        return old
    kept = tuple(clause for clause in old.clauses if clause[0] not in ("NOT", "NULL", "DEFAULT"))
    new = column_text(plan)
    return ColumnText(old.name, new.type, (*new.clauses, *kept))


def default_text(plan: ColumnPlan) -> str | None:
    """The default as SQL."""
    match plan.default:
        case None:
            return None
        case bool() as value:
            return str(int(value))
        case int() | float() as value:
            return repr(value)
        case str() as value if value.upper() in _NOW and plan.type in ("timestamp", "dateTime", "date", "time"):
            return "CURRENT_TIMESTAMP"
        case str() as value:
            text = value
        case list() as value if plan.type == "csv":
            text = ",".join(map(str, value))
        case value:
            text = json.dumps(value, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"

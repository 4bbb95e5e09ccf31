"""Turns the driver's errors into those of the error tree. Knows SQLite's sentences; must not know what was being written."""

from __future__ import annotations

import re

import apsw

from rowcast.errors import (
    ConstraintError,
    InternalError,
    InvalidForeignKey,
    NotNull,
    NotUnique,
    OutOfRange,
    OutOfTime,
    RowcastError,
    ServiceUnavailable,
    TooLong,
)

_COLUMN = re.compile(r"failed: (?P<table>.+?)\.(?P<column>[^,]+)")
_UNIQUE = frozenset({apsw.SQLITE_CONSTRAINT_UNIQUE, apsw.SQLITE_CONSTRAINT_PRIMARYKEY, apsw.SQLITE_CONSTRAINT_ROWID})


def translate(error: BaseException) -> RowcastError | None:
    """The error as a member of the tree; None if it is none of the database's."""
    match error:
        case apsw.ConstraintError():
            return _constraint(error)
        case apsw.InterruptError():
            return OutOfTime()
        case apsw.TooBigError():
            return TooLong("Value is too long.", collection=None, field=None, value=None)
        case OverflowError():
            return OutOfRange("Value is out of range.", collection=None, field=None, value=None)
        case apsw.BusyError() | apsw.FullError() | apsw.IOError() | apsw.ReadOnlyError() | apsw.CantOpenError():
            return ServiceUnavailable(f"The database is not available: {error}.", service="database")
        case apsw.Error():
            return InternalError(f"The database refused a statement: {error}.")
    return None


def result_of(error: apsw.Error) -> int:
    """SQLite's extended result code."""
    return int(error.extendedresult)  # type: ignore[attr-defined]


def _constraint(error: apsw.ConstraintError) -> ConstraintError:
    """The values are not known here: ``value`` is None until the caller who has the payload puts it in."""
    found = _COLUMN.search(str(error))
    collection, field = (found["table"], found["column"]) if found else (None, None)
    kind = result_of(error)
    if kind in _UNIQUE:
        text = f'Value for field "{field}" in collection "{collection}" has to be unique.'
        return NotUnique(text, collection=collection, field=field, value=None)
    if kind == apsw.SQLITE_CONSTRAINT_NOTNULL:
        text = f'Value for field "{field}" in collection "{collection}" can\'t be null.'
        return NotNull(text, collection=collection, field=field)
    if kind == apsw.SQLITE_CONSTRAINT_FOREIGNKEY:
        return InvalidForeignKey("Invalid foreign key.", collection=None, field=None, value=None)
    if kind == apsw.SQLITE_CONSTRAINT_TRIGGER:  # what somebody's own trigger says with RAISE
        return ConstraintError(str(error), collection=None, field=None)
    if kind == apsw.SQLITE_CONSTRAINT_CHECK:
        rule = str(error).partition("failed: ")[2]
        return OutOfRange(f'The rule "{rule}" of the database is broken.', collection=None, field=None, value=None)
    return OutOfRange("Value is out of range.", collection=collection, field=field, value=None)

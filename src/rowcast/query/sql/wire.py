"""The wire form of a column as SQLite text: what goes into ``json_object`` or ``json_quote`` for it.

Reads and the triggers of the change log use the same text, so that a row looks the same on both ways. Knows types and SQLite's
functions; must not know rights (concealing) or questions. Survives what other programs store: never raises in the database.
"""

from __future__ import annotations

from collections.abc import Callable

from rowcast.schema import Field

TIMESTAMP = "strftime('%Y-%m-%dT%H:%M:%fZ',"
DATE_TIME = "strftime('%Y-%m-%dT%H:%M:%S',"
DATE = "strftime('%Y-%m-%d',"
TIME = "strftime('%H:%M:%S',"


def wire(field: Field, expression: str) -> str:
    """SQLite text that turns ``expression`` (the stored value) into the wire value of ``field``, not concealed. Values that do
    not fit the type (broken JSON, other words in a date) come out as the text they are."""
    return _FORMS.get(field.type, _json if field.type.startswith("geometry") else _plain)(expression)


def moment(kind: str, expression: str) -> str:
    """The canonical text of a stored ``timestamp``, ``dateTime``, ``date`` or ``time``: comparable as text. A number is taken as
    milliseconds since 1970, as some writers store it."""
    length, call = _MOMENTS[kind]
    is_number, since_1970 = f"typeof({expression}) IN ('integer','real')", f"{call}{expression}/1000.0,'unixepoch')"
    read = f"CASE WHEN {is_number} THEN {since_1970} ELSE {call}{expression}) END"
    odd = _finite(expression)
    is_canonical = f"length({expression})={length}"
    if kind == "dateTime":
        is_canonical += f" AND substr({expression},11,1)='T'"
    return f"CASE WHEN {is_canonical} AND typeof({expression})='text' THEN {expression} ELSE coalesce({read},{odd}) END"


_MOMENTS = {"timestamp": (24, TIMESTAMP), "dateTime": (19, DATE_TIME), "date": (10, DATE), "time": (8, TIME)}


def _plain(expression: str) -> str:
    return f"CASE WHEN typeof({expression})='blob' THEN hex({expression}) ELSE {expression} END"


def _finite(expression: str) -> str:
    """What may be a number: JSON has none without end."""
    is_blob, has_no_end = f"typeof({expression})='blob'", f"{expression} IN (9e999,-9e999)"
    return f"CASE WHEN {is_blob} THEN hex({expression}) WHEN {has_no_end} THEN NULL ELSE {expression} END"


def _boolean(expression: str) -> str:
    return f"CASE WHEN {expression} IS NULL THEN NULL WHEN {expression} IN (0,'false') THEN json('false') ELSE json('true') END"


def _float(expression: str) -> str:
    """Whole numbers lose their ``.0``, as on the wire."""
    whole = f"typeof({expression})='real' AND {expression}=CAST({expression} AS INTEGER)"
    whole = f"WHEN {whole} THEN CAST({expression} AS INTEGER)"
    return f"CASE {whole} WHEN {expression} IN (9e999,-9e999) THEN NULL ELSE {_plain(expression)} END"


def _json(expression: str) -> str:
    return f"CASE WHEN json_valid({expression}) THEN json({expression}) ELSE {_finite(expression)} END"


def _csv(expression: str) -> str:
    """The text becomes one JSON string, in which each comma becomes the border of two strings."""
    items = f"""json('['||replace(json_quote(CAST({expression} AS TEXT)),',','","')||']')"""
    return f"CASE WHEN {expression} IS NULL THEN NULL WHEN {expression}='' THEN json('[]') ELSE {items} END"


def _moment_of(kind: str) -> Callable[[str], str]:
    def form(expression: str) -> str:
        return moment(kind, expression)

    return form


_FORMS: dict[str, Callable[[str], str]] = {
    "integer": _finite,
    "bigInteger": _finite,
    "boolean": _boolean,
    "float": _float,
    "decimal": _float,
    "json": _json,
    "csv": _csv,
    **{kind: _moment_of(kind) for kind in _MOMENTS},
}

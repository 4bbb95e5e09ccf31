"""Field types and what holds them: column type and ``special`` → field type, field type → declared column type, and the
defaults written in a column's declaration. Knows no table and no database driver."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

GEOMETRIES = frozenset(
    f"geometry{kind}"
    for kind in ("", ".Point", ".LineString", ".Polygon", ".MultiPoint", ".MultiLineString", ".MultiPolygon")
)

TYPES = frozenset(
    {"bigInteger", "boolean", "date", "dateTime", "decimal", "float", "integer", "json", "string", "text", "time"}
    | {"timestamp", "binary", "uuid", "hash", "csv", "alias", "unknown"}
    | GEOMETRIES
)
"""Every field type that the wire knows."""

_BY_SPECIAL = {
    "cast-boolean": "boolean",
    "cast-json": "json",
    "json": "json",
    "cast-csv": "csv",
    "csv": "csv",
    "cast-timestamp": "timestamp",
    "cast-datetime": "dateTime",
    "hash": "hash",
    "uuid": "uuid",
    "file": "uuid",
    **{geometry: geometry for geometry in GEOMETRIES},
}

_BY_COLUMN = {
    "boolean": "boolean",
    "bool": "boolean",
    "tinyint": "integer",
    "smallint": "integer",
    "mediumint": "integer",
    "int": "integer",
    "integer": "integer",
    "serial": "integer",
    "bigint": "bigInteger",
    "bigserial": "bigInteger",
    "float": "float",
    "real": "float",
    "double": "float",
    "double precision": "float",
    "decimal": "decimal",
    "numeric": "decimal",
    "char": "string",
    "character": "string",
    "nchar": "string",
    "varchar": "string",
    "character varying": "string",
    "nvarchar": "string",
    "string": "string",
    "text": "text",
    "tinytext": "text",
    "mediumtext": "text",
    "longtext": "text",
    "clob": "text",
    "uuid": "uuid",
    "date": "date",
    "time": "time",
    "datetime": "dateTime",
    "timestamp": "timestamp",
    "timestamp without time zone": "dateTime",
    "timestamp with time zone": "timestamp",
    "json": "json",
    "jsonb": "json",
    "blob": "binary",
    "bytea": "binary",
    "binary": "binary",
    "varbinary": "binary",
    "geometry": "geometry",
}

_COLUMNS = {
    "bigInteger": "bigint",
    "boolean": "boolean",
    "date": "date",
    "dateTime": "datetime",
    "decimal": "float",
    "float": "float",
    "integer": "integer",
    "json": "json",
    "text": "text",
    "csv": "text",
    "time": "time",
    "timestamp": "datetime",
    "binary": "blob",
    "uuid": "char(36)",
    "hash": "varchar(255)",
    "unknown": "text",
}


def field_type(data_type: str, max_length: int | None = None, special: Sequence[str] = ()) -> str:
    """The field type of a column. ``special`` decides before the column type does: a ``char(36)`` is a uuid by ``uuid`` or ``file``
    and else a string, as on the wire of the reference (the key of a user, say)."""
    for effect in special:
        if effect in _BY_SPECIAL:
            return _BY_SPECIAL[effect]
    return _BY_COLUMN.get(data_type, "unknown")


def declared_type(kind: str, max_length: int | None = None) -> str:
    """The column type that SQLite is told for a field type: ``string`` of 12 → ``varchar(12)``.

    Decimals are declared ``float``, as in databases of the reference: SQLite keeps both as REAL."""
    if kind == "string":
        return f"varchar({max_length or 255})"
    return "text" if kind in GEOMETRIES else _COLUMNS[kind]


def special_for(kind: str) -> tuple[str, ...]:
    """The ``special`` without which a column of that type would be read as another type."""
    if kind in GEOMETRIES:
        return (kind,)
    return {
        "timestamp": ("cast-timestamp",),
        "json": ("cast-json",),
        "csv": ("cast-csv",),
        "boolean": ("cast-boolean",),
        "hash": ("hash",),
        "uuid": ("uuid",),
    }.get(kind, ())


def default_of(kind: str, declared: str | None) -> Any:
    """The value of a ``DEFAULT`` clause as the wire shows it: a number, boolean, JSON or text; ``CURRENT_TIMESTAMP`` and other
    expressions as their text; None when there is none."""
    if declared is None or declared.strip().lower() == "null":
        return None
    text = declared.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].replace(text[0] * 2, text[0])
    elif text.startswith("(") and text.endswith(")"):
        return declared
    return _cast_default(kind, text)


def _cast_default(kind: str, text: str) -> Any:
    try:
        match kind:
            case "boolean":
                return text.lower() in ("1", "true", "t")
            case "integer" | "bigInteger":
                return int(text)
            case "float" | "decimal":
                return float(text)
            case "json":
                return json.loads(text)
    except ValueError:
        pass
    return text

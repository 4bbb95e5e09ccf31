"""Turns a value of a payload (JSON) into the form in which its column stores it, or refuses it. Knows field types; must not know
rights, other fields or the database.

What other servers let through ("abc" in an integer, "maybe" in a boolean, broken JSON) is refused here, so that a stored value
always has its type.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import msgspec

from rowcast.auth.passwords import is_hash
from rowcast.engine.mutation.moments import date, date_time, time, timestamp
from rowcast.errors import InvalidPayload, OutOfRange, TooLong
from rowcast.schema import Collection, Field

Cast = Callable[[Any], Any]

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_INTEGER = re.compile(r"\s*[+-]?\d{1,19}(\.0*)?\s*")
_TRUE, _FALSE = (True, 1, "true", "1"), (False, 0, "false", "0")
_SHAPES = {
    "Point": 0,
    "LineString": 1,
    "MultiPoint": 1,
    "Polygon": 2,
    "MultiLineString": 2,
    "MultiPolygon": 3,
    "GeometryCollection": 0,
}
"""GeoJSON's shapes, and how many lists are around their positions."""
_DEEPEST = 10
"""Collections of geometries in each other."""
_encode = msgspec.json.encode


def cast_for(field: Field) -> Cast:
    """The function that casts values of ``field``; None stays None. It raises InvalidPayload for a value of another type,
    OutOfRange and TooLong for one that does not fit."""
    make = (
        _hash
        if "hash" in field.special
        else _MAKERS.get(field.type, _geometry if field.type.startswith("geometry") else _unknown)
    )
    cast = make(field)

    def nullable(value: Any) -> Any:
        return None if value is None else cast(value)

    return nullable


def cast_key(field: Field, value: Any) -> str | int | None:
    """A key as its column stores it, or None if no row can have such a key."""
    if isinstance(value, bool | float):
        return None
    try:
        key = cast_for(field)(value)
    except (InvalidPayload, OutOfRange, TooLong):
        return None
    return key if isinstance(key, str | int) else None


def cast_keys(collection: Collection, keys: Sequence[Any]) -> list[str | int]:
    """The keys as they are stored, each once; those that no row can have are left out."""
    cast = (cast_key(collection.key, key) for key in keys)
    return list(dict.fromkeys(key for key in cast if key is not None))


def _refuse(field: Field, value: Any, what: str) -> NoReturn:
    shown = value if isinstance(value, str | int | float) else "array" if isinstance(value, list) else "object"
    raise InvalidPayload(
        f'Value "{str(shown)[:100]}" for field "{field.name}" in collection "{field.collection}" is not {what}'
    )


def _integer(field: Field) -> Cast:
    def cast(value: Any) -> int:
        if type(value) is not int:
            value = _as_integer(field, value)
        if not -(2**63) <= value < 2**63:
            raise OutOfRange(
                _constraint(field, value, "is out of range"),
                collection=field.collection,
                field=field.name,
                value=str(value),
            )
        return value  # type: ignore[no-any-return]

    return cast


def _as_integer(field: Field, value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value.strip().partition(".")[0])
    _refuse(field, value, "an integer")


def _number(field: Field) -> Cast:
    def cast(value: Any) -> float | int:
        try:
            if isinstance(value, str):  # a float would not keep all digits of a long integer
                value = int(value) if _INTEGER.fullmatch(value) and "." not in value else float(value)
            if isinstance(value, int | float) and math.isfinite(value):
                return value
        except (ValueError, OverflowError):
            pass
        _refuse(field, value, "a number")

    return cast


def _boolean(field: Field) -> Cast:
    def cast(value: Any) -> int:
        if isinstance(value, str | int | float):
            word = value.lower() if isinstance(value, str) else value
            if word in _TRUE:
                return 1
            if word in _FALSE:
                return 0
        _refuse(field, value, "a boolean")

    return cast


def _text(field: Field) -> Cast:
    longest = field.column.max_length if field.column else None

    def cast(value: Any) -> str:
        if type(value) is not str:
            value = _as_text(field, value)
        if longest is not None and len(value) > longest:
            raise TooLong(
                _constraint(field, value, "is too long"), collection=field.collection, field=field.name, value=value
            )
        return value  # type: ignore[no-any-return]

    return cast


def _hash(field: Field) -> Cast:
    """Values were hashed before the transaction; what is none comes from a preset and must not be stored in clear."""

    def cast(value: Any) -> str:
        if isinstance(value, str) and (value == "" or is_hash(value)):
            return value
        raise InvalidPayload(f'The preset of field "{field.name}" in collection "{field.collection}" is not a hash')

    return cast


def _as_text(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    _refuse(field, value, "a text")


def _uuid(field: Field) -> Cast:
    def cast(value: Any) -> str:
        if isinstance(value, str) and _UUID.fullmatch(value):
            return value.lower()
        _refuse(field, value, "a UUID")

    return cast


def _json(field: Field) -> Cast:
    def cast(value: Any) -> str:
        return _json_text(field, value) if isinstance(value, str) else _encode(value).decode()

    return cast


def _json_text(field: Field, text: str) -> str:
    """A text is taken as JSON text."""
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        _refuse(field, text, "valid JSON")
    return text


def _csv(field: Field) -> Cast:
    def cast(value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, list | tuple) and all(isinstance(part, str | int | float) for part in value):
            return ",".join(_as_text(field, part) if not isinstance(part, str) else part for part in value)
        _refuse(field, value, "a list of texts")

    return cast


def _geometry(field: Field) -> Cast:
    shape = field.type.partition(".")[2]

    def cast(value: Any) -> str:
        if isinstance(value, str):
            value = msgspec.json.decode(_json_text(field, value))
        if not _is_placed(value):
            _refuse(field, value, "a GeoJSON geometry")
        if shape and value["type"] != shape:
            _refuse(field, value["type"], f"a {shape}")
        return _encode(value).decode()

    return cast


def _is_placed(value: Any, depth: int = 0) -> bool:
    """Whether this is a geometry whose coordinates are nested as its shape says; of a collection: whether all in it are."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _SHAPES or depth > _DEEPEST:
        return False
    if kind == "GeometryCollection":
        parts = value.get("geometries")
        return isinstance(parts, list) and all(_is_placed(part, depth + 1) for part in parts)
    return _is_position(value.get("coordinates"), _SHAPES[kind])


def _is_position(value: Any, depth: int) -> bool:
    """Whether this is a list of numbers, or one of such lists, ``depth`` times."""
    if not isinstance(value, list):
        return False
    if depth > 0:
        return all(_is_position(part, depth - 1) for part in value)
    return len(value) >= 2 and all(isinstance(part, int | float) and not isinstance(part, bool) for part in value)


def _binary(field: Field) -> Cast:
    def cast(value: Any) -> bytes:
        if isinstance(value, bytes):
            return value
        if isinstance(value, str):
            return value.encode()
        _refuse(field, value, "a text")

    return cast


def _unknown(field: Field) -> Cast:
    def cast(value: Any) -> Any:
        return _encode(value).decode() if isinstance(value, dict | list) else value

    return cast


def _moment(parse: Callable[[str], str], kind: str) -> Callable[[Field], Cast]:
    def make(field: Field) -> Cast:
        def cast(value: Any) -> str:
            try:
                if isinstance(value, str):
                    return parse(value)
            except (ValueError, OverflowError):
                pass
            raise InvalidPayload(f'Invalid {kind} format in field "{field.name}"')

        return cast

    return make


def _constraint(field: Field, value: Any, what: str) -> str:
    return f'Value "{str(value)[:100]}" for field "{field.name}" in collection "{field.collection}" {what}.'


_MAKERS: dict[str, Callable[[Field], Cast]] = {
    "integer": _integer,
    "bigInteger": _integer,
    "float": _number,
    "decimal": _number,
    "boolean": _boolean,
    "string": _text,
    "text": _text,
    "hash": _text,
    "uuid": _uuid,
    "json": _json,
    "csv": _csv,
    "binary": _binary,
    "date": _moment(date, "Date"),
    "time": _moment(time, "Time"),
    "dateTime": _moment(date_time, "DateTime"),
    "timestamp": _moment(timestamp, "Timestamp"),
}

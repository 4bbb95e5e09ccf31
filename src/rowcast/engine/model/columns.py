"""Columns as they are asked for, turned into plans of columns; and the ``special`` that keeps their type. Must not know tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rowcast.engine.mutation.cast import cast_for
from rowcast.errors import InvalidPayload, RequestError
from rowcast.schema import Column, Field
from rowcast.schema.steps import ColumnPlan
from rowcast.schema.types import declared_type, field_type, special_for

LONGEST_TEXT = 65_535
_MOMENTS = frozenset({"timestamp", "dateTime", "date", "time"})
_NOW = frozenset({"now()", "current_timestamp"})
_NOT_IMPLIED = frozenset({"uuid"})
_FLAGS = {
    "is_nullable": True,
    "is_unique": False,
    "is_indexed": False,
    "is_primary_key": False,
    "has_auto_increment": False,
}


def new_column(name: str, kind: str, asked: Mapping[str, Any]) -> ColumnPlan:
    """The plan of a column that does not exist. Raises InvalidPayload."""
    flags = {flag: _flag(asked, flag, default) for flag, default in _FLAGS.items()}
    kind = _declared_kind(kind, asked.get("data_type"))
    return ColumnPlan(
        name=name,
        type=kind,
        max_length=_max_length(asked.get("max_length")) if kind == "string" else None,
        default=_default(name, kind, asked.get("default_value")),
        nullable=flags["is_nullable"] and not flags["is_primary_key"],
        primary_key=flags["is_primary_key"],
        auto_increment=flags["is_primary_key"] and flags["has_auto_increment"],
        unique=flags["is_unique"] and not flags["is_primary_key"],
        indexed=flags["is_indexed"] and not flags["is_primary_key"],
    )


def standing_column(found: Field) -> ColumnPlan:
    """The plan that gives the column as it stands."""
    column = found.column
    assert column is not None
    kind = _declared_kind(found.type, column.data_type)
    return ColumnPlan(
        name=column.name,
        type=kind,
        max_length=column.max_length if kind == "string" else None,
        default=column.default_value,
        nullable=column.is_nullable,
        primary_key=column.is_primary_key,
        auto_increment=column.has_auto_increment,
        unique=column.is_unique,
        indexed=column.is_indexed,
    )


def altered_column(found: Field, kind: str, asked: Mapping[str, Any]) -> ColumnPlan:
    """The plan of a standing column after a change: what is not asked for stays, and so does the primary key. A default of
    another type goes when the type changes. Raises InvalidPayload."""
    standing = standing_column(found)
    stays = kind == found.type
    said = {**_as_asked(found.column, keep_default=stays), **asked}
    changed = new_column(standing.name, standing.type if stays else kind, said)
    if standing.primary_key:
        return ColumnPlan(
            standing.name,
            kind,
            changed.max_length,
            changed.default,
            False,
            True,
            standing.auto_increment,
            standing.unique,
            False,
        )
    return changed


def completed_special(kind: str, given: Sequence[str] | None) -> list[str] | None:
    """The ``special`` of a field with what its type cannot do without: a timestamp is a ``datetime`` column on SQLite, told
    from a ``dateTime`` only by ``cast-timestamp``."""
    special = list(given or ())
    if kind not in _NOT_IMPLIED and _read_as(kind, special) != _read_as(kind, [*special, *special_for(kind)]):
        special += [effect for effect in special_for(kind) if effect not in special]
    return special or None


def special_after(before: str, kind: str, special: Sequence[str]) -> list[str] | None:
    """The ``special`` of a field whose type changes: what belongs to the old type goes, what the new one needs comes."""
    return completed_special(kind, [effect for effect in special if effect not in special_for(before)])


def _declared_kind(kind: str, data_type: Any) -> str:
    """What to declare for a field type: keys of uuids are read as strings, and stay ``char(36)``."""
    return "uuid" if (kind, data_type) == ("string", "char") else kind


def _read_as(kind: str, special: Sequence[str]) -> str:
    declared, _, rest = declared_type(kind).partition("(")
    return field_type(declared, int(rest[:-1]) if rest else None, special)


def _as_asked(column: Column | None, *, keep_default: bool) -> dict[str, Any]:
    assert column is not None
    said = {flag: getattr(column, flag) for flag in _FLAGS}
    return {**said, "max_length": column.max_length, "default_value": column.default_value if keep_default else None}


def _flag(asked: Mapping[str, Any], name: str, default: bool) -> bool:
    value = asked.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidPayload(f'"{name}" must be a boolean')
    return default if value is None else value


def _max_length(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LONGEST_TEXT:
        raise InvalidPayload(f'"max_length" must be an integer from 1 to {LONGEST_TEXT}')
    return value


def _default(name: str, kind: str, value: Any) -> Any:
    """The default in wire form, if a field of that type can hold it."""
    if value is None or (kind in _MOMENTS and isinstance(value, str) and value.lower() in _NOW):
        return value
    try:
        cast_for(Field("", name, kind))(value)
    except RequestError:
        raise InvalidPayload(f'"default_value" of field "{name}" is no {kind}') from None
    return value

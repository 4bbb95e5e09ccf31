"""Completes the error of a broken database rule with what only the payload knows: the value, and for a foreign key the field. Must
not know how the database tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcast.errors import ConstraintError, InvalidForeignKey, NotUnique

if TYPE_CHECKING:
    from rowcast.engine.mutation.plan import WritePlan

Payload = Mapping[str, Any]


def completed(error: ConstraintError, plan: WritePlan, payload: Payload) -> ConstraintError:
    """The error, naming collection, field and value as far as they are certain."""
    if isinstance(error, NotUnique):
        return _not_unique(error, plan, payload)
    if isinstance(error, InvalidForeignKey):
        return _no_such_row(error, plan, payload)
    return error


def _not_unique(error: NotUnique, plan: WritePlan, payload: Payload) -> ConstraintError:
    field = error.extensions.get("field")
    if error.extensions.get("collection") != plan.collection.name or not isinstance(field, str) or field not in payload:
        return error
    value = payload[field]
    sentence = f'Value "{value}" for field "{field}" in collection "{plan.collection.name}" has to be unique.'
    return NotUnique(sentence, collection=plan.collection.name, field=field, value=value)


def _no_such_row(error: InvalidForeignKey, plan: WritePlan, payload: Payload) -> ConstraintError:
    """Certain only where one of the columns that were set can be the cause."""
    held = [name for name, _ in plan.given if _points(plan, name) and payload.get(name) is not None]
    if len(held) != 1:
        return error
    name, collection = held[0], plan.collection.name
    sentence = f'Invalid foreign key "{payload[name]}" for field "{name}" in collection "{collection}".'
    return InvalidForeignKey(sentence, collection=collection, field=name, value=payload[name])


def _points(plan: WritePlan, name: str) -> bool:
    column = plan.collection.fields[name].column
    return column is not None and column.foreign_key_table is not None

"""Completes the error of a broken database rule with what only the payload knows: the value, and for a foreign key the field. Must
not know how the database tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcast.errors import ConstraintError, InvalidForeignKey, NotUnique
from rowcast.query.sql import mutate

if TYPE_CHECKING:
    from rowcast.engine.mutation.plan import WritePlan
    from rowcast.engine.mutation.scope import Scope
    from rowcast.schema import Column

Payload = Mapping[str, Any]


async def completed(scope: Scope, error: ConstraintError, plan: WritePlan, payload: Payload) -> ConstraintError:
    """The error, naming collection, field and value as far as they are certain."""
    if isinstance(error, NotUnique):
        return _not_unique(error, plan, payload)
    if isinstance(error, InvalidForeignKey):
        return await _no_such_row(scope, error, plan, payload)
    return error


def _not_unique(error: NotUnique, plan: WritePlan, payload: Payload) -> ConstraintError:
    field = error.extensions.get("field")
    if error.extensions.get("collection") != plan.collection.name or not isinstance(field, str) or field not in payload:
        return error
    value = payload[field]
    sentence = f'Value "{value}" for field "{field}" in collection "{plan.collection.name}" has to be unique.'
    return NotUnique(sentence, collection=plan.collection.name, field=field, value=value)


async def _no_such_row(scope: Scope, error: InvalidForeignKey, plan: WritePlan, payload: Payload) -> ConstraintError:
    """Where several of the columns that were set can be the cause, they are looked at."""
    held = [name for name, _ in plan.given if _pointer(plan, name) and payload.get(name) is not None]
    found = held[:1] if len(held) == 1 else [name for name in held if not await _is_there(scope, plan, name, payload)]
    if not found:
        return error
    name, collection = found[0], plan.collection.name
    sentence = f'Invalid foreign key "{payload[name]}" for field "{name}" in collection "{collection}".'
    return InvalidForeignKey(sentence, collection=collection, field=name, value=payload[name])


async def _is_there(scope: Scope, plan: WritePlan, name: str, payload: Payload) -> bool:
    """Whether the row that the column is to point to exists."""
    column = _pointer(plan, name)
    target = scope.schema.get(column.foreign_key_table or "") if column else None
    if column is None or target is None:
        return True
    asked = mutate.holders(target, column.foreign_key_column or target.primary)
    return bool(await scope.tx.fetch(asked, (dict(plan.given)[name](payload[name]),)))


def _pointer(plan: WritePlan, name: str) -> Column | None:
    column = plan.collection.fields[name].column
    return column if column is not None and column.foreign_key_table is not None else None

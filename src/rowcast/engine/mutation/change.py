"""Gives rows new values, with all that is nested in the payload, inside a transaction. Must not know who asked for it or why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcast.engine.guards import GUARDS
from rowcast.engine.hooks import run_before
from rowcast.engine.mutation import down, up
from rowcast.engine.mutation.broken import completed
from rowcast.engine.mutation.cast import cast_keys
from rowcast.engine.mutation.check import check, permitted
from rowcast.engine.mutation.history import adopt, delta_of, keep
from rowcast.engine.mutation.plan import WritePlan
from rowcast.engine.mutation.reach import key_list, may_update
from rowcast.engine.mutation.values import values_of
from rowcast.errors import ConstraintError
from rowcast.schema import Collection
from rowcast.store.base import Row

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope

Key = str | int
Payload = Mapping[str, Any]


async def update_keys(
    scope: Scope, collection: str, keys: Sequence[Any], payload: Payload, *, parent: int | None = None
) -> list[Key]:
    """Set the values of ``payload`` in the rows of ``keys``, announced together; return the keys of those that exist, in order.

    ``parent`` is the revision of the row whose payload this one was part of. Raises Forbidden (also for a key that the actor
    may not update in these fields), InvalidPayload, FailedValidation (or several) and ConstraintError.
    """
    found = scope.writing.collection(collection)
    guard = GUARDS.get(collection)
    stored = cast_keys(found, keys)
    named = tuple(payload)
    payload, rules = permitted(scope, collection, "update", payload)
    await may_update(scope, found, stored, named, len(keys))
    if found.primary in payload:  # a row keeps its key: whoever holds it by that key would lose it
        payload = {name: value for name, value in payload.items() if name != found.primary}
    if guard is not None:
        payload = await guard.before(scope, "update", stored, payload)
    if hooks := scope.engine.hooks.update[collection]:
        payload = await run_before(hooks, scope, "update", collection, stored, payload)
    if not payload:
        return stored
    plan = scope.writing.plan(collection, "update", tuple(payload))
    check(scope, plan, payload, rules)
    written = await _write(scope, plan, stored, payload, parent)
    if guard is not None:
        await guard.after(scope, "update", written, payload)
    return written


async def _write(scope: Scope, plan: WritePlan, keys: list[Key], payload: Payload, parent: int | None) -> list[Key]:
    mark = len(scope.loose)
    if plan.up:
        payload = await up.write(scope, plan, payload)
    rows, delta = await _set(scope, plan, keys, payload)
    revisions = await _history(scope, plan.collection, rows, delta, parent)
    born = scope.take(mark)
    for (key, *_), revision in zip(rows, revisions, strict=True):
        await adopt(scope, revision, born)
        born = []
        if plan.down:
            await down.write(scope, plan, payload, key, revision, new=False)
        if revision is not None and parent is None:
            scope.loose.append(revision)
    return [row[0] for row in rows]


async def _set(scope: Scope, plan: WritePlan, keys: list[Key], payload: Payload) -> tuple[list[Row], str | None]:
    """The rows (key[, image]) after the change, in the order of ``keys``, and what was set in them."""
    scope.step(len(keys))
    args, made = values_of(scope, plan, payload)
    try:
        rows = await scope.tx.fetch(plan.text, (*args, key_list(keys)))
    except ConstraintError as error:
        raise await completed(scope, error, plan, payload) from error
    delta = delta_of(plan, payload, made) if plan.collection.accountability == "all" else None
    if len(rows) > 1:
        place = {key: i for i, key in enumerate(keys)}
        rows.sort(key=lambda row: place.get(row[0], len(place)))
    return rows, delta


async def _history(
    scope: Scope, collection: Collection, rows: list[Row], delta: str | None, parent: int | None
) -> list[int | None]:
    if collection.accountability is None:
        return [None] * len(rows)
    kept = collection.accountability == "all"
    images = [row[1].decode(errors="replace") if kept else None for row in rows]
    return [
        await keep(scope, collection, "update", row[0], image, delta, parent)
        for row, image in zip(rows, images, strict=True)
    ]

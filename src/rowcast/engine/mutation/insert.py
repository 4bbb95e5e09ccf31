"""Writes one new row, with all that is nested in its payload, inside a transaction. Must not know who asked for it or why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcast.engine.guards import GUARDS
from rowcast.engine.hooks import run_before
from rowcast.engine.mutation import down, up
from rowcast.engine.mutation.broken import completed
from rowcast.engine.mutation.check import check, permitted
from rowcast.engine.mutation.history import adopt, delta_of, keep
from rowcast.engine.mutation.plan import WritePlan
from rowcast.engine.mutation.values import values_of
from rowcast.errors import ConstraintError

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope

Key = str | int
Payload = Mapping[str, Any]


async def create_one(scope: Scope, collection: str, payload: Payload, *, parent: int | None = None) -> Key:
    """Create a row and return its key. ``parent`` is the revision of the row whose payload this one was part of.

    Raises Forbidden, InvalidPayload, FailedValidation (or several) and ConstraintError.
    """
    guard = GUARDS.get(collection)
    payload, rules = permitted(scope, collection, "create", payload)
    if guard is not None:
        payload = await guard.before(scope, "create", (), payload)
    if hooks := scope.engine.hooks.create[collection]:
        payload = await run_before(hooks, scope, "create", collection, (), payload)
    plan = scope.writing.plan(collection, "create", tuple(payload))
    check(scope, plan, payload, rules)
    mark = len(scope.loose)
    if plan.up:
        payload = await up.write(scope, plan, payload)
    key, revision = await _insert(scope, plan, payload, parent)
    if mark < len(scope.loose):
        await adopt(scope, revision, scope.take(mark))
    if plan.down:
        await down.write(scope, plan, payload, key, revision, new=True)
    if revision is not None and parent is None:
        scope.loose.append(revision)
    if guard is not None:
        await guard.after(scope, "create", (key,), payload)
    return key


async def _insert(scope: Scope, plan: WritePlan, payload: Payload, parent: int | None) -> tuple[Key, int | None]:
    """The row itself and its history."""
    args, made = values_of(scope, plan, payload)
    scope.step(1)
    try:
        rows = await scope.tx.fetch(plan.text, args)
    except ConstraintError as error:
        raise await completed(scope, error, plan, payload) from error
    key: Key = rows[0][0]
    if plan.collection.accountability is None:
        return key, None
    kept = plan.collection.accountability == "all"
    delta = delta_of(plan, payload, made) if kept else None
    return key, await keep(scope, plan.collection, "create", key, rows[0][1] if kept else None, delta, parent)

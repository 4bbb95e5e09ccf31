"""Writes one new row, with all that is nested in its payload, inside a transaction. Must not know who asked for it or why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcast.engine.guards import GUARDS
from rowcast.engine.mutation import down, up
from rowcast.engine.mutation.check import check, permitted
from rowcast.engine.mutation.history import adopt, delta_of, keep
from rowcast.engine.mutation.plan import WritePlan

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope

Key = str | int
Payload = Mapping[str, Any]


async def create_one(scope: Scope, collection: str, payload: Payload, *, parent: int | None = None) -> Key:
    """Create a row and return its key. ``parent`` is the revision of the row whose payload this one was part of.

    Raises Forbidden, InvalidPayload, FailedValidation (or several) and ConstraintError.
    """
    guard = GUARDS.get(collection)
    if guard is not None:
        payload = await guard.before(scope, "create", (), payload)
    payload, rules = permitted(scope, collection, "create", payload)
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
    rows = await scope.tx.fetch(plan.text, args)
    key: Key = rows[0][0]
    if plan.collection.accountability is None:
        return key, None
    kept = plan.collection.accountability == "all"
    delta = delta_of(plan, payload, made) if kept else None
    return key, await keep(scope, plan.collection, "create", key, rows[0][1] if kept else None, delta, parent)


def values_of(scope: Scope, plan: WritePlan, payload: Payload) -> tuple[list[Any], list[Any]]:
    """The binds of the plan's columns in stored form, and the part of them that specials made."""
    args = [cast(payload[name]) for name, cast in plan.given]
    if plan.fallback:
        for i, (name, _) in enumerate(plan.given):
            if args[i] is None and name in plan.fallback:
                args[i] = plan.fallback[name](scope)
    made = [make(scope) for _, make in plan.made]
    return args + made, made

"""Deletes rows inside a transaction. What hangs on them is the database's part (its foreign keys). Must not know who asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rowcast.engine.guards import GUARDS
from rowcast.engine.hooks import run_before
from rowcast.engine.mutation.cast import cast_keys
from rowcast.engine.mutation.history import note
from rowcast.engine.mutation.reach import key_list, may_delete
from rowcast.query.sql import mutate

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope

Key = str | int


async def delete_keys(scope: Scope, collection: str, keys: Sequence[Any]) -> list[Key]:
    """Delete the rows of ``keys``, announced together; return the keys of those that existed.

    Raises Forbidden when the actor may not delete one of them, and InvalidForeignKey when another row holds one.
    """
    found = scope.writing.collection(collection)
    scope.rights.require(collection, "delete")
    stored = cast_keys(found, keys)
    await may_delete(scope, found, stored, len(keys))
    guard = GUARDS.get(collection)
    if guard is not None:
        await guard.before(scope, "delete", stored, {})
    if hooks := scope.engine.hooks.delete[collection]:
        await run_before(hooks, scope, "delete", collection, stored, {})
    scope.step(len(stored))
    rows = await scope.tx.fetch(scope.writing.text(mutate.delete, found), (key_list(stored),))
    for (key,) in rows:
        await note(scope, found, "delete", key)
    if guard is not None:
        await guard.after(scope, "delete", stored, {})
    return [row[0] for row in rows]

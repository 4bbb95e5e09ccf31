"""Delete items by keys or by query, in one transaction. Must not know who carries the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.mutation.reach import statement_of, variables_of
from rowcast.engine.mutation.remove import delete_keys
from rowcast.engine.mutation.scope import Scope, within
from rowcast.query.parse import Query
from rowcast.query.sql import bind

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int


async def delete(
    engine: Engine, actor: Actor, collection: str, *, keys: Sequence[Any] | None = None, query: Query | None = None
) -> list[Key]:
    """Delete the items of ``keys``, or those that ``query`` gives; announced together. Returns the keys of those that existed.

    Raises Forbidden when one of them may not be deleted, InvalidForeignKey when another row holds one; then all stay.
    """
    if keys is not None:
        chosen = keys

        async def by_keys(scope: Scope) -> list[Key]:
            return await delete_keys(scope, collection, chosen)

        with engine.broadcast.live.spelled(collection, _spelled(chosen)):
            quick = len(keys) == 1 and not engine.hooks.delete[collection]
            return await within(engine, actor, by_keys, quick=quick, flat=True)
    statement = statement_of(engine, await engine.rights(actor), collection, query or Query())

    async def by_query(scope: Scope) -> list[Key]:
        rows = await scope.tx.fetch(statement.text, bind(statement, scope.variables))
        return await delete_keys(scope, collection, [row[0] for row in rows])

    return await within(engine, actor, by_query, variables_of(statement), flat=True)


def _spelled(keys: Sequence[Any]) -> list[tuple[int, str]]:
    """Numbers that were written as text (in a path): subscribers are told the keys as they were written."""
    return [(int(key), key) for key in keys if isinstance(key, str) and key.isascii() and key.isdecimal()]


__all__ = ["delete", "delete_keys"]

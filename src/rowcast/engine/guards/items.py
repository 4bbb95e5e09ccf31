"""The right to one item, for rows of system collections that are about an item. Must not know what these rows are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcast.engine.mutation.cast import cast_key
from rowcast.errors import Forbidden
from rowcast.policy import Action
from rowcast.policy.rights import both, refusal
from rowcast.query.sql import bind, count
from rowcast.query.tree import Condition, Const, Leaf, Ref, Select, Test

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope


async def require_item(scope: Scope, name: object, item: object, *actions: Action) -> None:
    """Raise Forbidden unless there is such an item and the actor may do all of ``actions`` to it."""
    collection = scope.schema.get(name) if isinstance(name, str) else None
    key = cast_key(collection.key, item) if collection is not None else None
    if collection is None or key is None:
        raise Forbidden
    condition: Condition = Test(Ref(collection.key), "eq", Const(key))
    for action in actions:
        scope.rights.require(collection.name, action)
        condition = both(condition, scope.rights.rows(collection.name, action))
    statement = count(
        Select(collection.name, (Leaf(collection.primary, Ref(collection.key)),), condition), scope.schema
    )
    if not (await scope.tx.fetch(statement.text, bind(statement, scope.variables)))[0][0]:
        raise Forbidden(refusal(collection.name))

"""The item that a mutation has written, as its writer may read it. Must not know how it was written or who carries the answer.

The change log holds the row as the mutation left it. Where that row alone says what the writer may see of it, the answer is cut
from it, in the state of the very mutation; else the database is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rowcast.auth import Actor
from rowcast.engine.read import Answer, plan_of, read_one
from rowcast.errors import Forbidden
from rowcast.feed import Image
from rowcast.query.parse import Query

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.scope import Scope

Key = str | int


class Written(NamedTuple):
    """The key of an item, and its row as the mutation left it; None where that is not at hand."""

    key: Key
    image: Image | None = None


def written(scope: Scope, collection: str, key: Key) -> Written:
    """What a mutation wrote under that key. To be called at its end, whose unit it closes."""
    for change in reversed(scope.tx.unit()):
        if change.key == key and change.collection == collection:
            return Written(key, change.after)
    return Written(key)


async def read_written(engine: Engine, actor: Actor, collection: str, item: Written, query: Query) -> Answer:
    """Like ``read_one``, of an item that was written just now."""
    if item.image is not None:
        plan = await plan_of(engine, actor, collection, "one", query)
        if plan.cut is not None:
            variables = engine.variables_now(actor, plan.variables) or await engine.variables(actor, plan.variables)
            if not plan.cut.shows(item.image, variables):
                raise Forbidden
            return Answer(plan.cut.encode(item.image))
    return await read_one(engine, actor, collection, item.key, query)

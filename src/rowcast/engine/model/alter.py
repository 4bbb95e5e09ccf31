"""One alteration of the data model under way: steps for the tables, rows for the metadata, in one transaction. Everything is
checked against the schema that the transaction itself sees, so that alterations of several clients follow one another safely.

Must not know what collections, fields and relations mean.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from rowcast.auth import Actor
from rowcast.engine.create import create_one
from rowcast.engine.delete import delete_keys
from rowcast.engine.model.access import require_admin
from rowcast.engine.mutation.scope import Scope
from rowcast.engine.update import update_keys
from rowcast.query.sql import mutate
from rowcast.schema import Schema
from rowcast.schema.steps import Step
from rowcast.store.base import Alteration

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

T = TypeVar("T")
Key = str | int


class Alter:
    """The hand that alters: runs steps and writes metadata rows with activity and revisions, as the actor."""

    __slots__ = ("_scope", "_tx")

    def __init__(self, tx: Alteration, scope: Scope) -> None:
        self._tx, self._scope = tx, scope

    @property
    def schema(self) -> Schema:
        """The data model as it is now in this transaction. Rows written since the last ``run`` are not in it."""
        return self._tx.schema

    async def run(self, *steps: Step) -> Schema:
        """Take the steps and read the data model again. Without steps: after changes to rows alone."""
        return await self._tx.apply(steps)

    async def create(self, collection: str, values: Mapping[str, Any]) -> None:
        """A new row of a system collection."""
        await create_one(self._scope, collection, dict(values))

    async def update(self, collection: str, keys: Iterable[Key], values: Mapping[str, Any]) -> None:
        """New values for some rows of a system collection."""
        chosen = list(keys)
        if chosen and values:
            await update_keys(self._scope, collection, chosen, dict(values))

    async def delete(self, collection: str, keys: Iterable[Key]) -> None:
        """Some rows of a system collection go."""
        chosen = list(keys)
        if chosen:
            await delete_keys(self._scope, collection, chosen)

    async def keys(self, collection: str, field: str, value: Any) -> list[Key]:
        """The keys of the rows of a system collection in which the field holds the value."""
        found = await self._tx.fetch(mutate.holders(self.schema.collections[collection], field), (value,))
        return [row[0] for row in found]


async def alter(engine: Engine, actor: Actor, work: Callable[[Alter], Awaitable[T]]) -> T:
    """Run ``work`` alone in a transaction that may change the data model. Raises Forbidden unless the actor is an administrator."""
    require_admin(actor)
    rights = engine.rights_now(actor) or await engine.rights(actor)
    variables = await engine.variables(actor, rights.variables)

    async def run(tx: Alteration) -> T:
        tx.sign(actor.user)
        return await work(Alter(tx, Scope(engine, actor, tx, rights, variables, limited=False)))

    return await engine.store.alter(run)

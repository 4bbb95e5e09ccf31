"""The verbs inside a transaction that is open already: what extensions write and read in the transaction of somebody's mutation.

Each has two halves, since a transaction may run in a thread of its own: ``ready_to_…`` finds out
on the loop what is needed, the other half needs nothing but the transaction. Must not know who calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.create import create_one
from rowcast.engine.delete import delete_keys
from rowcast.engine.mutation.prepare import prepare
from rowcast.engine.mutation.scope import Scope
from rowcast.engine.plans import KEYS, Form, Plan
from rowcast.engine.update import update_keys
from rowcast.policy import Rights
from rowcast.query.parse import Query
from rowcast.store.base import Transaction

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.hooks import Key, Payload, Verb


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who writes: who, with which rights, and what has been made ready."""

    engine: Engine
    actor: Actor
    rights: Rights
    variables: Callable[[str], Any]
    payloads: Sequence[Payload] = ()

    def scope(self, tx: Transaction) -> Scope:
        """The surroundings of what is written. It is no client's batch, so its size is not limited."""
        return Scope(self.engine, self.actor, tx, self.rights, self.variables, limited=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A read, planned; ``values`` gives its variables."""

    plan: Plan
    values: Callable[[str], Any]


async def ready_to_write(
    engine: Engine, actor: Actor, collection: str, verb: Verb, payloads: Sequence[Payload] = ()
) -> Hand:
    """On the loop. Raises what guards say of the form of the payloads."""
    rights = await engine.rights(actor)
    variables = await engine.variables(actor, rights.variables)
    ready = [await prepare(engine, actor, collection, verb, each) for each in payloads]
    return Hand(engine, actor, rights, variables, ready)


async def ready_to_read(
    engine: Engine, actor: Actor, collection: str, query: Query, keys: Sequence[Key] | None = None
) -> Question:
    """On the loop. ``keys``: of those rows only. Raises Forbidden and InvalidQuery."""
    s = engine.settings
    form: Form = "list" if keys is None else "keys"
    limits = (s.query_limit_default, s.query_limit_max, s.max_relational_depth)
    plan = engine.plans.read(await engine.rights(actor), collection, form, query, limits)
    known = await engine.variables(actor, plan.variables)
    return Question(plan, lambda name: keys if name == KEYS else known(name))


async def create(tx: Transaction, hand: Hand, collection: str) -> list[Key]:
    """Write new rows. Raises as ``engine.create``."""
    scope = hand.scope(tx)
    return [await create_one(scope, collection, payload) for payload in hand.payloads]


async def update(tx: Transaction, hand: Hand, collection: str, keys: Sequence[Any]) -> list[Key]:
    """Set the values of the one payload. Raises as ``engine.update``."""
    return await update_keys(hand.scope(tx), collection, keys, hand.payloads[0])


async def delete(tx: Transaction, hand: Hand, collection: str, keys: Sequence[Any]) -> list[Key]:
    """Delete rows. Raises as ``engine.delete``."""
    return await delete_keys(hand.scope(tx), collection, keys)


async def read(tx: Transaction, question: Question) -> bytes:
    """The rows as a JSON array, as the transaction sees them."""
    rows = await tx.fetch(question.plan.data.text, question.plan.data.args(question.values))
    data: bytes = rows[0][0].encode()
    return data

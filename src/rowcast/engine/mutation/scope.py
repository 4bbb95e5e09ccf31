"""The surroundings of one mutation inside its transaction: who writes, with which rights, when, and how much so far. Must not
write itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from rowcast.auth import Actor
from rowcast.engine.mutation.moments import now
from rowcast.engine.mutation.plan import Writing
from rowcast.errors import InvalidPayload
from rowcast.policy import Rights
from rowcast.schema import Schema
from rowcast.store.base import Transaction

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

T = TypeVar("T")

_writings: WeakKeyDictionary[Engine, Writing] = WeakKeyDictionary()
_LENGTHS = {"date": slice(0, 10), "time": slice(11, 19), "dateTime": slice(0, 19)}


class Scope:
    """One mutation under way. ``variables`` gives the value of a variable; ``writing`` the plans of the transaction's schema;
    ``limited``: whether ``MAX_BATCH_MUTATION`` counts (metadata rows are not a client's batch). ``loose`` collects the revisions
    that belong to no other yet: those of nested rows are given to their parent; ``is_flat``: there are none of these."""

    __slots__ = (
        "_limit",
        "_steps",
        "_touched",
        "actor",
        "engine",
        "is_flat",
        "loose",
        "now",
        "rights",
        "tx",
        "variables",
        "writing",
    )

    def __init__(
        self,
        engine: Engine,
        actor: Actor,
        tx: Transaction,
        rights: Rights,
        variables: Callable[[str], Any],
        *,
        limited: bool = True,
        flat: bool = False,
    ) -> None:
        self.engine, self.actor, self.tx = engine, actor, tx
        self.rights, self.variables = rights, variables
        self.now = now()
        self.writing = _writing(engine, tx.schema)
        self._limit = engine.settings.max_batch_mutation if limited else None
        self._touched = self._steps = 0
        self.loose: list[int] = []
        self.is_flat = flat

    @property
    def schema(self) -> Schema:
        """The data model that the transaction sees."""
        return self.writing.schema

    def moment(self, kind: str) -> str:
        """The time of the mutation as a field of that type stores it."""
        part = _LENGTHS.get(kind)
        return self.now if part is None else self.now[part]

    def take(self, mark: int) -> list[int]:
        """Remove and return the loose revisions from ``mark`` on."""
        taken = self.loose[mark:]
        del self.loose[mark:]
        return taken

    def step(self, rows: int) -> None:
        """Begin a step that writes ``rows`` rows and is announced apart from the one before. Raises InvalidPayload when the
        mutation touches more rows than ``MAX_BATCH_MUTATION`` allows."""
        self._touched += rows
        if self._limit is not None and self._touched > self._limit:
            raise InvalidPayload(f"Exceeded max batch mutation limit of {self._limit}")
        if self._steps:
            self.tx.unit()
        self._steps += 1


async def within(
    engine: Engine,
    actor: Actor,
    work: Callable[[Scope], Awaitable[T]],
    names: frozenset[str] = frozenset(),
    *,
    quick: bool = False,
    flat: bool = False,
    limited: bool = True,
) -> T:
    """Run ``work`` in a transaction of its own, as ``actor``. ``names`` are variables that it needs besides those of the rights;
    ``quick`` as in ``Store.write``; ``flat``: no row is nested in another; ``limited``: ``MAX_BATCH_MUTATION`` holds."""
    rights = engine.rights_now(actor) or await engine.rights(actor)
    needed = rights.variables | names if names else rights.variables
    variables = engine.variables_now(actor, needed) or await engine.variables(actor, needed)

    async def run(tx: Transaction) -> T:
        tx.sign(actor.user)
        return await work(Scope(engine, actor, tx, rights, variables, limited=limited, flat=flat))

    return await engine.store.write(run, quick=quick)


def _writing(engine: Engine, schema: Schema) -> Writing:
    found = _writings.get(engine)
    if found is None or found.schema is not schema:
        found = _writings[engine] = Writing(schema)
    return found

"""Before-hooks and their verbs, in the transaction of the mutation that they are called for (see ``room``). Must not know
what a hook is for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from rowcast.auth import Actor
from rowcast.engine import inside
from rowcast.engine.hooks import Payload, Verb
from rowcast.engine.inside import ready_to_read, ready_to_write
from rowcast.engine.mutation.prepare import prepare
from rowcast.engine.mutation.scope import Scope
from rowcast.errors import Forbidden, RowcastError
from rowcast.query.parse import Query
from rowcast.schema import Collection
from rowcast.server.extend.outside import Who
from rowcast.server.extend.room import Gate, Room, drive
from rowcast.server.extend.tally import Tally

if TYPE_CHECKING:
    from rowcast.server.extend.context import BeforeContext

T = TypeVar("T")
Key = str | int
Call = Callable[..., Any]


class ContextMaker(Protocol):
    """Makes what a before-hook is given."""

    def __call__(
        self, desk: Callable[[Who], Inside], actor: Actor, verb: Verb, collection: str, keys: Sequence[Key]
    ) -> BeforeContext: ...


@dataclass(frozen=True, slots=True)
class Before:
    """One before-hook: somebody's function, called as the engine calls hooks."""

    room: Room
    tally: Tally
    function: Call
    context: ContextMaker

    async def __call__(
        self, scope: Scope, verb: Verb, collection: str, keys: Sequence[Key], payload: Payload
    ) -> Payload:
        gate = Gate(scope.tx)

        def work() -> Payload:
            given = dict(payload)
            with self.tally.call():
                answer = self._ask(gate, scope, verb, collection, keys, given)
            gate.require()
            return answer if verb == "delete" else self._prepared(scope, collection, verb, payload, answer)

        scope.tx.unit()
        answer = self.room.enter(self.tally, gate, work)
        scope.tx.unit()
        return answer

    def _ask(
        self, gate: Gate, scope: Scope, verb: Verb, collection: str, keys: Sequence[Key], given: dict[str, Any]
    ) -> Payload:
        context = self.context(lambda who: Inside(self.room, gate, who), scope.actor, verb, collection, keys)
        answer = self.function(context, given)
        if inspect.isawaitable(answer):
            answer = drive(answer)
        if answer is None:
            return given
        if not isinstance(answer, Mapping):
            raise TypeError(f"a before-hook returns a payload or None, not {type(answer).__name__}")
        return answer

    def _prepared(self, scope: Scope, collection: str, verb: Verb, old: Payload, new: Payload) -> Payload:
        """The new payload with secrets hashed that the hook put in."""
        changed = {n: v for n, v in new.items() if n not in old or old[n] is not v or isinstance(v, dict | list)}
        if not changed:
            return new
        ready = self.room.on_loop(prepare(self.room.engine, scope.actor, collection, verb, changed, again=True))
        kept = {n: v for n, v in new.items() if n not in changed}
        return {**kept, **ready}


@dataclass(frozen=True, slots=True)
class Inside:
    """See ``Desk``: verbs in the open transaction, for the thread of the hooks."""

    room: Room
    gate: Gate
    who: Who

    async def create(self, collection: str, payloads: Sequence[Mapping[str, Any]]) -> list[Key]:
        """See ``Desk.create``."""
        hand = self._ready(collection, "create", payloads)
        return await self._whole(inside.create(self.gate, hand, collection))

    async def update(self, collection: str, keys: Sequence[Key], payload: Mapping[str, Any]) -> list[Key]:
        """See ``Desk.update``."""
        hand = self._ready(collection, "update", [payload])
        return await self._whole(inside.update(self.gate, hand, collection, keys))

    async def delete(self, collection: str, keys: Sequence[Key]) -> list[Key]:
        """See ``Desk.delete``."""
        hand = self._ready(collection, "delete", ())
        return await self._whole(inside.delete(self.gate, hand, collection, keys))

    async def read(self, collection: str, query: Query, keys: Sequence[Key] | None = None) -> bytes:
        """See ``Desk.read``."""

        async def ready() -> inside.Question:
            return await ready_to_read(self.room.engine, await self.who(), collection, query, keys)

        return await inside.read(self.gate, self.room.on_loop(ready()))

    def collection(self, name: str) -> Collection:
        """See ``Desk.collection``."""
        found = self.gate.schema.get(name)
        if found is None:
            raise Forbidden
        return found

    def _ready(self, collection: str, verb: Verb, payloads: Sequence[Mapping[str, Any]]) -> inside.Hand:
        async def ready() -> inside.Hand:
            return await ready_to_write(self.room.engine, await self.who(), collection, verb, payloads)

        return self.room.on_loop(ready())

    async def _whole(self, work: Coroutine[Any, Any, T]) -> T:
        """All of the verb, or nothing of the mutation. What it wrote is announced apart from what comes next."""
        try:
            result = await work
        except RowcastError as error:
            self.gate.close(error)
            raise
        self.gate.unit()
        return result

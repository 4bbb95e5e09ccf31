"""Before-hooks and their verbs, in the transaction of the mutation that they are called for. Knows threads and time; must not
know what a hook is for.

The transaction is run by the store's writer thread, which everybody who writes waits for. So a hook runs in a thread of its
own, while the writer waits, and not for longer than ``limit``: then the transaction is taken out of the hook's hands, the
mutation fails, and the writer goes on, whatever the hook is still doing. What only the event loop can do (rights, plans,
hashes) is done there meanwhile; the loop never waits for the writer. An asynchronous hook is driven without a loop: it may
await the verbs of its context and nothing else.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import TimeoutError as GivenUp
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from rowcast.auth import Actor
from rowcast.engine import inside
from rowcast.engine.engine import Engine
from rowcast.engine.hooks import Payload, Verb
from rowcast.engine.inside import ready_to_read, ready_to_write
from rowcast.engine.mutation.prepare import prepare
from rowcast.engine.mutation.scope import Scope
from rowcast.errors import Forbidden, HookTimeout, RowcastError
from rowcast.feed import Change
from rowcast.query.parse import Query
from rowcast.schema import Collection, Schema
from rowcast.server.extend.outside import Who
from rowcast.server.extend.tally import Tally
from rowcast.server.extend.worker import Worker
from rowcast.store.base import Row, Transaction

if TYPE_CHECKING:
    from rowcast.server.extend.context import BeforeContext

T = TypeVar("T")
Key = str | int
Call = Callable[..., Any]

_NO_WAITING = (
    "a before-hook may await nothing but the verbs of its context: writers wait for it. Do the rest in an after-hook."
)

DEEPEST = 10
"""How many hooks may be called by each other's writes."""


class Gate:
    """The transaction as long as the hook may use it. An error of the database ends it for good, even if the hook catches the
    error: half a verb may stand."""

    def __init__(self, tx: Transaction) -> None:
        self._tx, self._lock = tx, threading.Lock()
        self._closed: RowcastError | None = None
        self.schema: Schema = tx.schema

    async def fetch(self, text: str, args: Sequence[Any] = ()) -> list[Row]:
        """See ``Transaction.fetch``."""
        with self._lock:
            self.require()
            return await self._tx.fetch(text, args)

    def unit(self) -> tuple[Change, ...]:
        """See ``Transaction.unit``."""
        with self._lock:
            self.require()
            return self._tx.unit()

    def require(self) -> None:
        """Raise what closed it."""
        if self._closed is not None:
            raise self._closed

    def close(self, error: RowcastError) -> None:
        """From now on nothing gets through."""
        with self._lock:
            self._closed = self._closed or error


class ContextMaker(Protocol):
    """Makes what a before-hook is given."""

    def __call__(
        self, desk: Callable[[Who], Inside], actor: Actor, verb: Verb, collection: str, keys: Sequence[Key]
    ) -> BeforeContext: ...


class Room:
    """Where all before-hooks of an engine run."""

    def __init__(self, engine: Engine, limit: float) -> None:
        self.engine, self.loop, self.limit = engine, asyncio.get_running_loop(), limit
        self._worker = Worker("rowcast-hook")
        self._local, self._loop_thread = threading.local(), threading.get_ident()

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        """Have it done on the event loop and wait for it, in the thread of the hooks."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def enter(self, tally: Tally, gate: Gate, work: Callable[[], T]) -> T:
        """Run a hook in the hooks' thread. Raises HookTimeout."""
        if self._worker.is_current:
            return self._deeper(work)
        if threading.get_ident() == self._loop_thread:
            raise RuntimeError("a mutation with hooks runs on the event loop, which hooks need")
        future = self._worker.submit(lambda: self._deeper(work))
        try:
            return future.result(self.limit)
        except GivenUp:
            if future.done():  # an error of the hook's own that has this name
                raise
        error = tally.out_of_time(self.limit)
        gate.close(error)
        self._worker.end()
        self._worker = Worker("rowcast-hook")
        raise error

    def close(self) -> None:
        """No hook is called any more."""
        self._worker.end()

    def _deeper(self, work: Callable[[], T]) -> T:
        depth = getattr(self._local, "depth", 0)
        if depth >= DEEPEST:
            raise RecursionError(f"hooks are called by each other's writes more than {DEEPEST} deep")
        self._local.depth = depth + 1
        try:
            return work()
        finally:
            self._local.depth = depth


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


def drive(work: Any) -> Any:
    """Run an asynchronous hook to its end. Raises RuntimeError when it waits for anything but the verbs of its context."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        return end.value
    except RuntimeError as error:
        if "no running event loop" in str(error):
            raise RuntimeError(_NO_WAITING) from error
        raise
    steps.close()
    raise RuntimeError(_NO_WAITING)


__all__ = ["Before", "Gate", "HookTimeout", "Inside", "Room", "drive"]

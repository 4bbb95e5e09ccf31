"""Where extensions have a say: before rows are written, and when a socket comes, speaks and goes. Keeps who is to be called and
finds them quickly; must not know whose code they are, how long they may take or in which thread they run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from rowcast.errors import InvalidConfiguration
from rowcast.schema.system import PREFIX, system

if TYPE_CHECKING:
    from rowcast.auth import Actor
    from rowcast.engine.mutation.scope import Scope

Key = str | int
Verb = Literal["create", "update", "delete"]
Payload = Mapping[str, Any]

VERBS: tuple[Verb, ...] = get_args(Verb)
_MOST_KNOWN = 10_000


class BeforeHook(Protocol):
    """Called inside the transaction, when rights are checked, presets are filled in and guards have spoken."""

    async def __call__(
        self, scope: Scope, verb: Verb, collection: str, keys: Sequence[Key], payload: Payload
    ) -> Payload:
        """The payload to go on with; raising refuses the mutation. Arguments as for ``Guard.before``. May await nothing but the
        transaction of ``scope``."""
        ...


class Caller(Protocol):
    """A socket as hooks see it."""

    @property
    def actor(self) -> Actor:
        """Who it is at present."""
        ...

    def send(self, frame: bytes) -> None:
        """Send a text frame behind all that were sent before."""
        ...


SocketHook = Callable[[Caller], Awaitable[None]]
MessageHook = Callable[[Caller, Mapping[str, Any]], Awaitable[Mapping[str, Any] | None]]
"""A message as a mapping → what answers it (custom types) or replaces it (types of the protocol), or None."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which events somebody wants: what is done (None: anything) to rows of which collections (None: any; ``items``: those that do
    not belong to the system)."""

    verb: Verb | None
    collections: frozenset[str] | Literal["items"] | None

    def covers(self, verb: Verb, collection: str) -> bool:
        """Whether a deed in a collection is meant."""
        return self.verb in (None, verb) and self._has(collection)

    @property
    def named(self) -> frozenset[str]:
        """The collections that are meant by their names."""
        return self.collections if isinstance(self.collections, frozenset) else frozenset()

    def _has(self, collection: str) -> bool:
        if self.collections == "items":
            return not collection.startswith(PREFIX)
        return self.collections is None or collection in self.collections

    @classmethod
    def parse(cls, event: str, collections: Iterable[str] = ()) -> Pattern:
        """``items.create`` (narrowed to ``collections`` if any), ``messages.items.create``, ``users.update``, ``*.delete``,
        ``items.*``, ``*``. Raises InvalidConfiguration for anything else."""
        *family, what = ["*", "*"] if event == "*" else event.split(".")
        named = frozenset(collections) - {"*"}
        if len(family) == 2 and family[1] == "items" and not named:
            family, named = ["items"], frozenset(family[:1])
        if len(family) != 1 or what not in (*VERBS, "*"):
            raise InvalidConfiguration(_unknown(event, what))
        verb: Verb | None = next((each for each in VERBS if each == what), None)
        return cls(verb, _meant(event, family[0], named))


class Chain(dict[str, tuple[BeforeHook, ...]]):
    """Collection → whoever is to be called before one kind of deed there, in the order of registration."""

    def __init__(self, verb: Verb, registered: Sequence[tuple[Pattern, BeforeHook]]) -> None:
        self._registered = [(pattern, hook) for pattern, hook in registered if pattern.verb in (None, verb)]
        self._verb: Verb = verb
        super().__init__()

    def __missing__(self, collection: str) -> tuple[BeforeHook, ...]:
        if not self._registered:
            return ()
        if len(self) >= _MOST_KNOWN:
            return self._find(collection)
        found = self[collection] = self._find(collection)
        return found

    def _find(self, collection: str) -> tuple[BeforeHook, ...]:
        return tuple(hook for pattern, hook in self._registered if pattern.covers(self._verb, collection))


class Counts(Protocol):
    """What is counted about one hook, whatever it is."""

    kind: Any
    name: str
    calls: int
    refusals: int
    failures: int
    dropped: int
    seconds: float


class Hooks:
    """All hooks of an engine. Complete from the start: extensions register before anything runs. ``counts``: of these and of what
    extensions do besides."""

    def __init__(
        self,
        before: Sequence[tuple[Pattern, BeforeHook]] = (),
        messages: Mapping[str, MessageHook] | None = None,
        opened: Sequence[SocketHook] = (),
        closed: Sequence[SocketHook] = (),
        counts: Sequence[Counts] = (),
    ) -> None:
        self.create, self.update, self.delete = (Chain(verb, before) for verb in VERBS)
        self.messages: Mapping[str, MessageHook] = messages or {}
        self.opened, self.closed, self.counts = tuple(opened), tuple(closed), tuple(counts)


async def run_before(
    chain: Sequence[BeforeHook], scope: Scope, verb: Verb, collection: str, keys: Sequence[Key], payload: Payload
) -> Payload:
    """Call each of the chain with what the one before it left. Raises Forbidden for a collection that does not exist, and what they
    raise."""
    scope.writing.collection(collection)
    for hook in chain:
        payload = await hook(scope, verb, collection, keys, payload)
    return payload


def _meant(event: str, family: str, named: frozenset[str]) -> frozenset[str] | Literal["items"] | None:
    if family == "*":
        return named or None
    if family == "items":
        return named or "items"
    table = PREFIX + family
    if table not in system().tables or named:
        raise InvalidConfiguration(_unknown(event, family))
    return frozenset({table})


def _unknown(event: str, part: str) -> str:
    if part == "read":
        return (
            f'The event "{event}" does not exist: what may be read is said by permissions, which hold for subscriptions and '
            "nested rows as well."
        )
    known = "items, a system collection such as users, or *, then .create, .update, .delete or .*"
    return f'The event "{event}" does not exist: "{part}" is none of {known}.'

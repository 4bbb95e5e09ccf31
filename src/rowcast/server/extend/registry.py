"""What extensions register: the decorators of an application and what they collect. Must not know how anything is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from rowcast.engine.hooks import Pattern
from rowcast.errors import InvalidConfiguration
from rowcast.server.extend.after import After
from rowcast.server.extend.tally import Kind, Tally
from rowcast.server.extend.timers import Rhythm, Timer, cron, every

F = TypeVar("F", bound=Callable[..., Any])


class Decorator(Protocol):
    """Registers a function and leaves it as it is."""

    def __call__(self, function: F, /) -> F: ...


UNHEARD = frozenset({"directus_activity", "directus_revisions", "directus_sessions", "directus_migrations"})
"""Collections that the program writes by itself, without mutations, and that are not in the change log."""
PATIENCE = 30.0
"""Seconds that a function on sockets may take unless it says otherwise: the socket's messages wait for it."""
CLOSED_TYPES = frozenset({"auth", "ping", "pong"})


@dataclass(frozen=True, slots=True)
class Named:
    """A registered function, with what it is registered for. ``limit``: seconds that a call may take, None for no end."""

    tally: Tally
    function: Callable[..., Any]
    subject: Any = None
    limit: float | None = None


@dataclass(slots=True)
class Registered:
    """Everything, in the order of registration."""

    before: list[Named] = field(default_factory=list)
    after: list[tuple[After, Tally]] = field(default_factory=list)
    connect: list[Named] = field(default_factory=list)
    disconnect: list[Named] = field(default_factory=list)
    messages: dict[str, Named] = field(default_factory=dict)
    routes: list[Named] = field(default_factory=list)
    timers: list[tuple[Timer, Tally]] = field(default_factory=list)

    def tallies(self) -> Iterator[Tally]:
        """The counts of all."""
        for named in (*self.before, *self.connect, *self.disconnect, *self.messages.values(), *self.routes):
            yield named.tally
        for _, tally in (*self.after, *self.timers):
            yield tally


class Registry:
    """The decorators. All raise InvalidConfiguration for what makes no sense, and once the server runs."""

    def __init__(self) -> None:
        self.registered = Registered()
        self.is_closed = False

    def before(self, event: str, *collections: str, name: str | None = None) -> Decorator:
        """Call ``function(ctx, payload)`` before rows are written, inside the transaction: ``items.create``, ``items.update``,
        ``items.delete``, ``users.update``, ``items.*``, ``*.create``, ``*`` …, for all or the named collections.

        It may change ``payload`` (a dict) or return another, or refuse by raising a ``RowcastError``. It may be asynchronous, but
        await nothing except the verbs of ``ctx`` (``BeforeContext``), which work in the same transaction.
        """
        pattern = _heard(Pattern.parse(event, collections), event)

        def register(function: F) -> F:
            self.registered.before.append(Named(self._tally("before", function, name), function, pattern))
            return function

        return register

    def after(
        self,
        event: str,
        *collections: str,
        name: str | None = None,
        timeout: float = 30.0,
        attempts: int | None = 5,
        pause: float = 0.5,
    ) -> Decorator:
        """Call ``function(ctx, event)`` after a row was written, by whomever, for each row at least once and in order.

        How far it came is kept under its name (``module.function`` and what it is registered for, unless ``name`` is given): after
        a crash it is told again what it did not finish. One call may take ``timeout`` seconds; one that fails is repeated up to
        ``attempts`` times (None: until it succeeds), after ``pause`` seconds and then twice as long each time.
        """
        pattern = _heard(Pattern.parse(event, collections), event)

        def register(function: F) -> F:
            default = ":".join([_name(function), event, *collections])
            tally = self._tally("after", function, name or default)
            if any(hook.name == tally.name for hook, _ in self.registered.after):
                raise InvalidConfiguration(f'There are two after-hooks named "{tally.name}".')
            hook = After(tally.name, pattern, function, timeout, attempts, pause)
            self.registered.after.append((hook, tally))
            return function

        return register

    def on_connect(self, function: F) -> F:
        """Call ``function(ctx)`` when a socket is open, before its first message is looked at. ``ctx.send`` greets it; raising a
        ``RowcastError`` turns it away, and so does taking longer than 30 seconds. In the mode ``handshake`` nobody has signed in
        yet."""
        self.registered.connect.append(Named(self._waiting("connect", function), function, limit=PATIENCE))
        return function

    def on_disconnect(self, function: F) -> F:
        """Call ``function(ctx)`` when a socket has gone."""
        self.registered.disconnect.append(Named(self._waiting("disconnect", function), function, limit=PATIENCE))
        return function

    def on_message(self, type: str, *, name: str | None = None, timeout: float | None = PATIENCE) -> Decorator:
        """Call ``function(ctx, message)`` for messages of that type.

        For a type of one's own: what it returns (a mapping or None) is the answer, with the message's type and uid. For ``items``,
        ``subscribe`` and ``unsubscribe``: it is called first, and may return another message to go on with. Raising a
        ``RowcastError`` answers with its error frame. Later messages of the socket wait until it is done; what takes longer than
        ``timeout`` seconds (None: no end) is cancelled and answered with ``HOOK_TIMEOUT``.
        """
        if type in CLOSED_TYPES or not type:
            raise InvalidConfiguration(f'Messages of type "{type}" are not for extensions.')

        def register(function: F) -> F:
            if type in self.registered.messages:
                raise InvalidConfiguration(f'There are two hooks for messages of type "{type}".')
            self.registered.messages[type] = Named(self._waiting("message", function, name), function, type, timeout)
            return function

        return register

    def route(self, path: str, methods: Sequence[str] = ("GET",), *, name: str | None = None) -> Decorator:
        """Answer requests to a path (Starlette's form: ``/hello/{name}``) by ``function(request, ctx)``. It returns a Starlette
        ``Response``, or anything that is told as JSON. The platform's own routes come first."""
        if not path.startswith("/"):
            raise InvalidConfiguration(f'The path "{path}" must start with /.')

        def register(function: F) -> F:
            tally = self._waiting("route", function, name)
            self.registered.routes.append(Named(tally, function, (path, tuple(methods))))
            return function

        return register

    def every(
        self,
        interval: str | float | timedelta,
        *,
        name: str | None = None,
        timeout: float | None = None,
        everywhere: bool = False,
    ) -> Decorator:
        """Call ``function(ctx)`` in even steps while the server runs: ``"10s"``, ``"5m"``, seconds, or a timedelta. A call may take
        ``timeout`` seconds (None: no end). Of several processes on one database one calls it; ``everywhere``: each does."""
        return self._timer(every(interval), name, timeout, everywhere)

    def cron(
        self,
        expression: str,
        *,
        zone: str = "UTC",
        name: str | None = None,
        timeout: float | None = None,
        everywhere: bool = False,
    ) -> Decorator:
        """Call ``function(ctx)`` when a cron expression says so (``"*/5 * * * *"``; six fields begin with seconds). ``timeout`` and
        ``everywhere`` as for ``every``."""
        return self._timer(cron(expression, zone), name, timeout, everywhere)

    def _timer(
        self, rhythm: Callable[[], Rhythm], name: str | None, limit: float | None, everywhere: bool
    ) -> Decorator:
        def register(function: F) -> F:
            tally = self._tally("timer", function, name)
            self.registered.timers.append((Timer(tally.name, rhythm, function, limit, everywhere), tally))
            return function

        return register

    @property
    def hooks(self) -> list[Tally]:
        """The counts of everything that is registered: calls, refusals, failures, seconds."""
        return list(self.registered.tallies())

    def _tally(self, kind: Kind, function: Callable[..., Any], name: str | None = None) -> Tally:
        if self.is_closed:
            raise InvalidConfiguration(f'"{name or _name(function)}" comes too late: the server runs already.')
        return Tally(kind, name or _name(function))

    def _waiting(self, kind: Kind, function: Callable[..., Any], name: str | None = None) -> Tally:
        """For functions that are called on the event loop."""
        if not inspect.iscoroutinefunction(function):
            raise InvalidConfiguration(f'"{_name(function)}" must be "async def": it is called on the event loop.')
        return self._tally(kind, function, name)


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{getattr(function, '__qualname__', type(function).__qualname__)}"


def _heard(pattern: Pattern, event: str) -> Pattern:
    if isinstance(pattern.collections, frozenset) and (silent := pattern.collections & UNHEARD):
        raise InvalidConfiguration(
            f'"{event}" is never told: {", ".join(sorted(silent))} is kept by the server itself.'
        )
    return pattern

"""What an extension is given: who asks, and verbs under chosen rights. Must not know when it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.account.identify import identify_again
from rowcast.engine.engine import Engine
from rowcast.engine.hooks import Caller
from rowcast.server.extend.items import Desk, Items
from rowcast.server.extend.outside import Outside, Who

if TYPE_CHECKING:
    from rowcast.server.extend.app import Rowcast

Key = str | int


class Context:
    """Who asks and what may be done about it.

    ``actor`` is whoever caused the call (the system for after-hooks and timers). ``items`` works with the actor's rights until
    ``as_admin``, ``as_user`` or ``as_public`` choose others; these return a new context and leave this one alone.
    """

    __slots__ = ("_desk", "_who", "actor", "app", "engine")

    def __init__(
        self,
        app: Rowcast,
        engine: Engine,
        actor: Actor,
        desk: Callable[[Who], Desk] | None = None,
        who: Who | None = None,
    ) -> None:
        self.app, self.engine, self.actor = app, engine, actor
        self._desk: Callable[[Who], Desk] = desk or (lambda who: Outside(engine, who))
        self._who = who or _always(actor)

    def items(self, collection: str) -> Items:
        """The items of a collection; system collections by their full names (``directus_users``)."""
        return Items(self._desk(self._who), collection)

    def as_admin(self) -> Context:
        """The same with all rights."""
        return self._by(_always(SYSTEM))

    def as_user(self, user: str) -> Context:
        """The same with the rights of a user. Verbs raise InvalidCredentials when there is no such active user."""
        return self._by(self._standing(user))

    def as_public(self) -> Context:
        """The same with the rights of somebody who has not signed in."""
        return self._by(self._standing(None))

    def _by(self, who: Who) -> Context:
        return Context(self.app, self.engine, self.actor, self._desk, who)

    def _standing(self, user: str | None) -> Who:
        asked = Actor(user=user, ip=self.actor.ip, user_agent=self.actor.user_agent, origin=self.actor.origin)

        async def who() -> Actor:
            return await identify_again(self.engine, asked)

        return who


class BeforeContext(Context):
    """The context of a before-hook: its verbs work in the mutation's transaction, and are the only thing that it may await.

    ``verb`` is ``create``, ``update`` or ``delete``, ``collection`` whose rows, ``keys`` which ones (none yet for a create);
    ``event`` the name of it all, for example ``items.create``.
    """

    __slots__ = ("collection", "keys", "verb")

    def __init__(
        self,
        app: Rowcast,
        engine: Engine,
        actor: Actor,
        desk: Callable[[Who], Desk],
        verb: Literal["create", "update", "delete"],
        collection: str,
        keys: Sequence[Key],
    ) -> None:
        super().__init__(app, engine, actor, desk)
        self.verb, self.collection, self.keys = verb, collection, tuple(keys)

    @property
    def event(self) -> str:
        """``items.create``, ``users.update`` …"""
        return event_name(self.collection, self.verb)


class SocketContext(Context):
    """The context of what comes from a socket. ``actor`` is whoever the socket is at the time of the call."""

    __slots__ = ("_caller",)

    def __init__(self, app: Rowcast, engine: Engine, caller: Caller) -> None:
        super().__init__(app, engine, caller.actor)
        self._caller = caller

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message to this socket; nothing when it has gone."""
        self._caller.send(msgspec.json.encode(message))


def event_name(collection: str, verb: str) -> str:
    """The name of an event as hooks are registered for it."""
    family = collection.removeprefix("directus_") if collection.startswith("directus_") else "items"
    return f"{family}.{verb}"


def _always(actor: Actor) -> Who:
    async def who() -> Actor:
        return actor

    return who


__all__ = ["BeforeContext", "Context", "SocketContext", "event_name"]

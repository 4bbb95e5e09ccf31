"""An application, running: engine, doors, hooks, readers of the log and timers, begun and ended in order. Must not know who
listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from starlette.types import ASGIApp

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.account.identify import identify_again
from rowcast.engine.engine import Engine
from rowcast.engine.hooks import Hooks
from rowcast.errors import InvalidCredentials
from rowcast.feed import Commit
from rowcast.server.application import application
from rowcast.server.bootstrap import Login
from rowcast.server.config import Config
from rowcast.server.extend.after import Follower
from rowcast.server.extend.context import BeforeContext, Context
from rowcast.server.extend.doors import message_hook, route_of, socket_hook
from rowcast.server.extend.inside import Before
from rowcast.server.extend.room import Room
from rowcast.server.extend.timers import keep_time
from rowcast.server.housekeeping import housekeeping
from rowcast.server.lifespan import running
from rowcast.server.realtime import Hub
from rowcast.server.schedules import schedules

if TYPE_CHECKING:
    from rowcast.server.extend.app import Rowcast

log = structlog.get_logger("rowcast.hooks")
_TURN = 0.5
"""Seconds between two looks whether the process that leads has gone."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What runs: ``asgi`` takes requests, ``hub`` has the sockets. ``login``, ``setup``: as in ``Running``."""

    engine: Engine
    hub: Hub
    asgi: ASGIApp
    login: Login | None
    setup: str | None


@asynccontextmanager
async def platform(app: Rowcast, config: Config) -> AsyncIterator[Platform]:
    """Open the database, put the hooks in place and begin what runs by itself; end it all in reverse order. Nothing of this is
    told to hooks: the first start makes its rows before they are in place."""
    async with running(config) as opened, housekeeping(opened.engine), schedules(opened.engine):
        engine = opened.engine
        room = Room(engine, config.server.hook_timeout)
        engine.hooks = _hooks(app, engine, room)
        _warn_of_unknown(app, engine)
        hub = Hub(engine)
        routes = [route_of(app, named) for named in app.registered.routes]
        begun = Begun(app, engine, config.server.shutdown_timeout)
        await begun.begin()
        try:
            yield Platform(engine, hub, application(engine, hub, routes), opened.login, opened.setup)
        finally:
            hub.shutdown()
            await hub.settle(config.server.shutdown_timeout)
            await begun.end()
            room.close()


def _hooks(app: Rowcast, engine: Engine, room: Room) -> Hooks:
    def context(desk: Any, actor: Actor, verb: Any, collection: str, keys: Any) -> BeforeContext:
        return BeforeContext(app, engine, actor, desk, verb, collection, keys)

    found = app.registered
    return Hooks(
        [(named.subject, Before(room, named.tally, named.function, context)) for named in found.before],
        {name: message_hook(app, engine, named) for name, named in found.messages.items()},
        [socket_hook(app, engine, named) for named in found.connect],
        [socket_hook(app, engine, named) for named in found.disconnect],
        list(found.tallies()),
    )


def _warn_of_unknown(app: Rowcast, engine: Engine) -> None:
    """Hooks for collections that do not exist: perhaps they will, more often they are misspelt."""
    found = app.registered
    wanted = [(named.tally, named.subject) for named in found.before]
    wanted += [(tally, hook.pattern) for hook, tally in found.after]
    for tally, pattern in wanted:
        for name in sorted(pattern.named - engine.schema.collections.keys()):
            log.warning("a hook is for a collection that does not exist", hook=tally.name, collection=name)


class Begun:
    """What runs by itself: after-hooks and timers. Of several processes on one database one runs them, all but the timers that are
    meant for each; when it ends, another goes on. ``patience``: seconds that running calls get in the end; what is cut off then is
    told again after the next start."""

    def __init__(self, app: Rowcast, engine: Engine, patience: float) -> None:
        self._app, self._engine, self._patience = app, engine, patience
        self._followers = [Follower(engine, hook, tally, self._context_after) for hook, tally in app.registered.after]
        self._timers: list[asyncio.Task[None]] = []
        self._reading: list[asyncio.Task[None]] = []

    def _context(self) -> Context:
        return Context(self._app, self._engine, SYSTEM)

    async def _context_after(self, user: str | None) -> Context:
        """All rights, whoever has caused it."""
        return Context(self._app, self._engine, await self._actor(user), who=_system)

    async def _actor(self, user: str | None) -> Actor:
        """The user as he is now; without role and rights if he has gone meanwhile."""
        if user is None:
            return SYSTEM
        try:
            return await identify_again(self._engine, Actor(user=user))
        except InvalidCredentials:
            return Actor(user=user)

    async def begin(self) -> None:
        """Begin, or wait until it is this process's turn."""
        self._keep_time(everywhere=True)
        if not self._followers and not self._app.registered.timers:
            return
        if self._engine.store.lead():
            await self._lead()
        else:
            log.info("another process calls the hooks after commits and the timers")
            self._timers.append(asyncio.create_task(_told(self._wait())))

    async def _wait(self) -> None:
        while not self._engine.store.lead():  # noqa: ASYNC110 - another process sets it
            await asyncio.sleep(_TURN)
        await self._lead()

    async def _lead(self) -> None:
        """Find the bookmarks, then begin."""
        for follower in self._followers:
            await follower.begin()
        if self._followers:
            self._engine.on_commit(self._committed)
        self._reading = [asyncio.create_task(_told(follower.run())) for follower in self._followers]
        self._keep_time(everywhere=False)

    def _keep_time(self, *, everywhere: bool) -> None:
        for timer, tally in self._app.registered.timers:
            if timer.everywhere is everywhere:
                self._timers.append(asyncio.create_task(_told(keep_time(timer, tally, self._context))))

    async def end(self) -> None:
        """Let what is under way finish, for a while."""
        for task in self._timers:
            task.cancel()
        for follower in self._followers:
            follower.stop()
        if self._reading:
            await asyncio.wait(self._reading, timeout=self._patience)
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._timers, *self._reading, return_exceptions=True)
        for follower in self._followers if self._reading else ():
            await follower.end()

    def _committed(self, commit: Commit) -> None:
        for follower in self._followers:
            follower.committed(commit)


async def _system() -> Actor:
    return SYSTEM


async def _told(work: Coroutine[Any, Any, None]) -> None:
    """A fault of our own must not go unseen."""
    try:
        await work
    except Exception:
        log.exception("a task of the extensions has ended")
        raise

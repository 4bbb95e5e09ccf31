"""One caller: who it is at present, and what it has asked for. Must not know how its messages travel."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from rowcast.api.realtime import items
from rowcast.api.realtime.credentials import authenticate, public
from rowcast.api.realtime.questions import query_of
from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.engine.subscribe import (
    Listener,
    Outbox,
    change_actor,
    close,
    open_listener,
    subscribe,
    unsubscribe,
    wish,
)
from rowcast.errors import InternalError, RowcastError, ServiceError
from rowcast.protocol import Auth, Items, Request, Subscribe, frames

log = structlog.get_logger("rowcast.realtime")


class Connection:
    """``dismiss`` is called when the engine finds that the caller may not ask any more."""

    __slots__ = ("_engine", "_listener")

    def __init__(self, engine: Engine, actor: Actor, outbox: Outbox, dismiss: Callable[[RowcastError], None]) -> None:
        self._engine = engine
        self._listener = Listener(actor, outbox, dismiss)
        open_listener(engine, self._listener)

    @property
    def actor(self) -> Actor:
        """Who the caller is at present."""
        return self._listener.actor

    async def handle(self, message: Request) -> None:
        """Do what the message asks and answer it, whatever happens."""
        try:
            await self._do(message)
        except RowcastError as error:
            if isinstance(error, ServiceError):
                log.error("message failed", type=_context(message), code=error.code, message=error.message)
            self._fail(message, error)
        except Exception:
            log.exception("message failed", type=_context(message))
            self._fail(message, InternalError())

    async def authenticate(self, message: Auth) -> str | None:
        """Become who the message says; the next refresh token, if there is one. Raises RowcastError."""
        actor, refresh_token = await authenticate(self._engine, self.actor, message)
        await change_actor(self._engine, self._listener, actor)
        return refresh_token

    async def demote(self) -> None:
        """Become the public."""
        await change_actor(self._engine, self._listener, await public(self._engine, self.actor))

    def close(self) -> None:
        """The caller has gone."""
        close(self._engine, self._listener)

    async def _do(self, message: Request) -> None:
        uid = bytes(message.uid)
        if isinstance(message, Items):
            self._listener.outbox.send(await items.answer(self._engine, self.actor, message))
        elif isinstance(message, Subscribe):
            event = message.event if isinstance(message.event, str) else None
            item = message.item if isinstance(message.item, str | int) else None
            wanted = wish(message.collection, query_of(message.query), event, item)
            await subscribe(self._engine, self._listener, wanted, uid)
        else:
            unsubscribe(self._engine, self._listener, uid)

    def _fail(self, message: Request, error: RowcastError) -> None:
        self._listener.outbox.send(frames.error(_context(message), error, bytes(message.uid)))


def _context(message: Request) -> str:
    return type(message).__name__.lower()

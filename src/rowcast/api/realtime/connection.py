"""One caller: who it is at present, and what it has asked for. Must not know how its messages travel."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import msgspec
import structlog
from msgspec import UNSET

from rowcast.api.realtime import items
from rowcast.api.realtime.credentials import authenticate, public
from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.engine.telling.listener import Carrier
from rowcast.engine.telling.subscribe import (
    Listener,
    Outbox,
    Wish,
    change_actor,
    close,
    open_listener,
    subscribe,
    unsubscribe,
    wish,
)
from rowcast.errors import Forbidden, HookFailed, InternalError, RowcastError, ServiceError
from rowcast.protocol import Auth, Channel, Custom, Items, Request, Subscribe, frames
from rowcast.protocol.codec import decode, plain

log = structlog.get_logger("rowcast.realtime")
_encode = msgspec.json.encode


class Connection:
    """``dismiss`` is called when the engine finds that the caller may not ask any more."""

    __slots__ = ("_engine", "_listener")

    def __init__(
        self,
        engine: Engine,
        actor: Actor,
        outbox: Outbox,
        dismiss: Callable[[RowcastError], None],
        carrier: Carrier | None = None,
    ) -> None:
        self._engine = engine
        self._listener = Listener(actor, outbox, dismiss, carrier=carrier)
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
                log.error("message failed", type=context_of(message), code=error.code, message=error.message)
            self._fail(message, error)
        except Exception:
            log.exception("message failed", type=context_of(message))
            self._fail(message, InternalError())

    async def authenticate(self, message: Auth) -> str | None:
        """Become who the message says; the next refresh token, if there is one. Raises RowcastError."""
        actor, refresh_token = await authenticate(self._engine, self.actor, message)
        await self._become(actor)
        return refresh_token

    async def demote(self) -> None:
        """Become the public."""
        await self._become(await public(self._engine, self.actor))

    async def _become(self, actor: Actor) -> None:
        await change_actor(self._engine, self._listener, actor)
        await self._engine.channels.review(self._listener)

    def close(self) -> None:
        """The caller has gone."""
        close(self._engine, self._listener)
        self._engine.channels.gone(self._listener)

    def send(self, frame: bytes) -> None:
        """Send something that no message asked for."""
        self._listener.outbox.send(frame)

    async def opened(self) -> None:
        """Tell extensions that the caller is there. Raises RowcastError when one turns it away."""
        for hook in self._engine.hooks.opened:
            await hook(self)

    async def gone(self) -> None:
        """Tell extensions that the caller has gone."""
        for hook in self._engine.hooks.closed:
            with suppress(RowcastError):  # told where it was raised; the others are called all the same
                await hook(self)

    async def _do(self, message: Request) -> None:
        if self._engine.hooks.messages:
            message = await self._heard(message)
        uid = bytes(message.uid)
        if isinstance(message, Custom):
            await self._answer_custom(message, uid)
        elif isinstance(message, Channel):
            await self._do_on_channel(message, uid)
        elif isinstance(message, Items):
            self._listener.outbox.send(await items.answer(self._engine, self.actor, message))
        elif isinstance(message, Subscribe):
            await subscribe(self._engine, self._listener, _wish(message), uid)
        else:
            unsubscribe(self._engine, self._listener, uid)

    async def _do_on_channel(self, message: Channel, uid: bytes) -> None:
        channels, listener, name = self._engine.channels, self._listener, message.channel
        if not self._engine.settings.channels_enabled:
            raise Forbidden("There are no channels on this server.")
        if message.action == "join":
            await channels.join(listener, name, bytes(message.state), uid)
        elif message.action == "broadcast":
            await channels.broadcast(listener, name, bytes(message.data), uid)
        elif message.action == "state":
            channels.state(listener, name, bytes(message.state), uid)
        else:
            channels.leave(listener, name, uid)

    async def _heard(self, message: Request) -> Request:
        """The message after the extension that looks at messages of its type. Raises what that raises."""
        hook = None if isinstance(message, Custom) else self._engine.hooks.messages.get(context_of(message))
        changed = await hook(self, plain(message)) if hook is not None else None
        if changed is None:
            return message
        found = decode(_encode({**changed, "type": context_of(message)}))
        if type(found) is not type(message):
            log.error("hook failed", kind="message", type=context_of(message), error=f"{changed} is no such message")
            raise HookFailed
        return found

    async def _answer_custom(self, message: Custom, uid: bytes) -> None:
        answer = await self._engine.hooks.messages[message.type](self, plain(message))
        if answer is not None:
            self._listener.outbox.send(frames.custom(message.type, answer, uid))

    def _fail(self, message: Request, error: RowcastError) -> None:
        self._listener.outbox.send(frames.error(context_of(message), error, bytes(message.uid)))


def _wish(message: Subscribe) -> Wish:
    since = message.since if isinstance(message.since, str) else None
    return wish(
        message.collection,
        bytes(message.query),
        message.event if isinstance(message.event, str) else None,
        message.item if isinstance(message.item, str | int) else None,
        exact=message.live == "set",
        resume=message.resume is True or message.since is not UNSET,
        since=since,
    )


def context_of(message: Request) -> str:
    """The type of a message."""
    return message.type if isinstance(message, Custom) else type(message).__name__.lower()

"""The names of the JavaScript SDK: a client put together from parts, so that each step of its guides can be written line by line.
Adds no behaviour of its own beyond what that SDK has: messages are sent as they are, events come as they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import msgspec
from msgspec import Struct

from rowcast.client.ask import Key
from rowcast.client.backoff import Reconnect
from rowcast.client.buffer import Buffer
from rowcast.client.client import Client, EventName
from rowcast.client.credentials import Credentials, Token
from rowcast.client.effects import Held
from rowcast.client.hands import Topic
from rowcast.client.host import on_asyncio
from rowcast.client.link import Mode, Options
from rowcast.client.overhttp import Rest
from rowcast.errors import ConnectionLost

_UNBOUNDED = sys.maxsize


class StaticToken(Struct, frozen=True):
    """See ``static_token``."""

    token: Token


class Authentication(Struct, frozen=True):
    """See ``authentication``."""

    email: str | None
    password: str | None
    refresh_token: str | None


class Realtime(Struct, frozen=True):
    """See ``realtime``."""

    auth_mode: Mode
    heartbeat: bool
    reconnect: Reconnect | None
    connect_timeout: float
    url: str | None


class RestPart(Struct, frozen=True):
    """See ``rest``."""


Part = StaticToken | Authentication | Realtime | RestPart


def create_directus(url: str) -> Composed:
    """Begin with the address of the server, or of its WebSocket."""
    return Composed(url)


def static_token(token: Token) -> StaticToken:
    """Who asks is told by this token."""
    return StaticToken(token)


def authentication(
    *, email: str | None = None, password: str | None = None, refresh_token: str | None = None
) -> Authentication:
    """Who asks is told by a login."""
    return Authentication(email, password, refresh_token)


def realtime(
    *,
    auth_mode: Mode = "handshake",
    heartbeat: bool = True,
    reconnect: Reconnect | None = Reconnect(delay=1.0, factor=1.0, retries=10, jitter=0.0),  # noqa: B008 - frozen
    connect_timeout: float = 10.0,
    url: str | None = None,
) -> Realtime:
    """A WebSocket. ``heartbeat``: pings are answered and not shown."""
    return Realtime(auth_mode, heartbeat, reconnect, connect_timeout, url)


def rest() -> RestPart:
    """HTTP."""
    return RestPart()


class Messages:
    """The messages of a subscription, as they came."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> dict[str, Any]:
        _, frame = await self._buffer.get() or (None, None)
        if frame is None:
            raise StopAsyncIteration
        message: dict[str, Any] = msgspec.json.decode(frame.text)
        return message


class Subscribed(Struct):
    """A subscription: iterate over ``subscription``; ``await unsubscribe()`` ends it."""

    subscription: Messages
    unsubscribe: Callable[[], Any]

    def __iter__(self) -> Iterator[Any]:
        return iter((self.subscription, self.unsubscribe))


class Composed:
    """A client from parts. It runs on asyncio as it is, and on trio within ``async with``."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._parts: dict[type[Part], Part] = {}
        self._client: Client | None = None
        self._is_ours = False

    def with_(self, part: Part) -> Composed:
        """A client that has this part too."""
        composed = Composed(self._url)
        composed._parts = {**self._parts, type(part): part}
        return composed

    @property
    def client(self) -> Client:
        """The client below, which has everything else."""
        if self._client is None:
            self._client = self._make()
        return self._client

    @property
    def rest(self) -> Rest:
        """Everything over HTTP."""
        return self.client.rest

    def _make(self) -> Client:
        known = self._parts.get(StaticToken)
        login = self._parts.get(Authentication)
        live = self._parts.get(Realtime, realtime())
        assert isinstance(live, Realtime)
        credentials = Credentials(token=known.token) if isinstance(known, StaticToken) else Credentials()
        if isinstance(login, Authentication):
            given = {"email": login.email, "password": login.password, "refresh_token": login.refresh_token}
            credentials = Credentials(**given)
        options = Options(mode=live.auth_mode, reconnect=live.reconnect, connect_timeout=live.connect_timeout)
        client = Client(self._url, credentials, options, socket_url=live.url)
        client.answer_pings = live.heartbeat
        return client

    # ---- the connection -----------------------------------------------------------------------------------------------

    async def connect(self) -> None:
        """Open the WebSocket. Raises ConnectionLost when it is open already, AuthFailed when the server refuses who asks."""
        if self.client.is_connected:
            raise ConnectionLost('Cannot connect when state is "open".', sent=False)
        if not self.client.is_hosted and on_asyncio():  # outside of a block
            await self.client
            self._is_ours = True
        await self.client.connect()

    async def disconnect(self) -> None:
        """Close it."""
        await self.client.disconnect()
        if self._is_ours:
            self._is_ours = False
            await self.client.aclose()

    @property
    def is_connected(self) -> bool:
        """Whether it is open."""
        return self.client.is_connected

    async def __aenter__(self) -> Self:
        await self.client.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> bool | None:
        return await self.client.__aexit__(*error)

    # ---- messages -----------------------------------------------------------------------------------------------------

    def on_web_socket(self, topic: Topic, listener: Callable[[Any], object]) -> Callable[[], None]:
        """Call ``listener`` when the socket opens, gets a message (with it as a dict), has an error or closes. Returns what
        takes it back."""
        return self.client.on(topic, listener)

    def send_message(self, message: Mapping[str, Any] | str) -> None:
        """Send a message; one that has no ``uid`` gets one, a text goes as it is. Raises ConnectionLost when the socket is not
        open."""
        self.client.send(message.encode() if isinstance(message, str) else dict(message))

    async def subscribe(
        self,
        collection: str,
        options: Mapping[str, Any] | None = None,
        *,
        event: EventName | None = None,
        item: Key | None = None,
        query: Mapping[str, Any] | None = None,
        uid: str | None = None,
    ) -> Subscribed:
        """Subscribe; the events are the messages themselves, beginning with ``init``. Options may be given as in JavaScript or by
        name. Connects if need be."""
        said = {"event": event, "item": item, "query": query, "uid": uid, **(options or {})}
        if not self.client.is_connected:
            await self.connect()
        members = {"collection": collection, **{name: value for name, value in said.items() if value is not None}}
        name = members.pop("uid", None)
        return await _subscribed(self.client, members, name)


async def _subscribed(client: Client, members: Mapping[str, Any], uid: str | None) -> Subscribed:
    """Asks, and does not wait for the answer, which is the first message to come. Nothing is dropped."""
    gate, buffer = client.gate(), Buffer(_UNBOUNDED, "gap")
    session = gate.session = await gate.ready()
    held = Held(uid or session.uid(), members, resume=False, sink=buffer)
    gate.perform(session.subscribe(held))

    async def unsubscribe() -> None:
        buffer.abandon()
        gate.leave(held)

    return Subscribed(Messages(buffer), unsubscribe)

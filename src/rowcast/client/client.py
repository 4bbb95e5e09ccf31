"""The client: what its user holds. Puts address, credentials, connection and verbs together."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, Literal, TypedDict, Unpack, overload

from msgspec import UNSET, UnsetType

from rowcast.client.address import address
from rowcast.client.ask import Ask, Key, Reply
from rowcast.client.backoff import Reconnect
from rowcast.client.buffer import Buffer, Policy
from rowcast.client.channel import Channel
from rowcast.client.connection import Connection
from rowcast.client.credentials import Credentials, Keeper, Token
from rowcast.client.frames import Frame, meta_of
from rowcast.client.http import Http
from rowcast.client.items import HasItems, Row
from rowcast.client.link import Mode, Options
from rowcast.client.live import LiveTable, Opening
from rowcast.client.models import named
from rowcast.client.overhttp import Rest
from rowcast.client.proxy import Proxy
from rowcast.client.query import Query, wire
from rowcast.client.rest import executor, is_system
from rowcast.client.subscription import Subscription
from rowcast.client.tables import open_table

EventName = Literal["create", "update", "delete"]


class ClientOptions(TypedDict, total=False):
    """The arguments of ``create_client`` beside the address, for what hands them on."""

    token: Token | None
    email: str | None
    password: str | None
    otp: str | None
    refresh_token: str | None
    mode: Mode
    socket_url: str | None
    reconnect: Reconnect | None
    heartbeat: float | None
    timeout: float
    connect_timeout: float
    headers: Mapping[str, str] | None
    tls: ssl.SSLContext | None
    proxy: Proxy


class SubscriptionOptions(TypedDict, total=False):
    """The arguments of ``Client.subscribe`` beside the collection, for what hands them on."""

    event: EventName | None
    item: Key | None
    query: Query | Mapping[str, Any] | None
    live: Literal["set"] | None
    resume: bool
    since: str | None
    buffer: int
    when_full: Policy


class Client(Connection, HasItems):
    """A client of one server. Its WebSocket is opened by the first verb that needs it (or by ``connect``), is opened again after a
    cut, and is closed at the end of ``async with``. ``rest`` and what it holds need no WebSocket."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        options: Options,
        *,
        socket_url: str | None = None,
        timeout: float = 30.0,
        heartbeat: float | None = 30.0,
    ) -> None:
        where = address(url, socket_url)
        self._http = Http(where.http, credentials, options, timeout)
        keeper = Keeper(credentials, self._http.session_token, lambda: self._http.is_logged_in)
        super().__init__(where, keeper, options, timeout, heartbeat)
        self.rest = Rest(self._http)
        self.users, self.roles, self.policies = self.rest.users, self.rest.roles, self.rest.policies
        self.permissions, self.access = self.rest.permissions, self.rest.access
        self.collections, self.fields, self.relations = self.rest.collections, self.rest.fields, self.rest.relations
        self.auth, self.server = self.rest.auth, self.rest.server
        self._by_http = executor(self._http)

    def _keep(self) -> None:
        self._http.keep()

    async def _release(self) -> None:
        await self._http.aclose()

    # ---- items --------------------------------------------------------------------------------------------------------

    async def _execute(self, ask: Ask) -> Reply:
        if is_system(ask.collection):
            return await self._by_http(ask)
        frame = await self._exchange("items", _members(ask), repeatable=ask.action == "read")
        return Reply(None if isinstance(frame.data, UnsetType) else frame.data, meta_of(frame))

    # ---- subscriptions ------------------------------------------------------------------------------------------------

    @overload
    def subscribe(self, collection: str, **options: Unpack[SubscriptionOptions]) -> Subscription: ...
    @overload
    def subscribe(self, collection: type[Row], **options: Unpack[SubscriptionOptions]) -> Subscription[Row]: ...
    def subscribe(
        self,
        collection: str | type[Any],
        *,
        event: EventName | None = None,
        item: Key | None = None,
        query: Query | Mapping[str, Any] | None = None,
        live: Literal["set"] | None = None,
        resume: bool = True,
        since: str | None = None,
        buffer: int = 1000,
        when_full: Policy = "gap",
    ) -> Subscription[Any]:
        """The events of a collection or of one ``item``; ``event``: of that kind only. ``live="set"``: as a row enters the result
        of the query, changes in it, leaves it (where the server can). ``resume``: after a cut have the missed ones replayed (where
        it can), ``since`` a position of before. ``buffer`` events may wait to be taken; see ``Policy`` for ``when_full``. Raises
        InvalidQuery for a mistyped member of the query, InvalidConfiguration for a buffer that is none; the server's refusal is
        raised where the block begins."""
        name, model = named(collection)
        members = {
            "collection": name,
            "event": UNSET if event is None else event,
            "item": UNSET if item is None else item,
            "query": wire(query or {}, model) or UNSET,
            "live": UNSET if live is None else live,
        }
        return Subscription(self.gate(), members, Buffer(buffer, when_full), model=model, resume=resume, since=since)

    # ---- channels -----------------------------------------------------------------------------------------------------

    def channel(self, name: str, *, state: Any = None, buffer: int = 1000, when_full: Policy = "gap") -> Channel:
        """Who else is there, and what they say: ``async with client.channel("messages/5", state={"typing": False}) as channel``. It
        is named after a collection, a row (``messages/5``), or anything (``#lobby``). ``state``: what the others see of one, any
        JSON. ``buffer`` events may wait to be taken; see ``Policy`` for ``when_full``. Raises InvalidConfiguration for a buffer
        that is none."""

        async def say(members: Mapping[str, Any], repeatable: bool) -> Frame:
            return await self._exchange("channel", members, repeatable=repeatable)

        return Channel(self.gate(), say, name, state, Buffer(buffer, when_full))

    # ---- live tables --------------------------------------------------------------------------------------------------

    @overload
    def live(self, collection: str, *, key: str = "id", buffer: int = 10_000, **query: Unpack[Query]) -> Opening: ...
    @overload
    def live(
        self, collection: type[Row], *, key: str = "id", buffer: int = 10_000, **query: Unpack[Query]
    ) -> Opening[Row]: ...
    def live(
        self, collection: str | type[Any], *, key: str = "id", buffer: int = 10_000, **query: Unpack[Query]
    ) -> Opening[Any]:
        """A table that always equals the query: ``table = await client.live(…)``, or ``async with client.live(…) as table``.
        ``key`` is the name of the primary key; at most ``buffer`` changes wait to be iterated over. It ends with the client, with
        its block, or with ``aclose``."""
        name, model = named(collection)

        async def open() -> LiveTable[Any]:
            spawn = self._host().start_soon
            return await open_table(self.gate(), self._execute, spawn, name, query, model, key, buffer)

        return Opening(open)


def _members(ask: Ask) -> dict[str, Any]:
    """An ``items`` message. What has a single row is found by that."""
    said = {"collection": ask.collection, "action": ask.action, "id": ask.id, "ids": ask.ids, "data": ask.data}
    return {**said, "query": ask.query if ask.query or ask.action == "delete" else UNSET}


def create_client(
    url: str,
    *,
    token: Token | None = None,
    email: str | None = None,
    password: str | None = None,
    otp: str | None = None,
    refresh_token: str | None = None,
    mode: Mode = "handshake",
    socket_url: str | None = None,
    reconnect: Reconnect | None = Reconnect(),  # noqa: B008 - frozen
    heartbeat: float | None = 30.0,
    timeout: float = 30.0,
    connect_timeout: float = 10.0,
    headers: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    proxy: Proxy = True,
) -> Client:
    """A client of the server at ``url``, which may be its address (``https://host``) or that of its WebSocket
    (``wss://host/websocket``). Who asks is told by ``token`` (or a function that gives one), by ``email`` and ``password``, or by a
    ``refresh_token``; by none of them it is the public. ``mode`` is how the server wants it: ``strict`` in the address, else in a
    message. Times are seconds; ``heartbeat``: a silence after which the server is asked whether it is there. ``proxy``: the address
    of an HTTP proxy for both ways; True: what the environment says, None: none.

    Raises InvalidConfiguration for an address that is none, half a login, a time of no seconds, an unknown mode.
    """
    credentials = Credentials(token=token, email=email, password=password, otp=otp, refresh_token=refresh_token)
    options = Options(
        mode=mode, reconnect=reconnect, connect_timeout=connect_timeout, headers=headers or {}, tls=tls, proxy=proxy
    )
    return Client(url, credentials, options, socket_url=socket_url, timeout=timeout, heartbeat=heartbeat)

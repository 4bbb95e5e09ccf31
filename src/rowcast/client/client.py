"""The client: what its user holds. Puts address, credentials, connection and verbs together."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Literal, Self, Unpack, overload

import anyio
import msgspec
from anyio.abc import TaskGroup
from msgspec import UNSET, UnsetType

from rowcast.client.address import address
from rowcast.client.ask import Ask, Key, Reply
from rowcast.client.backoff import Reconnect
from rowcast.client.buffer import Buffer, Policy
from rowcast.client.credentials import Credentials, Keeper, Token
from rowcast.client.frames import Frame, encode, meta_of
from rowcast.client.gate import Gate
from rowcast.client.http import Http
from rowcast.client.items import Items, Row
from rowcast.client.link import Link, Mode, Options, Topic
from rowcast.client.live import LiveTable, Opening
from rowcast.client.models import collection_of
from rowcast.client.pending import Pending
from rowcast.client.proxy import Proxy
from rowcast.client.query import Query, wire
from rowcast.client.rest import executor, is_system
from rowcast.client.session import Session
from rowcast.client.subscription import Subscription
from rowcast.client.system import (
    Auth,
    Collections,
    Fields,
    Permissions,
    Policies,
    Relations,
    Roles,
    Server,
    System,
    Users,
)
from rowcast.client.tables import open_table
from rowcast.errors import ConnectionLost, OutOfTime

EventName = Literal["create", "update", "delete"]


class Rest:
    """Everything over HTTP; opens no WebSocket."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.users, self.roles, self.policies = Users(http), Roles(http), Policies(http)
        self.permissions, self.access = Permissions(http), System(http, "access")
        self.collections, self.fields, self.relations = Collections(http), Fields(http), Relations(http)
        self.auth, self.server = Auth(http), Server(http)

    @overload
    def items(self, collection: str) -> Items: ...
    @overload
    def items(self, collection: str, model: type[Row]) -> Items[Row]: ...
    @overload
    def items(self, collection: type[Row]) -> Items[Row]: ...
    def items(self, collection: str | type[Any], model: type[Any] | None = None) -> Items[Any]:
        """The verbs of a collection, which may be a system one (``directus_…``). ``model``: see ``Client.items``."""
        return _items(collection, model, executor(self._http))

    async def request(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Reply:
        """Any other request."""
        return await self._http.ask(method, path, params=params, body=body)


class Client:
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
        self.address, self.options = address(url, socket_url), options
        self.timeout, self._heartbeat = timeout, heartbeat
        self._http = Http(self.address.http, credentials, options, timeout)
        self._keeper = Keeper(credentials, self._http.session_token)
        self.rest = Rest(self._http)
        self.users, self.roles, self.policies = self.rest.users, self.rest.roles, self.rest.policies
        self.permissions, self.access = self.rest.permissions, self.rest.access
        self.collections, self.fields, self.relations = self.rest.collections, self.rest.fields, self.rest.relations
        self.auth, self.server = self.rest.auth, self.rest.server
        self._listeners: list[tuple[Topic, Callable[[Any], object]]] = []
        self._group: TaskGroup | None = None
        self._leaving = False
        self._link: Link | None = None
        self._connecting = anyio.Lock()
        self._by_http = executor(self._http)
        self.answer_pings = True

    # ---- the connection -----------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self._group, self._leaving = anyio.create_task_group(), False
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """An error of the block is raised as it is, not in a group."""
        group, self._group, self._leaving = self._group, None, True
        assert group is not None
        try:
            await self.disconnect()
            with anyio.CancelScope(shield=True):
                await self._http.aclose()
        finally:
            group.cancel_scope.cancel()
            if isinstance(error, BaseExceptionGroup | anyio.get_cancelled_exc_class()):
                swallowed = await group.__aexit__(kind, error, trace)
            else:
                swallowed = await group.__aexit__(None, None, None) and False
        return swallowed

    async def connect(self) -> None:
        """Open the WebSocket if it is not open or about to be opened again. Raises ConnectionLost, AuthFailed, RouteNotFound."""
        await self._session()

    async def disconnect(self) -> None:
        """Close the WebSocket; subscriptions and live tables end. ``connect`` opens another."""
        link, self._link = self._link, None
        if link is not None:
            await link.aclose()

    @property
    def is_connected(self) -> bool:
        """Whether the WebSocket is open and authenticated just now."""
        return self._link is not None and self._link.is_open

    def on(self, topic: Topic, listener: Callable[[Any], object]) -> Callable[[], None]:
        """Call ``listener`` when the connection opens (with None), closes (with code and reason), has an error that nobody waits
        for (with it), or gets a message (with it as a dict). Returns what takes it back."""
        entry = (topic, listener)
        self._listeners.append(entry)
        if self._link is not None:
            self._link.listeners[topic].append(listener)

        def remove() -> None:
            if entry in self._listeners:
                self._listeners.remove(entry)
            if self._link is not None and listener in self._link.listeners[topic]:
                self._link.listeners[topic].remove(listener)

        return remove

    @property
    def is_hosted(self) -> bool:
        """Whether it is inside its block, where it can connect."""
        return self._group is not None

    def send(self, message: Mapping[str, Any] | bytes) -> None:
        """Send a message of your own, with a ``uid`` if it has none, or a text as it is; the answer comes to those who listen to
        ``message``. Raises ConnectionLost when the WebSocket is not open."""
        link = self._link
        if link is None:
            raise ConnectionLost(sent=False)
        link.put(message if isinstance(message, bytes) else encode({"uid": link.session.uid(), **message}))

    async def _session(self) -> Session:
        link = self._link
        if link is None or link.ended is not None:
            async with self._connecting:
                link = self._link
                if link is None or link.ended is not None:
                    link = self._link = await self._linked()
        return link.session

    async def _linked(self) -> Link:
        session = Session(heartbeat=self._heartbeat, pong=self.answer_pings, auth_timeout=self.options.connect_timeout)
        link = Link(self.address, self._keeper, self.options, session)
        for topic, listener in self._listeners:
            link.listeners[topic].append(listener)
        await self._host().start(link.run)
        return link

    def _host(self) -> TaskGroup:
        if self._leaving:
            raise ConnectionLost("The client is closed.", sent=False)
        if self._group is None:
            raise RuntimeError("Use the client in a block: async with client: …")
        return self._group

    def _perform(self, effects: Any) -> None:
        if self._link is not None:
            self._link.perform(effects)

    # ---- items --------------------------------------------------------------------------------------------------------

    @overload
    def items(self, collection: str) -> Items: ...
    @overload
    def items(self, collection: str, model: type[Row]) -> Items[Row]: ...
    @overload
    def items(self, collection: type[Row]) -> Items[Row]: ...
    def items(self, collection: str | type[Any], model: type[Any] | None = None) -> Items[Any]:
        """The verbs of a collection over the WebSocket. Rows are dicts, or objects of ``model``: a msgspec Struct (or TypedDict)
        whose members are the fields that are asked for; a Struct with ``__collection__`` says the collection too. Items of system
        collections (``directus_…``) travel over HTTP, since the WebSocket does not have them."""
        return _items(collection, model, self._execute)

    async def _execute(self, ask: Ask) -> Reply:
        if is_system(ask.collection):
            return await self._by_http(ask)
        frame = await self._exchange("items", _members(ask), repeatable=ask.action == "read")
        return Reply(None if isinstance(frame.data, UnsetType) else frame.data, meta_of(frame))

    async def ask(self, kind: str, *, repeatable: bool = False, **members: Any) -> dict[str, Any]:
        """A message of a type that an extension of the server has added; returns its answer. ``repeatable``: it may be sent again
        after a cut."""
        frame = await self._exchange(kind, members, repeatable=repeatable)
        answer: dict[str, Any] = msgspec.json.decode(frame.text)
        return answer

    async def _exchange(self, kind: str, members: Mapping[str, Any], *, repeatable: bool) -> Frame:
        session = await self._session()
        link = self._link
        assert link is not None
        request, effects = session.request(members, repeatable=repeatable, kind=kind)
        request.sink = pending = Pending()
        link.perform(effects)
        try:
            with anyio.fail_after(self.timeout):
                await link.room()
                return await pending.wait()
        except TimeoutError as error:
            if not request.sent and not link.is_open:
                raise link.absence() from error
            raise OutOfTime from error
        finally:
            link.perform(session.forget(request.uid))

    # ---- subscriptions ------------------------------------------------------------------------------------------------

    @overload
    def subscribe(
        self,
        collection: str,
        *,
        event: EventName | None = None,
        item: Key | None = None,
        query: Query | Mapping[str, Any] | None = None,
        live: Literal["set"] | None = None,
        resume: bool = True,
        since: str | None = None,
        buffer: int = 1000,
        when_full: Policy = "gap",
    ) -> Subscription: ...
    @overload
    def subscribe(
        self,
        collection: type[Row],
        *,
        event: EventName | None = None,
        item: Key | None = None,
        query: Query | Mapping[str, Any] | None = None,
        live: Literal["set"] | None = None,
        resume: bool = True,
        since: str | None = None,
        buffer: int = 1000,
        when_full: Policy = "gap",
    ) -> Subscription[Row]: ...
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
        it can), ``since`` a position of before. ``buffer`` events may wait to be taken; see ``Policy`` for ``when_full``."""
        name, model = _named(collection, None)
        members = {
            "collection": name,
            "event": UNSET if event is None else event,
            "item": UNSET if item is None else item,
            "query": wire(query or {}, model) or UNSET,
            "live": UNSET if live is None else live,
        }
        return Subscription(self.gate(), members, Buffer(buffer, when_full), model=model, resume=resume, since=since)

    def gate(self) -> Gate:
        """For what subscribes in its own way: the connected session and its hands."""
        return Gate(self._session, self._perform, self.timeout)

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
        name, model = _named(collection, None)

        async def open() -> LiveTable[Any]:
            spawn = self._host().start_soon
            return await open_table(self.gate(), self._execute, spawn, name, query, model, key, buffer)

        return Opening(open)


def _members(ask: Ask) -> dict[str, Any]:
    """An ``items`` message. What has a single row is found by that."""
    said = {"collection": ask.collection, "action": ask.action, "id": ask.id, "ids": ask.ids, "data": ask.data}
    return {**said, "query": ask.query if ask.query or ask.action == "delete" else UNSET}


def _named(collection: str | type[Any], model: type[Any] | None) -> tuple[str, type[Any] | None]:
    return (collection, model) if isinstance(collection, str) else (collection_of(collection), collection)


def _items(
    collection: str | type[Any], model: type[Any] | None, execute: Callable[[Ask], Awaitable[Reply]]
) -> Items[Any]:
    name, kind = _named(collection, model)
    return Items(name, execute, kind)


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

    Raises InvalidConfiguration for an address that is none.
    """
    credentials = Credentials(token=token, email=email, password=password, otp=otp, refresh_token=refresh_token)
    options = Options(
        mode=mode, reconnect=reconnect, connect_timeout=connect_timeout, headers=headers or {}, tls=tls, proxy=proxy
    )
    return Client(url, credentials, options, socket_url=socket_url, timeout=timeout, heartbeat=heartbeat)

"""The client that is waited for: what its user holds. Adds nothing that the asynchronous client has not."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack, overload

from rowcast.client import client as asynchronous
from rowcast.client.ask import Reply
from rowcast.client.buffer import Policy
from rowcast.client.client import ClientOptions, SubscriptionOptions
from rowcast.client.hands import Topic
from rowcast.client.items import Row
from rowcast.client.overhttp import Rest as AsyncRest
from rowcast.client.query import Query
from rowcast.client.sync.channel import Channel
from rowcast.client.sync.items import HasItems
from rowcast.client.sync.streams import LiveTable, Subscription
from rowcast.client.sync.system import (
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
from rowcast.client.sync.thread import Call, Thread

Result = TypeVar("Result")


class Rest(HasItems):
    """Everything over HTTP; opens no WebSocket."""

    _inner: AsyncRest

    def __init__(self, call: Call, client: asynchronous.Client) -> None:
        self._have, self._inner = call, client.rest
        rest = client.rest
        self.users, self.roles, self.policies = (
            Users(call, rest.users),
            Roles(call, rest.roles),
            Policies(call, rest.policies),
        )
        self.permissions, self.access = Permissions(call, rest.permissions), System(call, rest.access)
        self.collections, self.fields = Collections(call, rest.collections), Fields(call, rest.fields)
        self.relations, self.auth, self.server = (
            Relations(call, rest.relations),
            Auth(call, rest.auth),
            Server(call, rest.server),
        )

    def _call(self, function: Callable[..., Coroutine[Any, Any, Result]], /, *args: Any, **members: Any) -> Result:
        return self._have(function, *args, **members)

    def request(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None) -> Reply:
        """Any other request."""
        return self._call(self._inner.request, method, path, params=params, body=body)


class Client(HasItems):
    """A client of one server. It is used as a block, or as it is and closed by ``close`` or at the end of the program; used after
    that it begins anew. Several threads may share it."""

    _inner: asynchronous.Client

    def __init__(self, client: asynchronous.Client, backend: str) -> None:
        self._inner, self._thread = client, Thread(backend)
        self._opening = threading.RLock()
        self.rest = rest = Rest(self._call, client)
        self.users, self.roles, self.policies = rest.users, rest.roles, rest.policies
        self.permissions, self.access = rest.permissions, rest.access
        self.collections, self.fields, self.relations = rest.collections, rest.fields, rest.relations
        self.auth, self.server = rest.auth, rest.server

    def __repr__(self) -> str:
        return repr(self._inner)

    def _open(self) -> Thread:
        with self._opening:
            if self._thread.is_elsewhere:
                self._inner.forget()
            if not self._thread.is_open:
                self._thread.open(self._inner)
                atexit.register(self.close)
        return self._thread

    def _call(self, function: Callable[..., Coroutine[Any, Any, Result]], /, *args: Any, **members: Any) -> Result:
        return self._open().call(function, *args, **members)

    def close(self) -> None:
        """End all: subscriptions, live tables, connections, the thread."""
        with self._opening:
            if self._thread.is_open:
                atexit.unregister(self.close)
                self._thread.close()

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_connected(self) -> bool:
        """Whether the WebSocket is open and authenticated just now."""
        return self._inner.is_connected

    def connect(self) -> None:
        """Open the WebSocket now rather than when it is needed. Raises ConnectionLost, AuthFailed, RouteNotFound."""
        self._call(self._inner.connect)

    def disconnect(self) -> None:
        """Close the WebSocket; subscriptions and live tables end. The next verb opens another."""
        self._call(self._inner.disconnect)

    def on(self, topic: Topic, listener: Callable[[Any], object]) -> Callable[[], None]:
        """As for the asynchronous client. The listener is called in the client's thread, which it holds up: what it has the client
        do raises RuntimeError."""
        return self._inner.on(topic, listener)

    def send(self, message: Mapping[str, Any] | bytes) -> None:
        """Send a message of your own; see the asynchronous client."""
        self._open().look(lambda: self._inner.send(message))

    def ask(self, kind: str, *, repeatable: bool = False, **members: Any) -> dict[str, Any]:
        """A message of a type that an extension of the server has added; returns its answer."""
        return self._call(self._inner.ask, kind, repeatable=repeatable, **members)

    @overload
    def subscribe(self, collection: str, **options: Unpack[SubscriptionOptions]) -> Subscription: ...
    @overload
    def subscribe(self, collection: type[Row], **options: Unpack[SubscriptionOptions]) -> Subscription[Row]: ...
    def subscribe(self, collection: str | type[Any], **options: Unpack[SubscriptionOptions]) -> Subscription[Any]:
        """The events of a collection; options as for the asynchronous client."""
        inner: Any = self._inner.subscribe
        return Subscription(self._open(), inner(collection, **options))

    def channel(self, name: str, *, state: Any = None, buffer: int = 1000, when_full: Policy = "gap") -> Channel:
        """Who else is there, and what they say; see the asynchronous client."""
        return Channel(self._open(), self._inner.channel(name, state=state, buffer=buffer, when_full=when_full))

    @overload
    def live(self, collection: str, *, key: str = "id", buffer: int = 10_000, **query: Unpack[Query]) -> LiveTable: ...
    @overload
    def live(
        self, collection: type[Row], *, key: str = "id", buffer: int = 10_000, **query: Unpack[Query]
    ) -> LiveTable[Row]: ...
    def live(
        self, collection: str | type[Any], *, key: str = "id", buffer: int = 10_000, **query: Unpack[Query]
    ) -> LiveTable[Any]:
        """A table that always equals the query; see the asynchronous client."""
        inner: Any = self._inner.live

        async def open() -> Any:
            return await inner(collection, key=key, buffer=buffer, **query)

        return LiveTable(self._thread, self._call(open))


def create_client(url: str, *, backend: str = "asyncio", **options: Unpack[ClientOptions]) -> Client:
    """A client of the server at ``url``; options as for ``rowcast.create_client``. ``backend``: which event loop carries it out,
    ``asyncio`` or ``trio``. Raises InvalidConfiguration."""
    return Client(asynchronous.create_client(url, **options), backend)

"""The client without ``await``, for scripts and notebooks: the same verbs, carried out by an event loop in a thread of its own.
Adds nothing that the asynchronous client has not."""

from __future__ import annotations

import atexit
import functools
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Self, Unpack, overload

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from typing_extensions import TypeVar

from rowcast.client import client as asynchronous
from rowcast.client.ask import Key, Reply
from rowcast.client.items import Items as AsyncItems
from rowcast.client.items import Row
from rowcast.client.link import Topic
from rowcast.client.live import LiveTable as AsyncLiveTable
from rowcast.client.query import Query
from rowcast.client.replica import Change
from rowcast.client.subscription import Event
from rowcast.client.subscription import Subscription as AsyncSubscription

__all__ = ["Client", "Items", "LiveTable", "Rest", "Routes", "Subscription", "create_client"]

P = ParamSpec("P")
Result = TypeVar("Result")
_R = TypeVar("_R", default=dict[str, Any])


class _Thread:
    """The event loop in its thread, from the first call to the end."""

    def __init__(self, backend: str) -> None:
        self._backend = backend
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None

    def call(self, function: Callable[..., Coroutine[Any, Any, Result]], *args: Any, **members: Any) -> Result:
        """Carry it out there and wait for its result."""
        result: Result = self.portal.call(functools.partial(function, *args, **members))
        return result

    @property
    def portal(self) -> BlockingPortal:
        """The way there."""
        if self._portal is None:
            self._portal = self._stack.enter_context(start_blocking_portal(self._backend))
        return self._portal

    def enter(self, manager: AbstractContextManager[Any]) -> None:
        """Be in that block until the end."""
        self._stack.enter_context(manager)

    def close(self) -> None:
        """The end."""
        stack, self._stack, self._portal = self._stack, ExitStack(), None
        stack.close()


def _blocking(
    method: Callable[Concatenate[AsyncItems[_R], P], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Items[_R], P], Result]:
    """The verb of the same name, waited for."""

    def blocking(self: Items[_R], /, *args: P.args, **members: P.kwargs) -> Result:
        return self._thread.call(method, self._items, *args, **members)

    functools.update_wrapper(blocking, method)
    return blocking


class Items(Generic[_R]):
    """One collection; see the asynchronous ``Items``."""

    def __init__(self, thread: _Thread, items: AsyncItems[_R]) -> None:
        self._thread, self._items = thread, items

    read = _blocking(AsyncItems.read)
    read_page = _blocking(AsyncItems.read_page)
    read_all = _blocking(AsyncItems.read_all)
    read_one = _blocking(AsyncItems.read_one)
    read_many = _blocking(AsyncItems.read_many)
    first = _blocking(AsyncItems.first)
    count = _blocking(AsyncItems.count)
    aggregate = _blocking(AsyncItems.aggregate)
    read_singleton = _blocking(AsyncItems.read_singleton)
    create = _blocking(AsyncItems.create)
    create_many = _blocking(AsyncItems.create_many)
    update = _blocking(AsyncItems.update)
    update_many = _blocking(AsyncItems.update_many)
    update_batch = _blocking(AsyncItems.update_batch)
    update_where = _blocking(AsyncItems.update_where)
    update_singleton = _blocking(AsyncItems.update_singleton)
    delete = _blocking(AsyncItems.delete)
    delete_many = _blocking(AsyncItems.delete_many)
    delete_where = _blocking(AsyncItems.delete_where)


class Routes:
    """Users, roles, fields …: the methods of the asynchronous object of that name, waited for."""

    def __init__(self, client: Client, name: str) -> None:
        self._client, self._name = client, name

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(getattr(self._client._ready(), self._name), name)
        return functools.wraps(method)(functools.partial(self._client._thread.call, method))

    def __dir__(self) -> list[str]:
        return [name for name in dir(getattr(self._client._inner, self._name)) if not name.startswith("_")]


class Rest:
    """Everything over HTTP; opens no WebSocket."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @overload
    def items(self, collection: str) -> Items: ...
    @overload
    def items(self, collection: str, model: type[Row]) -> Items[Row]: ...
    @overload
    def items(self, collection: type[Row]) -> Items[Row]: ...
    def items(self, collection: str | type[Any], model: type[Any] | None = None) -> Items[Any]:
        """The verbs of a collection, which may be a system one (``directus_…``)."""
        inner: Any = self._client._ready().rest.items
        return Items(self._client._thread, inner(collection) if model is None else inner(collection, model))

    def request(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None) -> Reply:
        """Any other request."""
        client = self._client
        return client._thread.call(client._ready().rest.request, method, path, params=params, body=body)


class Subscription(Generic[_R]):
    """``with client.subscribe(…) as events: for event in events: …``"""

    def __init__(self, thread: _Thread, subscription: AsyncSubscription[_R]) -> None:
        self._thread, self._inner = thread, subscription
        self._block: AbstractContextManager[Any] | None = None

    @property
    def init(self) -> Event[_R]:
        """The rows of the beginning."""
        return self._inner.init

    @property
    def position(self) -> str | None:
        """Up to where the events have come that have arrived."""
        return self._inner.position

    @property
    def waiting(self) -> int:
        """How many events have arrived and are not taken yet."""
        return self._inner.waiting

    def next(self, timeout: float | None = None) -> Event[_R] | None:
        """The next event; None at the end, or if there is none within ``timeout`` seconds."""
        return self._thread.call(_within, timeout, self._inner.__anext__)

    def __enter__(self) -> Self:
        self._block = self._thread.portal.wrap_async_context_manager(self._inner)
        self._block.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._block is not None:
            self._block.__exit__(kind, error, trace)

    def __iter__(self) -> Iterator[Event[_R]]:
        while (event := self.next()) is not None:
            yield event


class LiveTable(Generic[_R]):
    """See the asynchronous ``LiveTable``. Iterating takes the changes as they come."""

    def __init__(self, thread: _Thread, table: AsyncLiveTable[_R]) -> None:
        self._thread, self._inner = thread, table

    @property
    def rows(self) -> list[_R]:
        """The rows as they are now, in the order of the query."""
        return self._thread.portal.call(lambda: self._inner.rows)

    def __len__(self) -> int:
        return len(self._inner)

    def __contains__(self, key: Key) -> bool:
        return key in self._inner

    def get(self, key: Key) -> _R | None:
        """The row with that primary key; None if it is not among the rows."""
        return self._inner.get(key)

    @property
    def exact(self) -> bool:
        """Whether each change is applied as it comes; else the query is asked again."""
        return self._inner.exact

    @property
    def version(self) -> int:
        """How many changes there were."""
        return self._inner.version

    def next(self, timeout: float | None = None) -> Change[_R] | None:
        """The next change; None at the end, or if there is none within ``timeout`` seconds."""
        return self._thread.call(_within, timeout, self._inner.__anext__)

    def __iter__(self) -> Iterator[Change[_R]]:
        while (change := self.next()) is not None:
            yield change

    def until(self, condition: Callable[[list[_R]], bool], timeout: float | None = None) -> list[_R] | None:
        """Wait until the rows are as the condition wants them; None if they are not within ``timeout`` seconds."""
        return self._thread.call(_within, timeout, functools.partial(self._inner.until, condition))

    def to_polars(self) -> Any:
        """See the asynchronous ``LiveTable``."""
        return self._thread.portal.call(self._inner.to_polars)

    def to_pandas(self) -> Any:
        """See the asynchronous ``LiveTable``."""
        return self._thread.portal.call(self._inner.to_pandas)

    def close(self) -> None:
        """Keep it up to date no longer; the rows stay."""
        self._thread.call(self._inner.aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _within(seconds: float | None, take: Callable[[], Coroutine[Any, Any, Result]]) -> Result | None:
    with anyio.move_on_after(seconds):
        try:
            return await take()
        except StopAsyncIteration:
            return None
    return None


class Client:
    """A client of one server. It is used as a block, or as it is and closed by ``close`` or at the end of the program. Several
    threads may share it."""

    def __init__(self, client: asynchronous.Client, backend: str) -> None:
        self._inner, self._thread = client, _Thread(backend)
        self._is_open, self._opening = False, threading.RLock()
        self.rest = Rest(self)
        self.users, self.roles, self.policies = Routes(self, "users"), Routes(self, "roles"), Routes(self, "policies")
        self.permissions, self.access = Routes(self, "permissions"), Routes(self, "access")
        self.collections, self.fields = Routes(self, "collections"), Routes(self, "fields")
        self.relations, self.auth, self.server = Routes(self, "relations"), Routes(self, "auth"), Routes(self, "server")

    def _ready(self) -> asynchronous.Client:
        with self._opening:
            if not self._is_open:
                self._thread.enter(self._thread.portal.wrap_async_context_manager(self._inner))
                self._is_open = True
                atexit.register(self.close)
        return self._inner

    def close(self) -> None:
        """End all: subscriptions, live tables, connections, the thread."""
        with self._opening:
            if self._is_open:
                self._is_open = False
                atexit.unregister(self.close)
                self._thread.close()

    def __enter__(self) -> Self:
        self._ready()
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
        """Open the WebSocket now rather than when it is needed."""
        self._thread.call(self._ready().connect)

    def disconnect(self) -> None:
        """Close the WebSocket; subscriptions and live tables end. The next verb opens another."""
        self._thread.call(self._ready().disconnect)

    def on(self, topic: Topic, listener: Callable[[Any], object]) -> Callable[[], None]:
        """As for the asynchronous client. The listener is called in the client's thread, which it holds up: it must not wait for
        the client."""
        return self._inner.on(topic, listener)

    def send(self, message: Mapping[str, Any] | bytes) -> None:
        """Send a message of your own; see the asynchronous client."""
        inner = self._ready()
        self._thread.portal.call(lambda: inner.send(message))

    def ask(self, kind: str, *, repeatable: bool = False, **members: Any) -> dict[str, Any]:
        """A message of a type that an extension of the server has added; returns its answer."""
        return self._thread.call(self._ready().ask, kind, repeatable=repeatable, **members)

    @overload
    def items(self, collection: str) -> Items: ...
    @overload
    def items(self, collection: str, model: type[Row]) -> Items[Row]: ...
    @overload
    def items(self, collection: type[Row]) -> Items[Row]: ...
    def items(self, collection: str | type[Any], model: type[Any] | None = None) -> Items[Any]:
        """The verbs of a collection. Rows are dicts, or objects of the class."""
        inner: Any = self._ready().items
        return Items(self._thread, inner(collection) if model is None else inner(collection, model))

    @overload
    def subscribe(self, collection: str, **options: Any) -> Subscription: ...
    @overload
    def subscribe(self, collection: type[Row], **options: Any) -> Subscription[Row]: ...
    def subscribe(self, collection: str | type[Any], **options: Any) -> Subscription[Any]:
        """The events of a collection; options as for the asynchronous client."""
        inner: Any = self._ready()
        return Subscription(self._thread, inner.subscribe(collection, **options))

    @overload
    def live(self, collection: str, *, key: str = "id", **query: Unpack[Query]) -> LiveTable: ...
    @overload
    def live(self, collection: type[Row], *, key: str = "id", **query: Unpack[Query]) -> LiveTable[Row]: ...
    def live(self, collection: str | type[Any], *, key: str = "id", **query: Unpack[Query]) -> LiveTable[Any]:
        """A table that always equals the query."""
        inner: Any = self._ready()

        async def open() -> Any:
            return await inner.live(collection, key=key, **query)

        return LiveTable(self._thread, self._thread.call(open))


def create_client(url: str, *, backend: str = "asyncio", **options: Any) -> Client:
    """A client of the server at ``url``; options as for ``rowcast.create_client``. ``backend``: which event loop carries it out."""
    return Client(asynchronous.create_client(url, **options), backend)

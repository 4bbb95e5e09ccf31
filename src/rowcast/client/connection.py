"""A client's one connection: opened by whoever needs it first, inside the client's block, and ended with it. Must not know what is
said on it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from types import TracebackType
from typing import Any, Self, get_args

import anyio
import msgspec
from anyio.abc import TaskGroup
from anyio.lowlevel import RunVar

from rowcast.client.address import Address
from rowcast.client.credentials import Keeper
from rowcast.client.effects import Effect
from rowcast.client.frames import Frame, encode
from rowcast.client.gate import Gate
from rowcast.client.hands import Topic
from rowcast.client.host import Host, on_asyncio
from rowcast.client.link import Link, Options
from rowcast.client.pending import Pending
from rowcast.client.session import Session
from rowcast.errors import ConnectionLost, InvalidConfiguration, OutOfTime


class Connection:
    """What a ``Client`` is below its verbs."""

    def __init__(
        self, address: Address, keeper: Keeper, options: Options, timeout: float, heartbeat: float | None
    ) -> None:
        """Raises InvalidConfiguration for a time of no seconds."""
        for name, seconds in (("timeout", timeout), ("heartbeat", heartbeat)):
            if seconds is not None and seconds <= 0:
                raise InvalidConfiguration(f"{name} is {seconds:g}; it takes more than 0 seconds.")
        self.address, self.options, self.timeout = address, options, timeout
        self._keeper, self._heartbeat = keeper, heartbeat
        self._listeners: dict[Topic, list[Callable[[Any], object]]] = {topic: [] for topic in get_args(Topic)}
        self._inside: Host | None = None
        self._elsewhere: object = None
        self._leaving = False
        self._here: RunVar[bool] = RunVar("rowcast.client", False)
        self._link: Link | None = None
        self.answer_pings = True

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} of {self.address.http}, {'connected' if self.is_connected else 'not connected'}>"
        )

    # ---- the block ----------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Raises RuntimeError in a block of its own."""
        if self._inside is not None:
            raise RuntimeError("The client is in its block already; several tasks may share it there.")
        self._inside = host = Host()
        self._leaving = False
        try:
            await host.enter()
        except BaseException:
            self._inside = None
            raise
        self._entered = self._here.set(True)
        self._keep()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """An error of the block is raised as it is, not in a group."""
        host, self._inside, self._leaving = self._inside, None, True
        if host is None:
            return None
        try:
            await self.disconnect()
            with anyio.CancelScope(shield=True):
                await self._release()
        finally:
            self._here.reset(self._entered)
            swallowed = await host.leave(kind, error, trace)
        return swallowed

    def __await__(self) -> Generator[Any, None, Self]:
        """``client = await create_client(…)`` is in its block until ``aclose``: for the cells of a notebook, and what else has no
        block. Raises RuntimeError on trio."""
        if not on_asyncio():
            raise RuntimeError("On trio a client is used in a block: async with client: …")
        return self.__aenter__().__await__()

    async def aclose(self) -> None:
        """The end of the block, where none is written; twice is no error."""
        await self.__aexit__(None, None, None)

    def forget(self) -> None:
        """This process is a copy of that in the block of which the client is: it has its tasks, its sockets, and ends them."""
        self._elsewhere = self._inside, self._link  # nothing of it is closed here
        self._inside = self._link = None

    def _keep(self) -> None:
        """Begin to hold what else is held."""

    async def _release(self) -> None:
        """Give it back."""

    @property
    def is_hosted(self) -> bool:
        """Whether it is inside its block, where it can connect."""
        return self._inside is not None

    def _host(self) -> TaskGroup:
        if self._leaving:
            raise ConnectionLost("The client is closed.", sent=False)
        if self._inside is None:
            raise RuntimeError("Use the client in a block: async with client: …")
        if not self._here.get():
            raise RuntimeError(
                "The block of the client is in another event loop; threads may share one of rowcast.client.sync."
            )
        return self._inside.group

    # ---- the connection -----------------------------------------------------------------------------------------------

    async def connect(self) -> None:
        """Open the WebSocket if it is not open or about to be opened again. Raises ConnectionLost, AuthFailed, RouteNotFound."""
        await self._linked()

    async def disconnect(self) -> None:
        """Close the WebSocket, or give up opening it; subscriptions and live tables end. ``connect`` opens another."""
        link, self._link = self._link, None
        if link is not None:
            await link.aclose()

    @property
    def is_connected(self) -> bool:
        """Whether the WebSocket is open and authenticated just now."""
        return self._link is not None and self._link.is_open

    async def _linked(self) -> Link:
        """The connection, made if there is none. All who wait for it while it is made share it."""
        link, group = self._link, self._host()
        if link is None or link.ended is not None:
            session = Session(
                heartbeat=self._heartbeat, pong=self.answer_pings, auth_timeout=self.options.connect_timeout
            )
            link = self._link = Link(self.address, self._keeper, self.options, session, self._listeners)
            group.start_soon(link.run)
        await link.standing()
        return link

    def on(self, topic: Topic, listener: Callable[[Any], object]) -> Callable[[], None]:
        """Call ``listener`` when the connection opens (with None), closes (with code and reason), has an error that nobody waits
        for (with it), or gets a message (with it as a dict). Returns what takes it back. Raises ValueError for another topic."""
        if topic not in self._listeners:
            raise ValueError(f"There is no topic {topic!r}, only {', '.join(self._listeners)}.")
        listeners = self._listeners[topic]
        listeners.append(listener)

        def remove() -> None:
            if listener in listeners:
                listeners.remove(listener)

        return remove

    # ---- what is said -------------------------------------------------------------------------------------------------

    def send(self, message: Mapping[str, Any] | bytes) -> None:
        """Send a message of your own, with a ``uid`` if it has none, or a text as it is; the answer comes to those who listen to
        ``message``. Raises ConnectionLost when the WebSocket is not open."""
        link = self._link
        if link is None:
            raise ConnectionLost(
                "The WebSocket is not open: connect() opens it, and so does the first verb.", sent=False
            )
        link.put(message if isinstance(message, bytes) else encode({"uid": link.session.uid(), **message}))

    async def ask(self, kind: str, *, repeatable: bool = False, **members: Any) -> dict[str, Any]:
        """A message of a type that an extension of the server has added; returns its answer. ``repeatable``: it may be sent again
        after a cut. Raises what the server answers, ConnectionLost, OutOfTime where it does not answer, as to a type that it does
        not know."""
        frame = await self._exchange(kind, members, repeatable=repeatable)
        answer: dict[str, Any] = msgspec.json.decode(frame.text)
        return answer

    async def _exchange(self, kind: str, members: Mapping[str, Any], *, repeatable: bool) -> Frame:
        link = await self._linked()
        session = link.session
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

    def gate(self) -> Gate:
        """For what subscribes in its own way: the connected session and its hands."""
        return Gate(self._ready, self._perform, self.timeout)

    async def _ready(self) -> Session:
        return (await self._linked()).session

    def _perform(self, effects: Iterable[Effect]) -> None:
        if self._link is not None:
            self._link.perform(effects)

"""The client's life on the network: connect, authenticate, read, connect again. Carries out what the session wants done. Must not
know collections, rows or events."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any, Literal, get_args

import anyio
import msgspec
from anyio.abc import TaskGroup
from msgspec import Struct

from rowcast.client.address import Address
from rowcast.client.backoff import Reconnect
from rowcast.client.credentials import Keeper
from rowcast.client.effects import Answer, Deliver, Effect, Ended, Failed, Granted, Opened, Refused, Renew, Unplaced
from rowcast.client.frames import Frame, decode
from rowcast.client.proxy import Proxy
from rowcast.client.session import Phase, Session
from rowcast.errors import (
    AuthFailed,
    AuthTimeout,
    ConnectionLost,
    InvalidConfiguration,
    RequestError,
    RouteNotFound,
    RowcastError,
)
from rowcast.protocol import Close, Send

if TYPE_CHECKING:
    from rowcast.client.socket import Socket

Mode = Literal["handshake", "public", "strict"]
Topic = Literal["open", "message", "close", "error"]
Listeners = Mapping[Topic, list[Callable[[Any], object]]]
_log = logging.getLogger("rowcast.client")
_GRACE = 1.0
_STEADY = 5.0
"""Seconds that a connection has to last for the next one to be made as soon as after a first cut."""


class Options(Struct, frozen=True, kw_only=True):
    """How the socket behaves. Times are seconds. ``mode``: ``strict`` shows the token in the address, the others in a message.
    ``reconnect``: None for never. ``proxy``: see ``Proxy``."""

    mode: Mode = "handshake"
    reconnect: Reconnect | None = Reconnect()
    connect_timeout: float = 10.0
    headers: Mapping[str, str] = {}
    tls: ssl.SSLContext | None = None
    proxy: Proxy = True

    def __post_init__(self) -> None:
        """Raises InvalidConfiguration for what means nothing."""
        if self.mode not in get_args(Mode):
            raise InvalidConfiguration(f"The mode {self.mode!r} is none of {', '.join(get_args(Mode))}.")
        if self.connect_timeout <= 0:
            raise InvalidConfiguration(f"connect_timeout is {self.connect_timeout:g}; it takes more than 0 seconds.")


def _may_pass(error: RequestError) -> bool:
    """Whether it may come of a server that is just being started: what stands before it says that there is nothing, or something
    else, or the server takes its time."""
    return isinstance(error, RouteNotFound | AuthTimeout) or type(error) is RequestError


class Link:
    """One connection after the other, until it is closed. ``session`` says what is due."""

    def __init__(
        self, address: Address, keeper: Keeper, options: Options, session: Session, listeners: Listeners
    ) -> None:
        """``listeners`` belong to the client, and may come and go."""
        self.address, self.keeper, self.options, self.session = address, keeper, options, session
        self.listeners = listeners
        self.ended: RowcastError | None = None
        self.gone = anyio.Event()
        self._settled, self._waiting = anyio.Event(), 0
        self._socket: Socket | None = None
        self._group: TaskGroup | None = None
        self._scope = anyio.CancelScope()
        self._refusal: RowcastError | None = None
        self._failure: RowcastError | None = None
        self._stood = self._closing = self._greeted = False
        self._attempt = self._refusals = 0
        self._since = 0.0
        self._random = Random()

    # ---- from outside -------------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether it is connected and authenticated just now."""
        return self.session.phase is Phase.OPEN

    def perform(self, effects: Iterable[Effect]) -> None:
        """Carry out what a call of the session has returned."""
        for effect in effects:
            self._perform(effect)

    def absence(self) -> ConnectionLost:
        """What to raise when there is no connection just now."""
        reason = "" if self._failure is None else f" {self._failure.message}"
        return ConnectionLost(f"There is no connection to the server just now.{reason}", sent=False)

    def put(self, text: bytes) -> None:
        """Send a text as it is. Raises ConnectionLost when there is no connection just now."""
        if self._socket is None or not self.is_open:
            raise self.absence()
        self._socket.put(text)

    async def room(self) -> None:
        """Wait while too much waits to be sent."""
        if self._socket is not None:
            await self._socket.room()

    async def standing(self) -> None:
        """Wait until the first connection stands. Raises why there is none. If nobody waits any more it is given up."""
        self._waiting += 1
        try:
            await self._settled.wait()
        finally:
            self._waiting -= 1
            if not self._waiting and not self._settled.is_set():
                self.ended = ConnectionLost("Nobody waited for it.", sent=False)
                self._scope.cancel()
        if self.ended is not None:
            raise self.ended

    async def aclose(self) -> None:
        """End it for good, politely if the server answers within a second."""
        self._closing = True
        if self._socket is not None and not self.gone.is_set():
            self._socket.close()
            with anyio.move_on_after(_GRACE, shield=True):
                await self.gone.wait()
        self._scope.cancel()

    async def run(self) -> None:
        """Live until closed; ``standing`` tells when the first connection stands. Of later failures those are told who wait, and
        ``ended`` says why it is over."""
        error: RowcastError = ConnectionLost("The client is closed.", sent=False)
        try:
            with self._scope:
                await self._live()
        except RowcastError as fault:
            error = fault
        finally:
            self._end(error)

    # ---- one connection after the other -------------------------------------------------------------------------------

    async def _live(self) -> None:
        while not self._closing:
            try:
                await self._connection()
            except RowcastError as error:
                self._judge(error)
                self._tell("error", error)
            if not self._closing:
                await self._pause()

    def _judge(self, error: RowcastError) -> None:
        """Raises it, where trying again is of no use: other credentials may be tried once, a server that stood is waited for."""
        if isinstance(error, RequestError) and not (self._stood and _may_pass(error)):
            self._refusals += 1
            if self._refusals > 1 or not self.keeper.refused():
                raise error
        elif not self._stood:
            raise error
        else:
            self._failure = error

    async def _pause(self) -> None:
        reconnect = self.options.reconnect
        wait = reconnect.wait(self._attempt, self._random) if reconnect is not None else None
        if wait is None:
            raise ConnectionLost(sent=False)
        self._attempt += 1
        await anyio.sleep(wait)

    def _end(self, error: RowcastError) -> None:
        self.ended = error
        self.perform(self.session.abandoned(error, wanted=self._closing))
        self._settled.set()
        self.gone.set()

    async def _connection(self) -> None:
        """Returns when a connection has ended that stood; raises when it could not be made or was refused."""
        self._refusal = None
        socket, greeting = await self._connected()
        try:
            async with socket, anyio.create_task_group() as self._group:
                self._socket = socket
                self._group.start_soon(socket.write)
                self._group.start_soon(self._tick)
                self.perform(self.session.opened(greeting, time.monotonic()))
                await self._read(socket)
                self._group.cancel_scope.cancel()
        finally:
            self._lost(socket)
        if self._refusal is not None:
            raise self._refusal

    async def _connected(self) -> tuple[Socket, dict[str, Any] | None]:
        from rowcast.client.opening import connect  # half of the time that importing the client would take

        strict = self.options.mode == "strict"
        try:
            with anyio.fail_after(self.options.connect_timeout):
                fresh = self._refusals > 0
                token = await self.keeper.token(fresh) if strict else None
                greeting = None if strict else await self.keeper.message(fresh)
                self._greeted = token is not None or greeting is not None
                url = self.address.socket if token is None else self.address.with_token(token)
                options = self.options
                socket = await connect(url, headers=options.headers, tls=options.tls, proxy=options.proxy)
                return socket, greeting
        except TimeoutError as error:
            raise ConnectionLost("The server did not answer in time.", sent=False) from error

    def _lost(self, socket: Socket) -> None:
        was_open = self.is_open
        self._socket = self._group = None
        self.perform(self.session.lost(socket.why, too_large=socket.is_too_large))
        if was_open:
            self._attempt = 0 if time.monotonic() - self._since > _STEADY else self._attempt
            self._tell("close", (socket.close_code, socket.close_reason))

    async def _read(self, socket: Socket) -> None:
        """The hot path: an event goes to its subscription without a call in between."""
        session = self.session
        while texts := await socket.receive():
            session.heard(time.monotonic())
            for text in texts:
                frame = decode(text)
                held = None if frame is None else session.event(frame)
                if held is None or frame is None:
                    await self._receive(frame)
                elif held.sink.take(frame.event, frame):
                    await held.sink.room()
                if self.listeners["message"]:
                    self._overheard(frame, text)

    async def _receive(self, frame: Frame | None) -> None:
        for effect in self.session.receive(frame) if frame is not None else ():
            self._perform(effect)
            if type(effect) is Deliver:
                await effect.held.sink.room()

    def _overheard(self, frame: Frame | None, text: bytes) -> None:
        """Those who listen to messages hear all but the pings that are answered for them, and what is no JSON."""
        if not (frame is not None and frame.type == "ping" and self.session.pong):
            with suppress(msgspec.MsgspecError, RecursionError):
                self._tell("message", msgspec.json.decode(text))

    async def _tick(self) -> None:
        step = min(1.0, self.session.heartbeat or 1.0)
        while True:
            now, deadline = time.monotonic(), self.session.deadline
            await anyio.sleep(step if deadline is None else min(step, max(0.01, deadline - now)))
            self.perform(self.session.tick(time.monotonic()))

    # ---- effects ------------------------------------------------------------------------------------------------------

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Send(frame):
                if self._socket is not None:
                    self._socket.put(frame)
            case Answer(request, frame):
                request.sink.answer(frame)
            case Failed(request, error):
                request.sink.fail(error)
            case Ended(held, error):
                held.sink.end(error)
            case Deliver(held, kind, frame):
                held.sink.take(kind, frame)
            case _:
                self._perform_rare(effect)

    def _perform_rare(self, effect: Effect) -> None:
        match effect:
            case Opened():
                self._opened()
            case Granted(refresh_token):
                self.keeper.granted(refresh_token)
            case Refused(error):
                self._refuse(error)
            case Renew():
                self._start(self._renew)
            case Unplaced(error):
                self._tell("error", error)
            case Close():
                self._part()

    def _opened(self) -> None:
        self._refusals, self._failure = 0, None
        self._since = time.monotonic()
        self._stood = True
        self._settled.set()
        self._tell("open", None)

    def _refuse(self, error: RowcastError) -> None:
        """While greeting, or where nothing was said in greeting, it is the reason that there is no connection; later the next
        greeting will tell."""
        if self.session.phase is Phase.GREETING or not self._greeted:
            error = self._refusal = self._explained(error)
        self._tell("error", error)
        self._part()

    def _part(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._start(self._cut)

    async def _cut(self) -> None:
        """The end, if the server does not say good-bye."""
        await anyio.sleep(_GRACE)
        if self._group is not None:
            self._group.cancel_scope.cancel()

    def _explained(self, error: RowcastError) -> RowcastError:
        """The refusal with what was refused."""
        if not isinstance(error, AuthFailed | AuthTimeout):
            return error
        return type(error)(f"{error.message} {self.keeper.words}", **error.extensions)

    async def _renew(self) -> None:
        try:
            greeting = await self.keeper.message(fresh=True)
        except RowcastError as error:
            self._refuse(error)
            return
        self.perform(self.session.authenticate(greeting or {}))

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._group is not None:
            self._group.start_soon(work)

    def _tell(self, topic: Topic, what: object) -> None:
        """Listeners are guests: their failures are logged and end nothing."""
        for listener in list(self.listeners[topic]):
            try:
                listener(what)
            except Exception:
                _log.exception("A listener for %r failed", topic)

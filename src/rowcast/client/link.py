"""The client's life on the network: one connection after the other, how soon, and when to give up. Must not know what is said on
them."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any, Literal, get_args

import anyio
from msgspec import Struct

from rowcast.client.address import Address
from rowcast.client.backoff import Reconnect
from rowcast.client.credentials import Keeper
from rowcast.client.effects import Effect
from rowcast.client.hands import GRACE, Hands, Listeners
from rowcast.client.proxy import Proxy
from rowcast.client.session import Phase, Session
from rowcast.errors import (
    AuthTimeout,
    ConnectionLost,
    InvalidConfiguration,
    LimitExceeded,
    RequestError,
    RouteNotFound,
    RowcastError,
)

if TYPE_CHECKING:
    from rowcast.client.socket import Socket

Mode = Literal["handshake", "public", "strict"]
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
    """Whether it may come of a server that stood: it has too many connections now, or is just being started, and what stands before
    it says that there is nothing, or something else, or the server takes its time."""
    return error.retry or isinstance(error, RouteNotFound | AuthTimeout) or type(error) is RequestError


class Link:
    """One connection after the other, until it is closed. ``session`` says what is due."""

    def __init__(
        self, address: Address, keeper: Keeper, options: Options, session: Session, listeners: Listeners
    ) -> None:
        """``listeners`` belong to the client, and may come and go."""
        self.address, self.keeper, self.options, self.session = address, keeper, options, session
        self._hands = Hands(session, keeper, listeners, self._opened)
        self.ended: RowcastError | None = None
        self.gone = anyio.Event()
        self._settled, self._waiting = anyio.Event(), 0
        self._scope = anyio.CancelScope()
        self._failure: RowcastError | None = None
        self._stood = self._closing = False
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
        self._hands.perform(effects)

    def absence(self) -> ConnectionLost:
        """What to raise when there is no connection just now."""
        reason = "" if self._failure is None else f" {self._failure.message}"
        return ConnectionLost(f"There is no connection to the server just now.{reason}", sent=False)

    def put(self, text: bytes) -> None:
        """Send a text as it is. Raises ConnectionLost when there is no connection just now."""
        if self._hands.socket is None or not self.is_open:
            raise self.absence()
        self._hands.socket.put(text)

    async def room(self) -> None:
        """Wait while too much waits to be sent."""
        if self._hands.socket is not None:
            await self._hands.socket.room()

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
        if self._hands.socket is not None and not self.gone.is_set():
            self._hands.socket.close()
            with anyio.move_on_after(GRACE, shield=True):
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
                self._hands.tell("error", error)
            if not self._closing:
                await self._pause()

    def _judge(self, error: RowcastError) -> None:
        """Raises it, where trying again is of no use: other credentials may be tried once, a server that stood is waited for."""
        is_final = isinstance(error, RequestError) and not (self._stood and _may_pass(error))
        if is_final and not isinstance(error, LimitExceeded):
            self._refusals += 1
            if self._refusals > 1 or not self.keeper.refused():
                raise error
        elif not self._stood:
            raise error
        else:
            self._failure = error

    async def _pause(self) -> None:
        reconnect, failure = self.options.reconnect, self._failure
        asked = 0.0 if failure is None else failure.extensions.get("retry_after", 0.0)
        wait = reconnect.wait(self._attempt, self._random, asked) if reconnect is not None else None
        if wait is None:
            raise self._given_up() from failure
        self._attempt += 1
        await anyio.sleep(wait)

    def _given_up(self) -> ConnectionLost:
        tried = (
            f"it could not be made again ({self._attempt} tried)"
            if self._attempt
            else "reconnect says not to make another"
        )
        reason = "" if self._failure is None else f" {self._failure.message}"
        return ConnectionLost(f"The connection to the server is lost, and {tried}.{reason}", sent=False)

    def _end(self, error: RowcastError) -> None:
        self.ended = error
        self.perform(self.session.abandoned(error, wanted=self._closing))
        self._settled.set()
        self.gone.set()

    async def _connection(self) -> None:
        """Returns when a connection has ended that stood; raises when it could not be made or was refused."""
        socket, greeting = await self._connected()
        try:
            await self._hands.hold(socket, greeting)
        finally:
            if self._since and time.monotonic() - self._since > _STEADY:
                self._attempt = 0
            self._since = 0.0
        if self._hands.refusal is not None:
            raise self._hands.refusal

    async def _connected(self) -> tuple[Socket, dict[str, Any] | None]:
        from rowcast.client.opening import connect  # half of the time that importing the client would take

        strict = self.options.mode == "strict"
        try:
            with anyio.fail_after(self.options.connect_timeout):
                fresh = self._refusals > 0
                token = await self.keeper.token(fresh) if strict else None
                greeting = None if strict else await self.keeper.message(fresh)
                self._hands.greeted = token is not None or greeting is not None
                url = self.address.socket if token is None else self.address.with_token(token)
                options = self.options
                socket = await connect(url, headers=options.headers, tls=options.tls, proxy=options.proxy)
                return socket, greeting
        except TimeoutError as error:
            raise ConnectionLost("The server did not answer in time.", sent=False) from error

    def _opened(self) -> None:
        self._refusals, self._failure = 0, None
        self._since = time.monotonic()
        self._stood = True
        self._settled.set()

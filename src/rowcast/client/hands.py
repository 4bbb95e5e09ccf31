"""Carries out what the session wants done, on the connection of now, and gives it what arrives there. Must not know how a
connection is made, nor when."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import anyio
import msgspec
from anyio.abc import TaskGroup

from rowcast.client.credentials import Keeper
from rowcast.client.effects import (
    Answer,
    Deliver,
    Effect,
    Ended,
    Failed,
    Granted,
    Held,
    Opened,
    Refused,
    Renew,
    Unplaced,
)
from rowcast.client.frames import Frame, decode
from rowcast.client.session import Phase, Session
from rowcast.errors import AuthFailed, AuthTimeout, RowcastError
from rowcast.protocol import Close, Send

if TYPE_CHECKING:
    from rowcast.client.socket import Socket

Topic = Literal["open", "message", "close", "error"]
Listeners = Mapping[Topic, list[Callable[[Any], object]]]
_log = logging.getLogger("rowcast.client")
GRACE = 1.0
"""Seconds that a server has to answer a good-bye."""


class Hands:
    """``opened`` is called when the connection can be used. ``refusal``: why the server did not want it; ``greeted``: whether
    something was said in greeting."""

    def __init__(self, session: Session, keeper: Keeper, listeners: Listeners, opened: Callable[[], None]) -> None:
        self.session, self.keeper, self.listeners = session, keeper, listeners
        self.socket: Socket | None = None
        self.refusal: RowcastError | None = None
        self.greeted = self._deaf = False
        self._group: TaskGroup | None = None
        self._opened = opened

    async def hold(self, socket: Socket, greeting: Mapping[str, Any] | None) -> None:
        """Be on that connection until it ends."""
        self.refusal = None
        try:
            async with socket, anyio.create_task_group() as self._group:
                self.socket = socket
                self._group.start_soon(socket.write)
                self._group.start_soon(self._tick)
                self.perform(self.session.opened(greeting, time.monotonic()))
                await self._read(socket)
                self._group.cancel_scope.cancel()
        finally:
            was_open = self.session.phase is Phase.OPEN
            self.socket = self._group = None
            self.perform(self.session.lost(socket.why, too_large=socket.is_too_large))
            if was_open:
                self.tell("close", (socket.close_code, socket.close_reason))

    def perform(self, effects: Iterable[Effect]) -> None:
        """Carry out what a call of the session has returned."""
        for effect in effects:
            self._perform(effect)

    def tell(self, topic: Topic, what: object) -> None:
        """Tell the listeners, who are guests: their failures are logged and end nothing."""
        for listener in list(self.listeners[topic]):
            try:
                listener(what)
            except Exception:
                _log.exception("A listener for %r failed", topic)

    # ---- what arrives -------------------------------------------------------------------------------------------------

    async def _read(self, socket: Socket) -> None:
        """The hot path: an event goes to its subscription without a call in between."""
        session, listening = self.session, self.listeners["message"]
        while texts := await socket.receive():
            session.heard(time.monotonic())
            for text in texts:
                frame = decode(text)
                held = None if frame is None else session.event(frame)
                if held is None or frame is None:
                    await self._receive(frame)
                elif held.sink.take(frame.event, frame):
                    await self._held_up(held)
                if listening:
                    self._overheard(frame, text)

    async def _receive(self, frame: Frame | None) -> None:
        for effect in self.session.receive(frame) if frame is not None else ():
            self._perform(effect)
            if type(effect) is Deliver:
                await self._held_up(effect.held)

    async def _held_up(self, held: Held) -> None:
        """Wait for who takes the events. Meanwhile the server's silence is our own deafness."""
        self._deaf = True
        try:
            await held.sink.room()
        finally:
            self._deaf = False
        self.session.heard(time.monotonic())

    def _overheard(self, frame: Frame | None, text: bytes) -> None:
        """Those who listen to messages hear all but the pings that are answered for them, and what is no JSON."""
        if not (frame is not None and frame.type == "ping" and self.session.pong):
            with suppress(msgspec.MsgspecError, RecursionError):
                self.tell("message", msgspec.json.decode(text))

    async def _tick(self) -> None:
        step = min(1.0, self.session.heartbeat or 1.0)
        while True:
            now, deadline = time.monotonic(), self.session.deadline
            await anyio.sleep(step if deadline is None else min(step, max(0.01, deadline - now)))
            if not self._deaf:
                self.perform(self.session.tick(time.monotonic()))

    # ---- effects ------------------------------------------------------------------------------------------------------

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Send(frame):
                if self.socket is not None:
                    self.socket.put(frame)
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
                self.tell("open", None)
            case Granted(refresh_token):
                self.keeper.granted(refresh_token)
            case Refused(error):
                self._refuse(error)
            case Renew():
                self._start(self._renew)
            case Unplaced(error):
                self.tell("error", error)
            case Close():
                self._part()

    def _refuse(self, error: RowcastError) -> None:
        """While greeting, or where nothing was said in greeting, it is the reason that there is no connection; later the next
        greeting will tell."""
        if self.session.phase is Phase.GREETING or not self.greeted:
            error = self.refusal = self._explained(error)
        self.tell("error", error)
        self._part()

    def _part(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self._start(self._cut)

    async def _cut(self) -> None:
        """The end, if the server does not say good-bye."""
        await anyio.sleep(GRACE)
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

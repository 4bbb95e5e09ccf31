"""How a subscription begins: it is asked for, and stands with its first frame or is refused. Must not know what it is for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

import anyio

from rowcast.client.effects import Effect, Held
from rowcast.client.frames import Frame
from rowcast.client.session import EVENTS, Session
from rowcast.errors import ConnectionLost, RowcastError


class Sink(Protocol):
    """Who takes the events of a subscription."""

    def take(self, kind: str, frame: Frame) -> bool:
        """An event. Whether the connection should call ``room`` before it goes on."""

    async def room(self) -> None:
        """Wait until there is room for more."""

    def end(self, error: RowcastError | None = None) -> None:
        """Nothing more will come."""


class Gate:
    """What a subscription needs of the client: a connected session, a way to have things done, a limit in seconds."""

    def __init__(
        self, ready: Callable[[], Awaitable[Session]], perform: Callable[[Iterable[Effect]], None], timeout: float
    ) -> None:
        self.ready, self.perform, self.timeout = ready, perform, timeout
        self.session: Session | None = None

    def leave(self, held: Held) -> None:
        """End a subscription."""
        if self.session is not None:
            self.perform(self.session.unsubscribe(held.uid))


async def begin(
    gate: Gate, members: Mapping[str, Any], sink: Sink, *, resume: bool, since: str | None = None
) -> tuple[Held, str, Frame]:
    """Subscribe, and wait until it stands. It does with ``init``, or if it goes on from ``since`` either with ``resumed`` or, where
    that is impossible, with ``gap``. Raises as ``stand``."""
    held = Held("", members, resume=resume)
    held.position, held.begun = since, since is not None
    return held, *await stand(gate, held, sink)


async def stand(gate: Gate, held: Held, sink: Sink) -> tuple[str, Frame]:
    """Ask for it, and wait for its first frame; events go to ``sink``.

    Raises Forbidden, InvalidQuery, InvalidCollection and others if the server refuses, ConnectionLost if it does not answer.
    """
    session = gate.session = await gate.ready()
    start = Start(sink)
    held.uid, held.sink = session.uid(), start
    try:
        gate.perform(session.subscribe(held))
        with anyio.fail_after(gate.timeout):
            first = await start.begun()
    except TimeoutError as error:
        gate.leave(held)
        raise ConnectionLost("The server did not answer in time.", sent=True) from error
    except BaseException:
        gate.leave(held)
        raise
    held.sink = sink
    return first


class Start:
    """Keeps the frame that says that it stands, and hands on the others."""

    __slots__ = ("_done", "_error", "_first", "_sink")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._first: tuple[str, Frame] | None = None
        self._error: RowcastError | None = None
        self._done = anyio.Event()

    def take(self, kind: str, frame: Frame) -> bool:
        """See Sink."""
        if self._first is not None or kind in EVENTS:  # what is replayed stands before ``resumed``
            return self._sink.take(kind, frame)
        self._first = kind, frame
        self._done.set()
        return False

    async def room(self) -> None:
        """See Sink."""
        await self._sink.room()

    def end(self, error: RowcastError | None = None) -> None:
        """See Sink."""
        self._error = error
        self._sink.end(error)
        self._done.set()

    async def begun(self) -> tuple[str, Frame]:
        """The first frame. Raises why there is none."""
        await self._done.wait()
        if self._first is None:
            raise self._error or ConnectionLost(sent=False)
        return self._first

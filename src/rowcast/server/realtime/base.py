"""What drivers have alike, whichever sub-protocol they speak: a socket, a session's clock, a bound on what waits, the end. Must not
know what is said.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import structlog

from rowcast.engine.telling.listener import Traffic
from rowcast.errors import Disconnected, InternalError, RowcastError
from rowcast.live import Outbox

if TYPE_CHECKING:
    from rowcast.server.realtime.hub import Hub

log = structlog.get_logger("rowcast.realtime")
DISMISSED, DISCONNECTED, TOO_SLOW, GOING_AWAY, TOO_BIG, REFUSED = 4401, 4403, 1013, 1001, 1009, 1008
"""Close codes: the user may not ask any more; an administrator closed the connection; too much waits for the connection; the server
stops; a message over the limit; an extension turned the caller away."""
_PAUSE, _RESUME = 256, 64
"""Messages that wait when the socket is read no more, and when it is read again."""
E = TypeVar("E", covariant=True)


class Wire(Protocol):
    """A socket as the driver needs it."""

    def write(self, frame: bytes) -> None:
        """Send a text frame; after ``close``: nothing."""

    def reply(self, frame: bytes) -> None:
        """Send a text frame by the end of the loop's turn, behind those that were sent before and before those sent later."""

    @property
    def waiting(self) -> int:
        """How many bytes wait for the peer."""

    @property
    def replied(self) -> int:
        """How many frames ``reply`` was given."""

    def close(self, code: int | None, reason: str) -> None:
        """Send a close frame and let go of the socket soon."""

    def pause(self, on: bool) -> None:
        """Stop or go on reading."""


class AnySession(Protocol[E]):
    """A session, as far as a driver need not know its sub-protocol; ``E`` are its effects."""

    @property
    def deadline(self) -> float | None:
        """When ``tick`` is due."""

    def receive(self, text: bytes, now: float) -> Sequence[E]:
        """A message has arrived."""

    def beat(self) -> Sequence[E]:
        """The heart beats."""

    def tick(self, now: float) -> Sequence[E]:
        """Time has passed."""

    def rejected(self) -> Sequence[E]:
        """The credentials are not good."""

    def close(self, code: int | None = None, reason: str = "") -> E:
        """From now on nothing is taken."""


S = TypeVar("S", bound=AnySession[Any])


class BaseDriver(ABC, Generic[S]):
    """One connection. Calls come from the event loop only. Who inherits makes ``_session`` and ``_outbox``, then calls
    ``_begin``."""

    kind: ClassVar[str]
    __slots__ = (
        "_armed",
        "_deadline",
        "_hub",
        "_loop",
        "_outbox",
        "_paused",
        "_received",
        "_session",
        "_wire",
        "is_open",
    )
    _session: S
    _outbox: Outbox

    def __init__(self, hub: Hub, wire: Wire) -> None:
        self._hub, self._wire, self._loop = hub, wire, asyncio.get_running_loop()
        self._received, self._paused = 0, False
        self._armed: asyncio.TimerHandle | None = None
        self._deadline: float | None = None
        self.is_open = True

    def _begin(self) -> None:
        """Everything is there."""
        self._hub.add(self)
        self._arm()

    def receive(self, text: bytes) -> None:
        """A message has arrived. ``text`` is the driver's to keep."""
        self._received += 1
        self._perform(self._session.receive(text, self._loop.time()))
        if self._waiting > _PAUSE and not self._paused:
            self._paused = True
            self._wire.pause(True)

    def beat(self) -> None:
        """The heart beats."""
        self._perform(self._session.beat())

    def end(self, code: int | None, reason: str = "") -> None:
        """Close from our side."""
        if self.is_open:
            self._perform((self._session.close(code, reason),))

    def choke(self, on: bool) -> None:
        """The peer takes no more for the moment, or does again."""
        (self._outbox.choke if on else self._outbox.relieve)()

    def too_slow(self) -> None:
        """More waits for the peer than may."""
        self._hub.engine.broadcast.slow_closes += self.is_open
        self.end(TOO_SLOW, "Too slow")

    def lost(self) -> None:
        """The socket is gone, or as good as gone."""
        if self.is_open:
            self.is_open = False
            self._session.close()
            self._arm()
            self._leave()
            self._hub.remove(self)

    def traffic(self) -> Traffic:
        """See ``Carrier``."""
        return Traffic(self._received, self._wire.replied, self._wire.waiting)

    # ---- what depends on the sub-protocol -----------------------------------------------------------------------------

    @property
    @abstractmethod
    def _waiting(self) -> int:
        """How many messages wait to be done."""

    @abstractmethod
    def _perform(self, effects: Sequence[Any]) -> None:
        """Do what the session says, then look at its deadline (``_look``)."""

    @abstractmethod
    def _leave(self) -> None:
        """The caller has gone."""

    # ---- what does not ------------------------------------------------------------------------------------------------

    def _close(self, code: int | None, reason: str) -> None:
        self._wire.close(code, reason)
        self.lost()

    def _relax(self) -> None:
        """Fewer messages wait than did."""
        if self._paused and self._waiting < _RESUME and self.is_open:
            self._paused = False
            self._wire.pause(False)

    async def _judge(self, check: Coroutine[Any, Any, Sequence[Any]]) -> None:
        """Do what follows from credentials: what ``check`` says, or from their being no good when it raises."""
        try:
            effects = await check
        except RowcastError:
            effects = self._session.rejected()
        except Exception:
            log.exception("credentials could not be checked")
            effects = self._session.rejected()
        self._perform(effects)

    def _dismiss(self, error: RowcastError) -> None:
        """The engine says that the caller may not ask any more."""
        code = DISCONNECTED if isinstance(error, Disconnected) else DISMISSED
        self.end(code, (InternalError() if error.status >= 500 else error).message[:100])

    # ---- time ---------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        if self._session.deadline != self._deadline:
            self._arm()

    def _arm(self) -> None:
        """Have ``tick`` called at the session's deadline."""
        if self._armed is not None:
            self._armed.cancel()
        self._deadline = self._session.deadline
        self._armed = None if self._deadline is None else self._loop.call_at(self._deadline, self._tick)

    def _tick(self) -> None:
        self._deadline = self._armed = None
        self._perform(self._session.tick(self._loop.time()))
        if self._session.deadline is not None and self._armed is None:
            self._arm()

    def _on_loop_clock(self, expires: int | None) -> float | None:
        """A time in seconds since 1970 as the loop has it."""
        return None if expires is None else self._loop.time() + (expires - self._hub.engine.clock.time())

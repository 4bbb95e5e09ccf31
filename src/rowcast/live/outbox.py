"""What waits to be sent to one connection, in order. Must not know how it is sent: it is handed a function for that.

An event whose text is still being asked for keeps its place; what comes after it waits behind it. While the connection takes no
more, what happens to the rows of an exact set is gathered: only the last of each row will be told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from rowcast.live.gather import Gathered

if TYPE_CHECKING:
    from rowcast.live.audience import Audience
    from rowcast.live.event import Event

MOST_WAITING = 10_000


class Word(NamedTuple):
    """A frame about a subscription as a whole, which begins ``anew`` or goes on."""

    frame: bytes
    anew: bool


class Outbox:
    """The one way to a connection. ``write`` sends a frame at once; ``overflow`` is called when more waits than may. ``waiting`` is
    None while nothing waits and the connection takes what it is given."""

    __slots__ = ("_gathered", "_overflow", "is_choked", "reply", "waiting", "write")

    def __init__(
        self, write: Callable[[bytes], None], overflow: Callable[[], None], reply: Callable[[bytes], None] | None = None
    ) -> None:
        """``reply``: how answers are sent, if not by ``write``: a connection may gather them for a moment."""
        self.write, self._overflow = write, overflow
        self.reply = reply or write
        self.waiting: deque[tuple[Event | Word | bytes, bytes]] | None = None
        self.is_choked = False
        self._gathered: dict[bytes, Gathered] | None = None

    def send(self, frame: bytes) -> None:
        """Send a frame after everything that was put before it."""
        if self.waiting:
            self._wait(frame, b"")
        else:
            self.reply(frame)

    def place(self, frame: bytes, tail: bytes, *, anew: bool) -> None:
        """Like ``send``, of a frame about the subscription with that tail as a whole. What was gathered for it goes before; if it
        begins ``anew``, that is of no interest any more."""
        if self.waiting:
            self._wait(Word(frame, anew=anew), tail)
        else:
            self._say(frame, tail, anew=anew)

    def put(self, event: Event, tail: bytes) -> None:
        """Send an event, ended by ``tail``, after everything that was put before it."""
        if event.ready and not self.waiting:
            self._emit(event, tail)
        else:
            if not event.ready:
                event.awaited_by.append(self)
            self._wait(event, tail)

    def settle(self) -> None:
        """An event that was waited for is ready: send what need not wait any longer."""
        while self.waiting:
            what, tail = self.waiting[0]
            if isinstance(what, bytes):
                self.write(what)
            elif isinstance(what, Word):
                self._say(what.frame, tail, anew=what.anew)
            elif not what.ready:
                return
            else:
                self._emit(what, tail)
            self.waiting.popleft()
        self._rest()

    def choke(self) -> None:
        """The connection takes no more for the moment."""
        self.is_choked = True
        if self.waiting is None:
            self.waiting = deque()

    def relieve(self) -> None:
        """The connection takes what it is given again: send what was gathered, as long as it does."""
        self.is_choked = False
        while self._gathered and not self.is_choked:
            self.spill(next(iter(self._gathered)))
        self._rest()

    def spill(self, tail: bytes) -> None:
        """Send what was gathered for subscriptions with that tail."""
        gathered = self._gathered.pop(tail, None) if self._gathered else None
        if gathered is not None:
            for frame in gathered.frames(tail):
                self.write(frame)

    def forget(self, tail: bytes) -> None:
        """Nobody has that tail any more, or begins anew."""
        if self._gathered:
            self._gathered.pop(tail, None)

    def unready(self, tail: bytes, source: Audience) -> list[Event]:
        """The events of that audience for that tail whose texts are still being asked for."""
        return [what for what, other in self.waiting or () if other == tail and _is_unready(what, source)]

    def recall(self, tail: bytes, source: Audience, instead: Mapping[Event, Event]) -> None:
        """Such events are not to be sent any more; those of ``instead`` take their places."""
        gone = set(self.unready(tail, source))
        if not gone or self.waiting is None:
            return
        kept = [(instead.get(what, what) if what in gone else what, other) for what, other in self.waiting]
        self.waiting = deque((what, other) for what, other in kept if what not in gone)
        for event in instead.values():
            event.awaited_by.append(self)
        self.settle()

    def _say(self, frame: bytes, tail: bytes, *, anew: bool) -> None:
        if anew:
            self.forget(tail)
        else:
            self.spill(tail)
        self.reply(frame)

    def _emit(self, event: Event, tail: bytes) -> None:
        if self.is_choked and event.rows and tail != b"}":
            self._gather(event, tail)
        elif event.head:
            self.spill(tail)
            self.write(event.frame(tail))

    def _gather(self, event: Event, tail: bytes) -> None:
        if self._gathered is None:
            self._gathered = {}
        gathered = self._gathered.get(tail)
        if gathered is None:
            gathered = self._gathered[tail] = Gathered()
        gathered.add(event)
        if len(gathered) > MOST_WAITING:
            self._gathered.clear()
            self._overflow()

    def _rest(self) -> None:
        if not self.waiting:
            self.waiting = deque() if self.is_choked else None

    def _wait(self, what: Event | Word | bytes, tail: bytes) -> None:
        if self.waiting is None:
            self.waiting = deque()
        self.waiting.append((what, tail))
        if len(self.waiting) > MOST_WAITING:
            self.waiting.clear()
            self._overflow()


def _is_unready(what: Event | Word | bytes, source: Audience) -> TypeGuard[Event]:
    return not isinstance(what, Word | bytes) and not what.ready and what.source is source

"""What waits to be sent to one connection, in order. Must not know how it is sent: it is handed a function for that.

An event whose text is still being asked for keeps its place; what comes after it waits behind it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rowcast.live.event import Event

MOST_WAITING = 10_000


class Outbox:
    """The one way to a connection. ``write`` sends a frame at once; ``overflow`` is called when more waits than may. ``waiting`` is
    None while nothing waits."""

    __slots__ = ("_overflow", "reply", "waiting", "write")

    def __init__(
        self, write: Callable[[bytes], None], overflow: Callable[[], None], reply: Callable[[bytes], None] | None = None
    ) -> None:
        """``reply``: how answers are sent, if not by ``write``: a connection may gather them for a moment."""
        self.write, self._overflow = write, overflow
        self.reply = reply or write
        self.waiting: deque[tuple[Event | bytes, bytes]] | None = None

    def send(self, frame: bytes) -> None:
        """Send a frame after everything that was put before it."""
        if self.waiting is None:
            self.reply(frame)
        else:
            self._wait(frame, b"")

    def put(self, event: Event, tail: bytes) -> None:
        """Send an event, ended by ``tail``, after everything that was put before it."""
        if self.waiting is None and event.ready:
            if event.head:
                self.write(event.frame(tail))
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
            elif not what.ready:
                return
            elif what.head:
                self.write(what.frame(tail))
            self.waiting.popleft()
        self.waiting = None

    def _wait(self, what: Event | bytes, tail: bytes) -> None:
        if self.waiting is None:
            self.waiting = deque()
        self.waiting.append((what, tail))
        if len(self.waiting) > MOST_WAITING:
            self.waiting.clear()
            self._overflow()

"""One subscriber's part in a view. Must not know what the view shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcast.feed import Kind, Position
from rowcast.live.event import Event
from rowcast.live.outbox import Outbox

if TYPE_CHECKING:
    from rowcast.live.audience import Audience


class Subscription:
    """``tail`` ends every frame (it holds the uid). ``only``: no events but of that kind. While ``held`` is a list, events are kept
    there instead of being sent. ``audience`` is None while it belongs to no view."""

    __slots__ = ("audience", "heard", "held", "only", "outbox", "tail")

    def __init__(self, outbox: Outbox, tail: bytes, only: Kind | None = None) -> None:
        self.outbox, self.tail, self.only = outbox, tail, only
        self.audience: Audience | None = None
        self.held: list[Event] | None = None
        self.heard = 0
        """Events it was told by former audiences, less those that the present one had told before it came."""

    @property
    def events(self) -> int:
        """How many events it was told. Counted by its audiences, once for all."""
        return self.heard + (0 if self.audience is None else self.audience.count(self.only))

    def hold(self) -> None:
        """Keep events back from now on."""
        self.held = []

    def release(self, position: Position) -> None:
        """Send those of the held events that are newer than ``position``, and from now on all."""
        held, self.held = self.held or [], None
        for event in held:
            if event.position > position:
                self.outbox.put(event, self.tail)

    def take(self, event: Event) -> None:
        """An event has happened in the view."""
        if self.held is None:
            self.outbox.put(event, self.tail)
        else:
            self.held.append(event)

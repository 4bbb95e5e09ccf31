"""What is told of a change, written once for all who see the same. Must not know to whom it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcast.feed import Kind, Position

if TYPE_CHECKING:
    from rowcast.live.outbox import Outbox


class Event:
    """One frame up to its tail. ``head`` is empty when it turns out that there is nothing to tell; until it is ``ready``, the
    outboxes in ``awaited_by`` keep its place. ``frames``: the whole frames by tail. ``told``: to how many it was handed."""

    __slots__ = ("awaited_by", "frames", "head", "kind", "position", "ready", "told")

    def __init__(self, kind: Kind, position: Position, head: bytes | None = None) -> None:
        self.kind, self.position = kind, position
        self.ready, self.head = head is not None, head or b""
        self.awaited_by: list[Outbox] = []
        self.frames: dict[bytes, bytes] = {}
        self.told = 0

    def frame(self, tail: bytes) -> bytes:
        """The whole frame for subscribers with that tail; each distinct one is written once."""
        found = self.frames.get(tail)
        if found is None:
            found = self.frames[tail] = self.head + tail
        return found

    def resolve(self, head: bytes) -> None:
        """The text that was waited for (empty: nothing to tell)."""
        self.head, self.ready = head, True
        waiting, self.awaited_by = self.awaited_by, []
        for outbox in waiting:
            outbox.settle()

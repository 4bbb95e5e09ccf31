"""What is told of a change, written once for all who see the same. Must not know to whom it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.feed import Commit, Kind, Position
from rowcast.live.token import Token
from rowcast.protocol import frames

if TYPE_CHECKING:
    from rowcast.live.ask import Part
    from rowcast.live.audience import Audience
    from rowcast.live.outbox import Outbox

Row = tuple[bytes, bytes | None]
"""The key of a row and the row, both as JSON; None: it is gone."""


class Event:
    """One frame up to its tail. ``head`` is empty when it turns out that there is nothing to tell; until it is ``ready``, the
    outboxes in ``awaited_by`` keep its place. ``frames``: the whole frames by tail.

    ``part`` and ``commit``: what is being asked for. ``rows``: what an exact view says of each row, ``single``: of its only one.
    ``source``, ``previous`` and ``number`` make its place in the stream: it is the how-manyeth event of that audience after the
    commit before.
    """

    __slots__ = (
        "awaited_by",
        "commit",
        "frames",
        "head",
        "kind",
        "number",
        "part",
        "position",
        "previous",
        "ready",
        "rows",
        "single",
        "source",
        "told",
    )

    def __init__(self, kind: Kind, position: Position, head: bytes | None = None, rows: Sequence[Row] = ()) -> None:
        self.kind, self.position, self.rows = kind, position, rows
        self.ready, self.head = head is not None, head or b""
        self.awaited_by: list[Outbox] = []
        self.frames: dict[bytes, bytes] = {}
        self.source: Audience | None = None
        self.previous, self.number = position, 0
        self.single = False
        self.part: Part | None = None
        self.commit: Commit | None = None
        self.told = 0
        """To how many it was handed."""

    @property
    def token(self) -> Token:
        """The place right behind this event."""
        return Token(self.previous, self.number, "" if self.source is None else self.source.name)

    def frame(self, tail: bytes) -> bytes:
        """The whole frame for subscribers with that tail; each distinct one is written once."""
        found = self.frames.get(tail)
        if found is None:
            end = frames.placed(tail, self.token) if frames.has_place(tail) else tail
            found = self.frames[tail] = self.head + end
        return found

    def resolve(self, head: bytes) -> None:
        """The text that was waited for (empty: nothing to tell)."""
        self.head, self.ready = head, True
        self.part = self.commit = None
        waiting, self.awaited_by = self.awaited_by, []
        for outbox in waiting:
            outbox.settle()

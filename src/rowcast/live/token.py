"""Where a subscriber stands in the stream of its view, as one opaque text. Must not know what the stream holds.

A place is a position of the log, the number of events of this view that were told after it, and the name of the view: whoever
comes back with it and sees another view by now cannot go on from there.
"""

from __future__ import annotations

from typing import NamedTuple

from rowcast.feed import Position


class Token(NamedTuple):
    """``told`` events after ``position``. ``view`` is empty where nobody can go on: between the frames of one change."""

    position: Position
    told: int = 0
    view: str = ""

    def __str__(self) -> str:
        told = f"+{self.told}" if self.told else ""
        return f"{self.position}{told}~{self.view}"

    @classmethod
    def parse(cls, text: str) -> Token | None:
        """The place that a text stands for; None if it is none."""
        place, _, view = text.rpartition("~")
        where, mark, told = place.partition("+")
        position = Position.parse(where)
        if position is None or not view or (mark and not (told.isascii() and told.isdigit() and len(told) < 10)):
            return None
        return cls(position, int(told or 0), view)

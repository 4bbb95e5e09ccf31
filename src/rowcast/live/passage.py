"""Those who see another view from a commit on, in the default mode, while that commit is told to them. Must not know why.

What it deletes is told as the former view held it: whoever may see more now must not learn the keys of rows that are gone, and
whoever may see less held them. All else is told by the new view, and of each row only what the whole commit made of it: what was
in between nobody could read.
"""

from __future__ import annotations

from rowcast.feed import Image, Kind, Position
from rowcast.live.audience import Audience
from rowcast.live.event import Event
from rowcast.live.view import View


class Passage(Audience):
    """``former``: what they saw; None: nothing. ``events``: what was told."""

    __slots__ = ("_former", "_held", "events")

    def __init__(self, view: View, primary: str, former: View | None) -> None:
        super().__init__(view, primary)
        self._former = None if former is None else counting(former, view)
        self._held = None if former is None else former.matches
        self.events: list[Event] = []

    @property
    def deletes_by(self) -> View:
        """See ``Audience``."""
        return self._former or self.view

    @property
    def decides_deletes(self) -> bool:
        """See ``Audience``."""
        return self._held is not None

    def had(self, image: Image | None) -> bool:
        """See ``Audience``."""
        if self._former is None or self._held is None:
            return self._former is not None
        return image is not None and self._held(image.values, self._former.constants) is True

    def event(self, kind: Kind, at: Position, previous: Position) -> Event:
        """See ``Audience``."""
        event = super().event(kind, at, previous)
        self.events.append(event)
        return event


def counting(view: View, other: View) -> View:
    """The view with the counts of another one."""
    return view if view.counts == other.counts else View(view.select, view.single, other.counts, view.is_exact)

"""What a client holds that only listens: its rows, its place in the log, and where it could have been cut off. Must not know what
it ought to hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """A moment to come back to: what was held, and the position that was told with it; how many events of the step were heard."""

    rows: Rows
    answer: Any
    position: str
    heard: int


@dataclass(eq=False, slots=True)
class Mirror:
    """The rows by key, or the ``answer`` of a question about numbers. ``places``: those of the newest step."""

    is_grouped: bool = False
    rows: Rows = field(default_factory=dict)
    answer: Any = None
    places: list[Place] = field(default_factory=list)

    def listen(self, frames: list[dict[str, Any]], *, exact: bool) -> Iterator[str]:
        """Take in the frames of one step; what does not fit to what is held."""
        self.places = [replace(place, heard=0) for place in self.places[-1:]]
        for heard, frame in enumerate(frames, 1):
            if exact:
                yield from self._take(frame["event"], frame.get("data"))
            if "position" in frame:
                self.places.append(Place(dict(self.rows), self.answer, frame["position"], heard))

    def _take(self, event: str, data: Any) -> Iterator[str]:
        if event == "resumed":
            return
        if self.is_grouped:
            self.answer = data
            return
        rows = [] if data is None else data if isinstance(data, list) else [data]
        if event == "init":
            self.rows = {str(row["id"]): row for row in rows}
            return
        for row in rows:
            key = str(row) if event == "delete" else str(row["id"])
            if (key in self.rows) is (event == "create"):
                yield f"{event} of {key} does not fit to {sorted(self.rows)}"
            if event == "delete":
                self.rows.pop(key, None)
            else:
                self.rows[key] = row

"""What an exact view showed last, and what has changed since: for views of which a change alone does not tell. Must not know
where the rows come from.

Of each row no more than a hash of its text is kept.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rowcast.feed import Position
from rowcast.feed.commit import Key

Rows = Sequence[tuple[bytes, bytes]]
"""(key, row) as JSON, in the order of the view."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a set of rows. Deleted ones are told first, so that no window ever holds too many."""

    deleted: Sequence[bytes]
    created: Rows
    updated: Rows

    def __bool__(self) -> bool:
        return bool(self.deleted or self.created or self.updated)


def difference(old: Mapping[bytes, int | None], rows: Rows, *, ordered: bool) -> Difference:
    """From the rows whose texts had these hashes (None: not known) to ``rows``. ``ordered``: rows that changed places among
    those that stay are updated too, as few as possible."""
    new = dict(rows)
    moved: Collection[bytes] = _moved(old, new) if ordered else ()
    return Difference(
        [key for key in old if key not in new],
        [(key, row) for key, row in rows if key not in old],
        [(key, row) for key, row in rows if key in old and (old[key] != hash(row) or key in moved)],
    )


class Held:
    """``rows``: hashes by key, in order. ``answer``: the numbers, of a view without rows. ``stale``: keys to look at again,
    None for all. ``looked``: all rows were looked at as they were then. ``is_read``: somebody is looking."""

    __slots__ = ("answer", "is_loaded", "is_read", "looked", "rows", "stale")

    def __init__(self) -> None:
        self.rows: dict[bytes, int | None] = {}
        self.answer: bytes | None = None
        self.is_loaded = self.is_read = False
        self.stale: dict[Key, bytes] | None = {}
        self.looked: Position | None = None

    def touch(self, keys: Mapping[Key, bytes] | None, at: Position) -> None:
        """The rows with these keys (as in the log, and as JSON) must be looked at again; None: all."""
        if self.looked is not None and at <= self.looked:
            return
        if keys is None:
            self.stale = None
        elif self.stale is not None:
            self.stale.update(keys)

    def take(self) -> Mapping[Key, bytes] | None:
        """What is to be looked at (None: all), which is not stale any more."""
        stale, self.stale = self.stale, {}
        return stale if self.is_loaded else None

    @property
    def is_stale(self) -> bool:
        """Whether something must be looked at."""
        return self.stale is None or bool(self.stale)

    @property
    def is_settled(self) -> bool:
        """Whether everything that was told of is in."""
        return self.is_loaded and not self.is_stale and not self.is_read

    def replace(self, rows: Rows, *, ordered: bool) -> Difference:
        """These are all rows now."""
        found = difference(self.rows, rows, ordered=ordered)
        self.rows = {key: hash(row) for key, row in rows}
        return found

    def patch(self, keys: Iterable[bytes], rows: Rows) -> Difference:
        """Of the rows with these keys, these are held now; the others are as they were."""
        known = self.rows
        found = difference({key: known[key] for key in keys if key in known}, rows, ordered=False)
        for key in found.deleted:
            del known[key]
        known.update((key, hash(row)) for key, row in rows)
        return found


def _moved(old: Mapping[bytes, int | None], new: Mapping[bytes, bytes]) -> frozenset[bytes]:
    """The fewest keys of those in both that must move to make the old order the new one: all but a longest rising sequence."""
    places = {key: place for place, key in enumerate(old)}
    common = [key for key in new if key in places]
    if all(places[a] < places[b] for a, b in pairwise(common)):
        return frozenset()
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for index, key in enumerate(common):
        at = bisect_left(ends, places[key])
        before.append(last[at - 1] if at else None)
        ends[at : at + 1], last[at : at + 1] = [places[key]], [index]
    stays = set()
    index_or_none: int | None = last[-1]
    while index_or_none is not None:
        stays.add(common[index_or_none])
        index_or_none = before[index_or_none]
    return frozenset(common) - stays

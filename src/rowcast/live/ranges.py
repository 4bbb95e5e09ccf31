"""Audiences by a range in which a column of their rows must lie. Finds those whose range holds a value without looking at the
others. Must not know rows.

Ranges are kept in runs, sorted by their lower bounds: a long one, a shorter one for those that came since it was made, and a few
that are in none yet. A run is made anew when the shorter one has become too long for it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from rowcast.live.audience import Audience
from rowcast.query.split import Range

Bounds = tuple[Any, Any]
_FEW, _SOME = 64, 2048
_STEP, _BLOCK, _WIDE = 16, 64, 4096
_EXACT = 2**53


class Run:
    """Some ranges, sorted. ``_heads``: each 16th lower bound; ``_tops``: the greatest upper bound up to each; ``_blocks`` and
    ``_wide``: the greatest one of each 64 and 4096."""

    __slots__ = ("_blocks", "_bounds", "_heads", "_highs", "_lows", "_owners", "_tops", "_wide")

    def __init__(self, pairs: Iterable[tuple[Audience, Bounds]] = ()) -> None:
        ordered = sorted(pairs, key=lambda pair: pair[1][0])
        self._owners = [owner for owner, _ in ordered]
        self._bounds = [bounds for _, bounds in ordered]
        highs = [high for _, high in self._bounds]
        self._lows, self._highs = _packed([low for low, _ in self._bounds]), _packed(highs)
        self._heads = self._lows[::_STEP]
        self._tops = _packed(list(accumulate(highs, max)))
        self._blocks = [max(highs[start : start + _BLOCK]) for start in range(0, len(highs), _BLOCK)]
        self._wide = [max(highs[start : start + _WIDE]) for start in range(0, len(highs), _WIDE)]

    def __len__(self) -> int:
        return len(self._owners)

    def pairs(self) -> Iterator[tuple[Audience, Bounds]]:
        """All of them."""
        return zip(self._owners, self._bounds, strict=True)

    def at(self, value: Any) -> Iterator[tuple[Audience, Bounds]]:
        """Those that hold the value: from the last that begins before it downwards, until all that are left end before it."""
        tops, blocks, wide, highs = self._tops, self._blocks, self._wide, self._highs
        start = max(bisect_right(self._heads, value) - 1, 0) * _STEP
        place = bisect_right(self._lows, value, start, min(start + _STEP, len(self._owners))) - 1
        while place >= 0 and tops[place] >= value:
            if place % _WIDE == _WIDE - 1 and wide[place // _WIDE] < value:
                place -= _WIDE
            elif place % _BLOCK == _BLOCK - 1 and blocks[place // _BLOCK] < value:
                place -= _BLOCK
            else:
                if highs[place] >= value:
                    yield self._owners[place], self._bounds[place]
                place -= 1


class Ranges:
    """Ranges whose bounds are all numbers, or all texts (``is_text``). Both bounds are taken to be inside."""

    __slots__ = ("_bounds", "_fresh", "_gone", "_long", "_short", "is_text")

    def __init__(self, *, is_text: bool) -> None:
        self.is_text = is_text
        self._bounds: dict[Audience, Bounds] = {}
        self._fresh: dict[Audience, Bounds] = {}
        self._gone: dict[int, Bounds] = {}
        self._short, self._long = Run(), Run()

    def add(self, audience: Audience, wanted: Range) -> None:
        """One more."""
        least, greatest = ("", "\U0010ffff" * 8) if self.is_text else (float("-inf"), float("inf"))
        low, high = (least if wanted.low is None else wanted.low), (greatest if wanted.high is None else wanted.high)
        self._bounds[audience] = self._fresh[audience] = (low, high)

    def remove(self, audience: Audience) -> None:
        """One less."""
        bounds = self._bounds.pop(audience)
        if self._fresh.pop(audience, None) is None:
            self._gone[id(bounds)] = bounds

    def __len__(self) -> int:
        return len(self._bounds)

    def at(self, value: Any) -> Iterator[Audience]:
        """Those whose range holds the value. Of a value of the other kind nothing is known: all."""
        if isinstance(value, str) is not self.is_text:
            yield from self._bounds
            return
        gone = self._gone
        if len(self._fresh) > _FEW or len(gone) > _SOME + len(self._bounds):
            self._sort()
        for audience, (low, high) in self._fresh.items():
            if low <= value <= high:
                yield audience
        for run in (self._short, self._long):
            for audience, bounds in run.at(value):
                if not gone or id(bounds) not in gone:
                    yield audience

    def _sort(self) -> None:
        """Put what is in no run yet into one."""
        gone = self._gone
        short = [*(pair for pair in self._short.pairs() if id(pair[1]) not in gone), *self._fresh.items()]
        self._fresh = {}
        if len(short) > _SOME + len(self._bounds) // 8 or len(gone) > _SOME + len(self._bounds):
            self._short, self._long, self._gone = Run(), Run(self._bounds.items()), {}
        else:
            self._short = Run(short)


def _packed(values: list[Any]) -> Sequence[Any]:
    """The same values, side by side in memory if they are numbers that can be: looking for one touches far fewer places."""
    if all(isinstance(value, float) or (isinstance(value, int) and abs(value) <= _EXACT) for value in values):
        return array("d", values)
    return values

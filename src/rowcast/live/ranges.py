"""Audiences by a range in which a column of their rows must lie. Finds those whose range holds a value without looking at the
others. Must not know rows.

Ranges are sorted by their lower bound; a tree over them knows the greatest upper bound below each node. It is made anew when too
many ranges were added or removed since.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from rowcast.live.audience import Audience
from rowcast.query.split import Range

Bounds = tuple[Any, Any]
_FEW = 64


class Ranges:
    """Ranges whose bounds are all numbers, or all texts (``is_text``). Both bounds are taken to be inside."""

    __slots__ = ("_bounds", "_fresh", "_lows", "_size", "_sorted", "_tops", "is_text")

    def __init__(self, *, is_text: bool) -> None:
        self.is_text = is_text
        self._bounds: dict[Audience, Bounds] = {}
        self._fresh: dict[Audience, Bounds] = {}
        self._sorted: list[Audience] = []
        self._lows: list[Any] = []
        self._tops: list[Any] = []
        self._size = 0

    def add(self, audience: Audience, wanted: Range) -> None:
        """One more."""
        least, greatest = ("", "\U0010ffff" * 8) if self.is_text else (float("-inf"), float("inf"))
        low, high = (least if wanted.low is None else wanted.low), (greatest if wanted.high is None else wanted.high)
        self._bounds[audience] = self._fresh[audience] = (low, high)

    def remove(self, audience: Audience) -> None:
        """One less."""
        self._bounds.pop(audience, None)
        self._fresh.pop(audience, None)

    def __len__(self) -> int:
        return len(self._bounds)

    def at(self, value: Any) -> Iterator[Audience]:
        """Those whose range holds the value. Of a value of the other kind nothing is known: all."""
        if isinstance(value, str) is not self.is_text:
            yield from self._bounds
            return
        if len(self._fresh) > _FEW + len(self._bounds) // 64 or len(self._sorted) > _FEW + 2 * len(self._bounds):
            self._build()
        for audience, (low, high) in self._fresh.items():
            if low <= value <= high:
                yield audience
        yield from self._found(value)

    def _found(self, value: Any) -> Iterator[Audience]:
        """From the root down to the leaves that begin before the value, leaving out whatever ends before it."""
        until, tops, ordered = bisect_right(self._lows, value), self._tops, self._sorted
        stack = [(1, 0, self._size)] if until else []
        while stack:
            node, start, width = stack.pop()
            if start >= until or tops[node] is None or tops[node] < value:
                continue
            if width == 1:
                if ordered[start] in self._bounds and ordered[start] not in self._fresh:
                    yield ordered[start]
            else:
                half = width // 2
                stack.append((2 * node + 1, start + half, half))
                stack.append((2 * node, start, half))

    def _build(self) -> None:
        self._fresh = {}
        pairs = sorted(self._bounds.items(), key=lambda pair: pair[1][0])
        self._sorted = [audience for audience, _ in pairs]
        self._lows = [low for _, (low, _) in pairs]
        self._size = 1 << max(len(pairs) - 1, 0).bit_length()
        self._tops = [None] * self._size + [high for _, (_, high) in pairs] + [None] * (self._size - len(pairs))
        for node in range(self._size - 1, 0, -1):
            left, right = self._tops[2 * node], self._tops[2 * node + 1]
            self._tops[node] = left if right is None or (left is not None and left > right) else right

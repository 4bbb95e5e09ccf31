"""Values in order, of which many come and go one at a time. Pure; must not know what they are.

One list would be moved by half for each; here it is a short one of many, found by the last value of each.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

V = TypeVar("V", bound=tuple[Any, ...])
PIECE = 512
"""As many are in a piece at the beginning; one of twice as many is halved."""


class Ordered(Generic[V]):
    """No value is there twice."""

    __slots__ = ("_lasts", "_pieces")

    def __init__(self, values: Iterable[V] = ()) -> None:
        every = sorted(values)
        self._pieces = [every[at : at + PIECE] for at in range(0, len(every), PIECE)]
        self._lasts = [piece[-1] for piece in self._pieces]

    def __iter__(self) -> Iterator[V]:
        for piece in self._pieces:
            yield from piece

    def add(self, value: V) -> None:
        """One more."""
        if not self._pieces:
            self._pieces, self._lasts = [[value]], [value]
            return
        at = min(bisect_left(self._lasts, value), len(self._lasts) - 1)
        piece = self._pieces[at]
        insort(piece, value)
        if len(piece) > 2 * PIECE:
            self._pieces[at : at + 1] = piece[:PIECE], piece[PIECE:]
            self._lasts.insert(at, piece[PIECE - 1])
            at += 1
        self._lasts[at] = self._pieces[at][-1]

    def remove(self, value: V) -> None:
        """One less, which is there."""
        at = bisect_left(self._lasts, value)
        piece = self._pieces[at]
        del piece[bisect_left(piece, value)]
        if piece:
            self._lasts[at] = piece[-1]
        else:
            del self._pieces[at], self._lasts[at]

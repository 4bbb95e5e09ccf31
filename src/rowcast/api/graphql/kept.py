"""What is kept because it is dear to make, bounded by weight: what was not used for longest goes first. Knows no use of it."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """Values that together weigh at most ``most``."""

    __slots__ = ("_most", "_values", "_weight")

    def __init__(self, most: int) -> None:
        self._most, self._weight = most, 0
        self._values: OrderedDict[Any, tuple[V, int]] = OrderedDict()

    def get(self, key: Any) -> V | None:
        """The value, or None."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Any, value: V, weight: int = 1) -> V:
        """Keep a value in place of the one of that key; one that is too heavy is not kept."""
        self._weight -= self._values.pop(key, (value, 0))[1]
        if weight <= self._most:
            self._values[key] = (value, weight)
            self._weight += weight
        while self._weight > self._most:
            self._weight -= self._values.popitem(last=False)[1][1]
        return value

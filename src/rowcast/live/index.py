"""Which audiences of one collection may care for a row. Must not decide whether they do.

Old and new row are both looked up, so that a row that moves from one key to another is seen by both sides.
"""

from __future__ import annotations

from typing import Any

from rowcast.feed import Change
from rowcast.live.audience import Audience

Group = dict[Audience, None]


class Index:
    """Audiences by an equality that their rows must satisfy, and the residue that has none. ``related``: audiences of other
    collections whose answers depend on rows of this one."""

    __slots__ = ("_keyed", "_residue", "related")

    def __init__(self) -> None:
        self.related: Group = {}
        self._keyed: dict[str, dict[Any, Group]] = {}
        self._residue: Group = {}

    def add(self, audience: Audience) -> None:
        """Have the audience found."""
        for group in self._groups(audience):
            group[audience] = None

    def remove(self, audience: Audience) -> None:
        """Have it found no longer."""
        for group in self._groups(audience):
            group.pop(audience, None)
        if audience.key is not None:
            self._prune(*audience.key)

    def __bool__(self) -> bool:
        return bool(self._residue) or bool(self._keyed) or bool(self.related)

    def touched(self, change: Change) -> Group:
        """The audiences that a change may concern."""
        if not self._keyed:
            return self._residue
        found = dict(self._residue)
        for image in (change.before, change.after):
            if image is not None:
                for name, by_value in self._keyed.items():
                    value = image.values.get(name)
                    if value is not None and not isinstance(value, dict | list):
                        found.update(by_value.get(value, {}))
        return found

    def _groups(self, audience: Audience) -> list[Group]:
        if audience.key is None:
            return [self._residue]
        name, values = audience.key
        by_value = self._keyed.setdefault(name, {})
        return [by_value.setdefault(value, {}) for value in values]

    def _prune(self, name: str, values: tuple[Any, ...]) -> None:
        by_value = self._keyed[name]
        for value in values:
            if not by_value[value]:
                del by_value[value]
        if not by_value:
            del self._keyed[name]

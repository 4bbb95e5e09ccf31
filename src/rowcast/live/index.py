"""Which audiences of one collection may care for a row. Must not decide whether they do.

Old and new row are both looked up, so that a row that moves from one key to another is seen by both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rowcast.feed import Change
from rowcast.live.audience import Audience
from rowcast.live.ranges import Ranges
from rowcast.query.split import Equality, Nullness, Range

Group = dict[Audience, None]
_Found = Audience | Group
"""One audience stands for itself: most values have no more."""


class Index:
    """Audiences by what must hold of a column of their rows (a value, a range, no value), and the residue of which nothing is
    known. ``related``: audiences of other collections whose answers depend on rows of this one."""

    __slots__ = ("_keyed", "_nulls", "_ranges", "_residue", "related")

    def __init__(self) -> None:
        self.related: Group = {}
        self._keyed: dict[str, dict[Any, _Found]] = {}
        self._ranges: dict[str, list[Ranges]] = {}
        self._nulls: dict[str, Group] = {}
        self._residue: Group = {}

    def add(self, audience: Audience) -> None:
        """Have the audience found."""
        match audience.anchor:
            case Equality(name, values):
                by_value = self._keyed.setdefault(name, {})
                for value in values:
                    known = by_value.get(value)
                    if known is None:
                        by_value[value] = audience
                    elif isinstance(known, dict):
                        known[audience] = None
                    else:
                        by_value[value] = {known: None, audience: None}
            case Range(name) as wanted:
                self._ranges_of(wanted).add(audience, wanted)
            case Nullness(name):
                self._nulls.setdefault(name, {})[audience] = None
            case None:
                self._residue[audience] = None

    def remove(self, audience: Audience) -> None:
        """Have it found no longer."""
        match audience.anchor:
            case Equality(name, values):
                self._remove_keyed(audience, name, values)
            case Range(name) as wanted:
                self._ranges_of(wanted).remove(audience)
                if not any(self._ranges[name]):
                    del self._ranges[name]
            case Nullness(name):
                del self._nulls[name][audience]
                if not self._nulls[name]:
                    del self._nulls[name]
            case None:
                del self._residue[audience]

    def __bool__(self) -> bool:
        return bool(self._residue or self._keyed or self._ranges or self._nulls or self.related)

    def touched(self, change: Change) -> Group:
        """The audiences that a change may concern."""
        if not (self._keyed or self._ranges or self._nulls):
            return self._residue
        found = dict(self._residue)
        for image in (change.before, change.after):
            if image is not None:
                self._find(image.values, found)
        return found

    def _find(self, values: Mapping[str, Any], found: Group) -> None:
        """Add those by whose value, range or lack of a value the row is found."""
        for name, by_value in self._keyed.items():
            value = values.get(name)
            if value is not None and not isinstance(value, dict | list):
                known = by_value.get(value)
                if isinstance(known, dict):
                    found.update(known)
                elif known is not None:
                    found[known] = None
        for name, ranges in self._ranges.items():
            value = values.get(name)
            if value is not None:
                for kind in ranges:
                    found.update(dict.fromkeys(kind.at(value)))
        for name, group in self._nulls.items():
            if values.get(name) is None:
                found.update(group)

    def _ranges_of(self, wanted: Range) -> Ranges:
        """Ranges of the column with bounds of the same kind."""
        bound = wanted.high if wanted.low is None else wanted.low
        ranges = self._ranges.setdefault(wanted.name, [Ranges(is_text=False), Ranges(is_text=True)])
        return ranges[isinstance(bound, str)]

    def _remove_keyed(self, audience: Audience, name: str, values: tuple[Any, ...]) -> None:
        by_value = self._keyed[name]
        for value in values:
            group = by_value[value]
            if isinstance(group, dict):
                group.pop(audience, None)
            if group is audience or not group:
                del by_value[value]
        if not by_value:
            del self._keyed[name]

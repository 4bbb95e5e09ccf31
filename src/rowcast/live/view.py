"""What a subscriber looks at, as a value. Must not know who looks or where rows live."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from rowcast.query.tree import Select

Count = tuple[str, Hashable]


@dataclass(frozen=True, slots=True)
class View:
    """A narrowed question with the values of its variables put in: whoever has an equal view may see the same and asked the same.

    ``select`` has the limit that was asked for, None if none was. ``single``: the view is one item, and its rows are told as an
    object instead of a list. ``counts``: the numbers that each event carries, as (name, question for the engine).
    """

    select: Select
    single: bool = False
    counts: tuple[Count, ...] = ()

    @property
    def collection(self) -> str:
        """The collection that it is about."""
        return self.select.collection

    def needs_whole(self, rows: int) -> bool:
        """Whether ``rows`` changed rows cannot be told one by one: their order, number or sum is asked for."""
        select = self.select
        if select.aggregates or select.groups or select.offset or select.limit == 0:
            return True
        return rows > 1 and bool(select.order or select.limit is not None)

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
    ``is_exact``: what enters and leaves is told, so that its subscribers hold what a fresh question would give.
    """

    select: Select
    single: bool = False
    counts: tuple[Count, ...] = ()
    is_exact: bool = False

    @property
    def collection(self) -> str:
        """The collection that it is about."""
        return self.select.collection

    @property
    def has_window(self) -> bool:
        """Whether a row's place among the others counts, or there are no rows: its own values do not tell whether it is shown."""
        select = self.select
        by_others = any(order.path or order.ref.function or order.ref.mask for order in select.order)
        return bool(self.is_grouped or select.offset or select.limit is not None or by_others)

    @property
    def is_grouped(self) -> bool:
        """Whether numbers about rows are asked for instead of rows."""
        return bool(self.select.aggregates or self.select.groups)

    def needs_whole(self, rows: int) -> bool:
        """Whether ``rows`` changed rows cannot be told one by one: their order, number or sum is asked for."""
        select = self.select
        if select.aggregates or select.groups or select.offset or select.limit == 0:
            return True
        return rows > 1 and bool(select.order or select.limit is not None)

"""What a subscriber looks at, as a value. Must not know who looks or where rows live.

Most views differ from others in nothing but constants: they share a form, and everything that can be worked out of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any

from rowcast.live.encode import Encoder, encoder
from rowcast.query.form import lift, put_back
from rowcast.query.match import Predicate, predicate, shares_form
from rowcast.query.reach import Reach, columns_of, reaches
from rowcast.query.settle import is_settled
from rowcast.query.tree import Always, Condition, Order, Select

Count = tuple[str, Hashable]
_MOST = 4096


class Constants(tuple[Any, ...]):
    """The constants of a view, as its predicate asks for them; variables that were left in a view stand for nothing."""

    __slots__ = ()

    def __call__(self, which: str | int) -> Any:
        return self[which] if isinstance(which, int) else None


class Form:
    """A narrowed question without its constants."""

    def __init__(self, select: Select) -> None:
        self.select = select
        self._hash = hash(select)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Form) and self._hash == other._hash and self.select == other.select

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def is_everything(self) -> bool:
        """Whether all rows are in the view."""
        return self.select.where == Always(True)

    @cached_property
    def is_settled(self) -> bool:
        """Whether time has no say in which rows are."""
        return is_settled(self.select.where)

    @cached_property
    def moves_with_time(self) -> bool:
        """Whether time alone may change what is held or shown."""
        return not is_settled(self.select)

    @cached_property
    def predicate(self) -> Predicate | None:
        """Decides a row by its image; None if that takes the database."""
        return predicate(self.select.where) if self.is_settled else None

    @cached_property
    def encode(self) -> Encoder | None:
        """Writes a row from its image; None if that takes the database."""
        select = self.select
        if select.aggregates or select.groups or not is_settled(select.nodes):
            return None
        return encoder(select.nodes)

    @cached_property
    def ways(self) -> tuple[Reach, ...]:
        """All ways to rows that decide too."""
        return reaches(self.select)

    @cached_property
    def related(self) -> Mapping[str, frozenset[str]]:
        """The collections where such rows live, with their columns that count."""
        return columns_of(self.ways)


class View:
    """A narrowed question with the values of its variables put in: whoever has an equal view may see the same and asked the same.

    ``single``: the view is one item, and its rows are told as an object instead of a list. ``counts``: the numbers that each event
    carries, as (name, question for the engine). ``is_exact``: what enters and leaves is told, so that its subscribers hold what a
    fresh question would give. ``more``: members of a JSON array that stand in no table and are shown behind the rows.
    """

    __slots__ = ("constants", "counts", "form", "is_exact", "more", "single")

    def __init__(
        self,
        select: Select,
        single: bool = False,
        counts: tuple[Count, ...] = (),
        is_exact: bool = False,
        more: bytes = b"",
    ) -> None:
        form, constants = lift(select, with_search=False)
        self.form, self.constants = _shared(form), Constants(constants)
        self.single, self.counts, self.is_exact, self.more = single, counts, is_exact, more

    def _parts(self) -> tuple[Any, ...]:
        return self.form, self.constants, self.single, self.counts, self.is_exact, self.more

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, View) and self._parts() == other._parts())

    def __hash__(self) -> int:
        return hash((self.form, self.constants, self.single, self.is_exact))

    @property
    def select(self) -> Select:
        """The question with its constants; its limit is the one that was asked for, None if none was."""
        return put_back(self.form.select, self.constants)

    @property
    def where(self) -> Condition:
        """Which rows it holds."""
        return self.select.where

    @property
    def collection(self) -> str:
        """The collection that it is about."""
        return self.form.select.collection

    @property
    def shows(self) -> tuple[str, ...]:
        """The collections whose rows it depends on."""
        return (self.collection, *self.form.related)

    @property
    def order(self) -> tuple[Order, ...]:
        """The order of its rows."""
        return self.form.select.order

    @property
    def matches(self) -> Predicate | None:
        """Decides a row by its image, given ``constants``; None if that takes the database."""
        return self.form.predicate if shares_form(self.constants) else predicate(self.where)

    @property
    def has_window(self) -> bool:
        """Whether a row's place among the others counts, or there are no rows: its own values do not tell whether it is shown."""
        form = self.form.select
        by_others = any(order.path or order.ref.function or order.ref.mask for order in form.order)
        return bool(self.is_grouped or form.offset != 0 or form.limit is not None or by_others)

    @property
    def is_grouped(self) -> bool:
        """Whether numbers about rows are asked for instead of rows."""
        return bool(self.form.select.aggregates or self.form.select.groups)

    def needs_whole(self, rows: int) -> bool:
        """Whether ``rows`` changed rows cannot be told one by one: their order, number or sum is asked for."""
        form = self.form.select
        if form.aggregates or form.groups or form.offset != 0:
            return True
        if form.limit is not None and self.select.limit == 0:
            return True
        return rows > 1 and bool(form.order or form.limit is not None)


_forms: dict[Select, Form] = {}


def _shared(select: Select) -> Form:
    """The form that equal questions share."""
    found = _forms.get(select)
    if found is None:
        if len(_forms) >= _MOST:
            _forms.clear()
        found = _forms[select] = Form(select)
    return found

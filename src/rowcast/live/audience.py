"""All subscribers of one view: the row is matched once for them and written once. Must not know other views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from rowcast.feed import Change, Image, Kind, Position
from rowcast.live.encode import Encoder, encoder
from rowcast.live.event import Event
from rowcast.live.held import Held
from rowcast.live.subscription import Subscription
from rowcast.live.view import View
from rowcast.query.match import lifted
from rowcast.query.name import name_of
from rowcast.query.reach import Reach, columns_of, reaches
from rowcast.query.settle import is_settled
from rowcast.query.split import Anchor, anchor
from rowcast.query.tree import Always

_NOWHERE: Mapping[str, frozenset[str]] = {}


class Constants(tuple[Any, ...]):
    """The constants of a view, as its predicate asks for them; variables that were left in a view stand for nothing."""

    __slots__ = ()

    def __call__(self, which: str | int) -> Any:
        return self[which] if isinstance(which, int) else None


class Audience:
    """``encode`` writes a row from its image; None if that takes the database. ``anchor`` is what the index finds the audience by.
    ``related``: the collections whose rows decide too, with the columns that count, reached by ``ways``. ``held``: what an exact
    view showed last, where a change alone does not tell what becomes of it; ``is_keyed``: no row of the collection decides about
    another one."""

    __slots__ = (
        "_all",
        "_constants",
        "_matches",
        "_name",
        "_some",
        "anchor",
        "at",
        "encode",
        "everything",
        "held",
        "is_keyed",
        "matched",
        "number",
        "primary",
        "related",
        "told",
        "view",
        "ways",
    )

    def __init__(self, view: View, primary: str) -> None:
        where = view.select.where
        self.view, self.primary = view, primary
        self.everything = where == Always(True)
        self._matches, constants = lifted(where) if is_settled(where) else (None, ())
        self._constants = Constants(constants)
        self.encode = _encoder(view) if is_settled(view.select.nodes) else None
        self.anchor: Anchor | None = anchor(where, primary)
        self.ways: tuple[Reach, ...] = reaches(view.select)
        self.related = columns_of(self.ways) if self.ways else _NOWHERE
        self.held = Held() if view.is_exact and not self._is_told_by_changes else None
        self.is_keyed = is_settled(where) and not (view.has_window or view.counts or view.collection in self.related)
        self._all: dict[Subscription, None] = {}
        self._some: dict[Kind, dict[Subscription, None]] = _NOBODY
        self._name: str | None = None
        self.at: Position | None = None
        self.number = 0
        self.matched = 0
        self.told: dict[Kind, int] | None = None
        """Rows that were matched, and events of each kind that were told, however many heard them."""

    @property
    def name(self) -> str:
        """The name of the view, in this and every other process."""
        if self._name is None:
            self._name = name_of(self.view)
        return self._name

    @property
    def decides(self) -> bool:
        """Whether an image of the row tells if the view holds it."""
        return self.everything or self._matches is not None

    @property
    def _is_told_by_changes(self) -> bool:
        view = self.view
        return self.decides and self.encode is not None and not view.has_window and not self.ways and not view.counts

    def holds(self, image: Image | None) -> bool:
        """Whether the view holds that row. Where the database must be asked: True."""
        if self.everything or self._matches is None:
            return True
        return image is not None and self._matches(image.values, self._constants) is True

    def concerns(self, change: Change) -> bool:
        """Whether a change of a related collection may change what the view holds or shows."""
        if change.before is None or change.after is None:
            return True
        before, after = change.before.values, change.after.values
        return any(before.get(name) != after.get(name) for name in self.related[change.collection])

    def event(self, kind: Kind, at: Position, previous: Position) -> Event:
        """A new event of this audience, at its place behind those of the same commit."""
        if self.at is not at:
            self.at, self.number = at, 0
        self.number += 1
        event = Event(kind, at)
        event.source, event.previous, event.number = self, previous, self.number
        return event

    def add(self, subscription: Subscription) -> None:
        """One more subscriber."""
        self._group(subscription)[subscription] = None
        subscription.audience = self
        subscription.heard -= self.count(subscription.only)

    def remove(self, subscription: Subscription) -> None:
        """One less."""
        self._group(subscription).pop(subscription, None)
        subscription.audience = None
        subscription.heard += self.count(subscription.only)

    def count(self, only: Kind | None) -> int:
        """How many events were told so far to those who want that kind, or all."""
        told = self.told or {}
        return sum(told.values()) if only is None else told.get(only, 0)

    def listens(self, kind: Kind) -> bool:
        """Whether anyone wants events of that kind."""
        return bool(self._all) or bool(self._some.get(kind))

    def __len__(self) -> int:
        return len(self._all) + sum(map(len, self._some.values()))

    def __iter__(self) -> Iterator[Subscription]:
        yield from self._all
        for group in self._some.values():
            yield from group

    def tell(self, event: Event) -> int:
        """Hand the event to all who want it; returns to how many."""
        if self.told is None:
            self.told = dict.fromkeys(Kind, 0)
        self.told[event.kind] += 1
        some = self._some.get(event.kind, {})
        told = (*self._all, *some)  # a copy: whoever cannot take any more leaves on the spot
        _tell(event, told)
        return len(told)

    def _group(self, subscription: Subscription) -> dict[Subscription, None]:
        if subscription.only is None:
            return self._all
        if self._some is _NOBODY:
            self._some = {}
        return self._some.setdefault(subscription.only, {})


_NOBODY: dict[Kind, dict[Subscription, None]] = {}


def _encoder(view: View) -> Encoder | None:
    select = view.select
    return None if select.aggregates or select.groups else _encoder_of(select.nodes)


_encoder_of = lru_cache(maxsize=1024)(encoder)


def _tell(event: Event, group: Iterable[Subscription]) -> None:
    """The innermost loop of the program: what ``Subscription.take`` and ``Outbox.put`` would do is done here for subscribers that
    wait for nothing, without a call for each step."""
    if not (event.ready and event.head):
        for subscription in group:
            subscription.take(event)
        return
    known = event.frames
    for subscription in group:
        outbox = subscription.outbox
        if subscription.held is None and outbox.waiting is None:
            tail = subscription.tail
            outbox.write(known.get(tail) or event.frame(tail))
        else:
            subscription.take(event)

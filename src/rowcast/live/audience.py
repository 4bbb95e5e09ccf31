"""All subscribers of one view: the row is matched once for them and written once. Must not know other views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rowcast.feed import Change, Image, Kind, Position
from rowcast.live.encode import Encoder
from rowcast.live.event import Event
from rowcast.live.held import Held
from rowcast.live.subscription import Subscription
from rowcast.live.view import Form, View
from rowcast.query.name import name_of
from rowcast.query.split import Anchor, anchor


class Audience:
    """``held``: what an exact view showed last, where a change alone does not tell what becomes of it; ``is_keyed``: no row of the
    collection decides about another one, or about its place. ``matched``, ``told``: rows that were matched, and events of each kind
    that were told, however many heard them."""

    __slots__ = (
        "_many",
        "_matches",
        "_name",
        "_one",
        "_some",
        "at",
        "held",
        "is_keyed",
        "matched",
        "number",
        "primary",
        "told",
        "view",
    )

    def __init__(self, view: View, primary: str) -> None:
        self.view, self.primary = view, primary
        self._matches = view.matches
        self.held = Held() if view.is_exact and not self._is_told_by_changes else None
        by_others = view.has_window or view.counts or view.order or view.collection in self.related
        self.is_keyed = not (by_others or view.form.moves_with_time)
        self._one: Subscription | None = None
        self._many: dict[Subscription, None] = _NOBODY
        self._some: dict[Kind, dict[Subscription, None]] = _NOTHING
        self._name: str | None = None
        self.at: Position | None = None
        self.number = self.matched = 0
        self.told: dict[Kind, int] | None = None

    @property
    def form(self) -> Form:
        """What its view shares with others."""
        return self.view.form

    @property
    def encode(self) -> Encoder | None:
        """Writes a row from its image; None if that takes the database."""
        return self.view.form.encode

    @property
    def anchor(self) -> Anchor | None:
        """What the index finds the audience by."""
        return anchor(self.view.where, self.primary)

    @property
    def related(self) -> Mapping[str, frozenset[str]]:
        """The collections whose rows decide too, with the columns that count."""
        return self.view.form.related

    @property
    def name(self) -> str:
        """The name of the view, in this and every other process."""
        if self._name is None:
            self._name = name_of(self.view.select, self.view.single, self.view.is_exact)
        return self._name

    @property
    def decides(self) -> bool:
        """Whether an image of the row tells if the view holds it."""
        return self._matches is not None

    @property
    def _is_told_by_changes(self) -> bool:
        view = self.view
        return self.decides and self.encode is not None and not view.has_window and not self.related and not view.counts

    def holds(self, image: Image | None) -> bool:
        """Whether the view holds that row. Where the database must be asked: True."""
        if self._matches is None or self.view.form.is_everything:
            return True
        return image is not None and self._matches(image.values, self.view.constants) is True

    def had(self, image: Image | None) -> bool:
        """Whether the view held that row, which is deleted. Where the database must be asked: True."""
        return self.holds(image)

    @property
    def decides_deletes(self) -> bool:
        """Whether an image of a deleted row tells if the view held it."""
        return self.decides

    @property
    def deletes_by(self) -> View:
        """The view that the database is asked of about deleted rows."""
        return self.view

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
        subscription.audience = self
        subscription.heard -= self.count(subscription.only)
        if subscription.only is not None:
            if self._some is _NOTHING:
                self._some = {}
            self._some.setdefault(subscription.only, {})[subscription] = None
        elif self._one is None and not self._many:
            self._one = subscription
        else:
            if self._many is _NOBODY:
                self._many = {}
            if self._one is not None:
                self._many[self._one], self._one = None, None
            self._many[subscription] = None

    def remove(self, subscription: Subscription) -> None:
        """One less."""
        subscription.audience = None
        subscription.heard += self.count(subscription.only)
        if subscription.only is not None:
            self._some[subscription.only].pop(subscription, None)
        elif self._one is subscription:
            self._one = None
        else:
            self._many.pop(subscription, None)

    def count(self, only: Kind | None) -> int:
        """How many events were told so far to those who want that kind, or all."""
        told = self.told or {}
        return sum(told.values()) if only is None else told.get(only, 0)

    def listens(self, kind: Kind) -> bool:
        """Whether anyone wants events of that kind."""
        return self._one is not None or bool(self._many) or bool(self._some.get(kind))

    def __len__(self) -> int:
        return len(self._many) + sum(map(len, self._some.values())) + (self._one is not None)

    def __iter__(self) -> Iterator[Subscription]:
        if self._one is not None:
            yield self._one
        yield from self._many
        for group in self._some.values():
            yield from group

    def tell(self, event: Event) -> int:
        """Hand the event to all who want it; returns to how many."""
        if self.told is None:
            self.told = dict.fromkeys(Kind, 0)
        self.told[event.kind] += 1
        if self._one is not None and not self._some:
            _tell(event, (self._one,))
            return 1
        one = () if self._one is None else (self._one,)
        told = (*one, *self._many, *self._some.get(event.kind, ()))  # a copy: whoever is too slow leaves on the spot
        _tell(event, told)
        return len(told)


_NOBODY: dict[Subscription, None] = {}
_NOTHING: dict[Kind, dict[Subscription, None]] = {}
"""Shared by all audiences that have no need of their own; never filled."""


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

"""All subscribers of one view: the row is matched once for them and written once. Must not know other views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rowcast.feed import Image, Kind
from rowcast.live.encode import encoder, nothing
from rowcast.live.event import Event
from rowcast.live.subscription import Subscription
from rowcast.live.view import View
from rowcast.query.match import predicate
from rowcast.query.settle import is_settled
from rowcast.query.split import Equality, equality
from rowcast.query.tree import Always


class Audience:
    """``matches`` decides a row by its image, ``encode`` writes it from there; each is None if that takes the database. ``key``
    is the equality by which the index finds the audience."""

    __slots__ = ("_all", "_some", "encode", "everything", "key", "matched", "matches", "told", "view")

    def __init__(self, view: View, primary: str) -> None:
        where = view.select.where
        self.view = view
        self.everything = where == Always(True)
        self.matches = predicate(where) if is_settled(where) else None
        self.encode = encoder(view.select) if is_settled(view.select.nodes) else None
        self.key: Equality | None = equality(where, primary)
        self._all: dict[Subscription, None] = {}
        self._some: dict[Kind, dict[Subscription, None]] = {}
        self.matched = 0
        self.told: dict[Kind, int] | None = None
        """Rows that were matched, and events of each kind that were told, however many heard them."""

    @property
    def decides(self) -> bool:
        """Whether an image of the row tells if the view holds it."""
        return self.everything or self.matches is not None

    def holds(self, image: Image | None) -> bool:
        """Whether the view holds that row. Where the database must be asked: True."""
        if self.everything or self.matches is None:
            return True
        return image is not None and self.matches(image.values, nothing) is True

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
        return self._all if subscription.only is None else self._some.setdefault(subscription.only, {})


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

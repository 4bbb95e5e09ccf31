"""The live engine: from commits to events. Must not ask the database, wait, or know sockets: what it cannot decide it returns
as asks.

commit → units → index: which audiences? → match old and new row → write once per audience → outboxes
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

from rowcast.feed import Change, Commit, Kind, Position
from rowcast.feed.commit import Key
from rowcast.live.announce import Announcement, Spelling, ask_again, settle, slices
from rowcast.live.ask import Answer, Ask
from rowcast.live.audience import Audience
from rowcast.live.event import Event
from rowcast.live.exact import keys_of, outcomes
from rowcast.live.held import Difference
from rowcast.live.index import Index
from rowcast.live.passage import Passage
from rowcast.live.subscription import Subscription
from rowcast.live.telling import Counters, Teller
from rowcast.live.units import units
from rowcast.live.view import View


class Live:
    """All audiences. Owned by the engine's loop; nothing here is safe for threads. ``stale`` are the audiences that must be
    refreshed (see ``refreshed``)."""

    def __init__(self, previous: Position | None = None) -> None:
        self._teller, self._spelling = Teller(previous), Spelling()
        self.stale: dict[Audience, None] = {}
        self._audiences: dict[View, Audience] = {}
        self._passages: dict[tuple[View, View | None], Passage] = {}
        self._indexes: dict[str, Index] = {}

    def __len__(self) -> int:
        return len(self._audiences)

    @property
    def counters(self) -> Counters:
        """What was done so far."""
        return self._teller.counters

    @property
    def previous(self) -> Position | None:
        """The position of the newest commit that was told."""
        return self._teller.previous

    @previous.setter
    def previous(self, position: Position) -> None:
        self._teller.previous = position

    def audiences(self) -> Iterator[Audience]:
        """Those of all views."""
        return iter(self._audiences.values())

    def watched(self) -> frozenset[str]:
        """The collections whose changes somebody wants to hear of."""
        return frozenset(self._indexes)

    # ---- who looks at what --------------------------------------------------------------------------------------------

    def join(self, view: View, primary: str, subscription: Subscription) -> Audience:
        """Make the subscriber see the view; ``primary`` is the key field of its collection. One that saw another leaves it."""
        self.leave(subscription)
        audience = self._audiences.get(view)
        if audience is None:
            audience = self._audiences[view] = Audience(view, primary)
            self._indexes.setdefault(view.collection, Index()).add(audience)
            for collection in audience.related:
                self._indexes.setdefault(collection, Index()).related[audience] = None
        audience.add(subscription)
        return audience

    def move(self, view: View, primary: str, subscription: Subscription, commit: Commit | None = None) -> list[Ask]:
        """Like ``join``, of a subscriber that may not see any more what it saw. Texts that are being asked for its former view are
        not for it; the asks that are returned are about the same changes. ``commit``: what will be published next and has brought
        this about (see ``Passage``)."""
        former, outbox, tail = subscription.audience, subscription.outbox, subscription.tail
        pending = [] if former is None else outbox.unready(tail, former)
        if commit is None or commit.collections.isdisjoint(view.shows):
            audience = self.join(view, primary, subscription)
        else:
            audience = self._pass(view, primary, subscription)
        instead, asks = ask_again(audience, pending)
        if former is not None:
            outbox.recall(tail, former, instead)
        self.counters.asks += len(asks)
        return asks

    def _pass(self, view: View, primary: str, subscription: Subscription) -> Audience:
        """Make the subscriber see the view, once the next commit is told."""
        former = None if subscription.audience is None else subscription.audience.view
        self.leave(subscription)
        passage = self._passages.get((view, former))
        if passage is None:
            passage = self._passages[view, former] = Passage(view, primary, former)
        passage.add(subscription)
        return passage

    def _arrive(self) -> None:
        """The commit is told."""
        passages, self._passages = self._passages, {}
        for passage in passages.values():
            for subscription in list(passage):
                audience = self.join(passage.view, passage.primary, subscription)
                for event in passage.events:
                    event.source = audience

    def leave(self, subscription: Subscription) -> None:
        """Make the subscriber see nothing."""
        audience = subscription.audience
        if audience is None:
            return
        audience.remove(subscription)
        if not len(audience) and not isinstance(audience, Passage):
            del self._audiences[audience.view]
            self.stale.pop(audience, None)
            self._indexes[audience.view.collection].remove(audience)
            for collection in audience.related:
                self._indexes[collection].related.pop(audience, None)
            self._prune({audience.view.collection, *audience.related})

    def end(self, subscription: Subscription) -> None:
        """Like ``leave``; what is still being asked for is not told either."""
        former = subscription.audience
        self.leave(subscription)
        if former is not None:
            subscription.outbox.recall(subscription.tail, former, {})

    def _prune(self, collections: Iterable[str]) -> None:
        for collection in collections:
            if not self._indexes[collection]:
                del self._indexes[collection]

    # ---- what happens -------------------------------------------------------------------------------------------------

    def spelled(self, collection: str, keys: Iterable[tuple[Key, str]]) -> AbstractContextManager[None]:
        """While this lasts, deletes of these rows are told with their keys as they were written: (key, text)."""
        return self._spelling.use(collection, keys) if collection in self._indexes else nullcontext()

    def publish(self, commit: Commit, *, folded: bool = False) -> list[Ask]:
        """Tell all whom the commit concerns. The asks must be answered (see ``answer``), or what follows stays behind them.
        ``folded``: of each row only what the whole commit made of it."""
        asks: list[Ask] = []
        for _ in self.publishing(commit, asks, folded=folded):
            pass
        return asks

    def publishing(self, commit: Commit, asks: list[Ask], *, folded: bool = False) -> Iterator[None]:
        """Like ``publish``, in slices: between any two something else may happen. Fills ``asks``."""
        self.counters.commits += 1
        try:
            if self._passages or not commit.collections.isdisjoint(self._indexes):
                yield from self._publish(commit, asks, folded=folded)
        finally:
            self._arrive()
        self.previous = commit.position

    def _publish(self, commit: Commit, asks: list[Ask], *, folded: bool) -> Iterator[None]:
        announcement = Announcement(self._teller, self._spelling, commit)
        for collection, changes in units(commit, folded=folded):
            index = self._indexes.get(collection)
            if index is not None:
                for audience, concerned in _by_audience(index, changes):
                    if audience.held is not None:
                        self._touch(audience, concerned, commit.position)
                    elif audience.view.is_exact:
                        self._teller.matched(audience, concerned)
                        self._teller.tell(audience, outcomes(audience, concerned), commit.position)
                    else:
                        for part in slices(concerned):
                            announcement.tell(audience, part)
                            yield
                    yield
        if self._passages:
            yield from self._publish_passing(commit, announcement)
        self._publish_related(commit, announcement)
        asks += announcement.asks
        self.counters.asks += len(asks)

    def _publish_passing(self, commit: Commit, announcement: Announcement) -> Iterator[None]:
        for collection, changes in units(commit, folded=True):
            for passage in list(self._passages.values()):
                if passage.view.collection == collection:
                    for part in slices(changes):
                        announcement.tell(passage, part)
                        yield

    def _touch(self, audience: Audience, changes: Sequence[Change], at: Position) -> None:
        """Rows that must be looked at again; all of them where one decides about another."""
        self._teller.matched(audience, changes)
        assert audience.held is not None
        audience.held.touch(keys_of(changes, audience.primary) if audience.is_keyed else None, at)
        self.stale[audience] = None

    def _publish_related(self, commit: Commit, announcement: Announcement) -> None:
        """Changes of rows that views of other rows depend on."""
        concerned: dict[Audience, list[Change]] = {}
        for change in commit.changes:
            index = self._indexes.get(change.collection)
            if index is not None or self._passages:
                for audience in self._related(index, change.collection):
                    if audience.concerns(change):
                        concerned.setdefault(audience, []).append(change)
        for audience, changes in concerned.items():
            if audience.held is not None:
                audience.held.touch(None, commit.position)
                self.stale[audience] = None
            else:
                announcement.relate(audience, changes)

    def _related(self, index: Index | None, collection: str) -> Iterable[Audience]:
        """The audiences that depend on rows of the collection."""
        passing = [one for one in self._passages.values() if collection in one.related]
        known = () if index is None else index.related
        return [*known, *passing] if passing else known

    def answer(self, ask: Ask, answer: Answer) -> None:
        """What the database said; the events of the ask are told, or dropped if there is nothing to tell."""
        settle(self._teller, ask, answer)

    # ---- what was found by reading ------------------------------------------------------------------------------------

    def refreshed(
        self,
        audience: Audience,
        found: Difference,
        at: Position,
        counts: bytes | None = None,
        *,
        is_whole: bool = True,
    ) -> None:
        """A difference that was found by asking for the rows of an exact view as they were at that position. Without ``is_whole``
        other rows were not looked at yet, so that nobody can go on from there."""
        for event in self.steps(audience, found, at, counts):
            if not is_whole:
                event.source = None
            self._teller.hand_out(audience, event)

    def renewed(self, audience: Audience, answer: bytes, at: Position) -> None:
        """Numbers about rows are others now; ``answer`` is the whole new list."""
        event = audience.event(Kind.UPDATE, at, at)
        event.number = 0
        event.resolve(self._teller.head(Kind.UPDATE, answer))
        self._teller.hand_out(audience, event)

    def steps(self, audience: Audience, found: Difference, at: Position, counts: bytes | None = None) -> list[Event]:
        """The events that lead to the rows as they were at that position. Nobody can go on from between them."""
        events = self._teller.events(audience, found, at, counts)
        for event in events:
            event.previous, event.number = at, 0
            if event is not events[-1]:
                event.source = None
        return events


def _by_audience(index: Index, changes: list[Change]) -> Iterable[tuple[Audience, Sequence[Change]]]:
    """The audiences that the changes may concern, each with those that do."""
    if len(changes) == 1:
        return [(audience, changes) for audience in index.touched(changes[0])]
    found: dict[Audience, list[Change]] = {}
    for change in changes:
        for audience in index.touched(change):
            found.setdefault(audience, []).append(change)
    return found.items()

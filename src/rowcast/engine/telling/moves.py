"""Leads exact subscriptions from what they show to another view, when rights or values of the user have changed: what may not be
seen any more leaves, what may be seen now enters. Must not know why the view is another one.

All who go the same way go together: what they hold is found once, what becomes of it is written once. From the first moment on
nobody is told anything by the old view.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rowcast.engine.telling.answers import Answers, keyed
from rowcast.engine.telling.listener import Listener, Watch
from rowcast.engine.telling.refresh import Refresher, Shown
from rowcast.engine.telling.views import Prepared
from rowcast.feed import Kind
from rowcast.live import Audience, Event, Outbox, Subscription, Token, View, difference
from rowcast.protocol import frames

if TYPE_CHECKING:
    from rowcast.engine.telling.broadcast import Broadcast

log = logging.getLogger("rowcast.live")
Hashes = Mapping[bytes, int | None]
Seat = tuple[Listener, Watch]


@dataclass(eq=False, slots=True)
class Move:
    """``members`` hold ``hashes`` (None: it is not known what) of ``old`` (None: nothing) and go to ``target`` (None: they may see
    nothing). ``witness`` hears what they would have heard; ``again``: those who must go on at once. ``is_lost``: rows have changed
    without being logged, so that no witness knows what they hold."""

    old: View | None
    target: Prepared | None
    hashes: Hashes | None = None
    witness: Subscription | None = None
    members: list[Seat] = field(default_factory=list)
    again: list[Seat] = field(default_factory=list)
    is_lost: bool = False


class Moves:
    """See the module."""

    def __init__(self, broadcast: Broadcast, answers: Answers, refresher: Refresher) -> None:
        self._broadcast, self._answers, self._refresher = broadcast, answers, refresher
        self._open: dict[tuple[object, View | None], Move] = {}

    def add(self, seat: Seat, target: Prepared | None, *, is_lost: bool = False) -> None:
        """This one has to go there. It is told nothing any more until it has arrived."""
        watch = seat[1]
        if watch.move is not None:
            watch.move.is_lost |= is_lost
            if seat not in watch.move.again and (is_lost or not _leads_to(watch.move, target)):
                watch.move.again.append(seat)
            return
        audience = watch.subscription.audience
        move = self._open_move(audience, target, is_lost)
        self._broadcast.live.leave(watch.subscription)
        move.members.append(seat)
        watch.move = move

    def start(self) -> None:
        """All who go are known."""
        moves, self._open = self._open, {}
        for move in moves.values():
            self._broadcast.start(self._run(move))

    def _open_move(self, audience: Audience | None, target: Prepared | None, is_lost: bool) -> Move:
        name = (audience, None if target is None else target.view)
        move = self._open.get(name)
        if move is None:
            move = self._open[name] = Move(None if audience is None else audience.view, target, is_lost=is_lost)
            if audience is None:
                move.hashes = {}
            elif audience.held is not None:
                move.hashes = dict(audience.held.rows) if audience.held.is_loaded else None
            elif not is_lost:
                move.witness = self._witness(audience.view, audience.primary)
        return move

    def _witness(self, view: View, primary: str) -> Subscription:
        witness = Subscription(Outbox(_drop, _ignore), b"")
        witness.hold()
        self._broadcast.live.join(view, primary, witness)
        return witness

    # ---- the way ------------------------------------------------------------------------------------------------------

    async def _run(self, move: Move) -> None:
        try:
            if move.witness is not None:
                hashes = await self._held(move.witness)
                move.hashes = None if move.is_lost else hashes
            if move.target is None:
                self._empty(move)
            else:
                await self._arrive(move, move.target)
        except Exception:
            log.exception("subscriptions could not be moved to what they may see")
            for listener, watch in _there(move):
                watch.move = None
                self._broadcast.fail(listener, watch)

    async def _held(self, witness: Subscription) -> Hashes | None:
        """What those hold who have not heard what the witness has."""
        audience = witness.audience
        assert audience is not None
        try:
            text, position = await self._answers.shown(audience.view)
            await self._broadcast.reached(position)
        except Exception:  # the old view cannot be read any more: its collection or one of its fields is gone
            log.info("what a view of %s has shown cannot be told any more", audience.view.collection)
            return None
        finally:
            self._broadcast.live.leave(witness)
        hashes: dict[bytes, int | None] = {key: hash(row) for key, row in keyed(text)}
        return _undone(hashes, [event for event in witness.held or [] if event.position <= position])

    async def _arrive(self, move: Move, target: Prepared) -> None:
        live, broadcast = self._broadcast.live, self._broadcast
        witness = self._witness(target.view, target.primary)
        audience = witness.audience
        assert audience is not None
        try:
            if audience.held is not None:
                await self._refresher.enter(audience, lambda shown: self._settle(move, target, audience, shown, []))
                return
            text, position = await self._answers.shown(target.view)
            await broadcast.reached(position)
            later = [event for event in witness.held or [] if event.position > position]
            self._settle(move, target, audience, Shown(position, keyed(text)), later)
        finally:
            live.leave(witness)

    def _settle(self, move: Move, target: Prepared, audience: Audience, shown: Shown, later: list[Event]) -> None:
        """Tell the difference; from here on the members hear what their new audience hears."""
        live = self._broadcast.live
        events: list[Event] = []
        if move.hashes is not None and not audience.view.is_grouped:
            found = difference(move.hashes, shown.rows, ordered=bool(audience.view.order))
            events = live.steps(audience, found, shown.position, shown.counts)
        for listener, watch in self._arriving(move):
            if move.hashes is None or audience.view.is_grouped:
                _restart(listener, watch, audience, shown)
            _tell(listener, watch, [*events, *later])
            live.join(target.view, target.primary, watch.subscription)
        self._go_on(move)

    def _empty(self, move: Move) -> None:
        """Nothing may be seen any more."""
        assert move.old is not None
        position, live = self._broadcast.told, self._broadcast.live
        nobody = Audience(move.old, "")
        unknown = move.hashes is None or move.old.is_grouped
        found = difference(move.hashes or {}, (), ordered=False)
        events = [] if unknown else live.steps(nobody, found, position)
        for event in events:
            event.source = None
        for listener, watch in self._arriving(move):
            if unknown:
                _restart(listener, watch, None, Shown(position))
            _tell(listener, watch, events)
        self._go_on(move)

    def _arriving(self, move: Move) -> Iterable[Seat]:
        """Those who are still there and need not go on at once; who needs is left holding what it has held."""
        going = {id(watch) for _, watch in move.again}
        for listener, watch in _there(move):
            if id(watch) not in going:
                watch.move = None
                yield listener, watch

    def _go_on(self, move: Move) -> None:
        """Rights have changed again on the way."""
        again = [(listener, watch) for listener, watch in move.again if watch.move is move and listener.is_open]
        if again:
            self._broadcast.start(self._broadcast.review.review_moved(again, move))

    def restart(self, seat: Seat, target: Prepared | None, before: Move) -> None:
        """Like ``add``, for one that holds what it held before its last move began."""
        name = (before, None if target is None else target.view)
        move = self._open.get(name)
        if move is None:
            move = self._open[name] = Move(before.old, target, before.hashes)
        move.members.append(seat)
        seat[1].move = move


def _leads_to(move: Move, target: Prepared | None) -> bool:
    if move.target is None or target is None:
        return move.target is target
    return move.target.view == target.view


def _there(move: Move) -> list[Seat]:
    return [(listener, watch) for listener, watch in move.members if watch.move is move and listener.is_open]


def _undone(hashes: dict[bytes, int | None], events: Iterable[Event]) -> Hashes:
    """The rows before these events. Of rows that have changed since, the text is not known."""
    first: dict[bytes, Kind] = {}
    for event in events:
        for key, _ in event.rows:
            first.setdefault(key, event.kind)
    for key, kind in first.items():
        if kind is Kind.CREATE:
            hashes.pop(key, None)
        else:
            hashes[key] = None
    return hashes


def _tell(listener: Listener, watch: Watch, events: Iterable[Event]) -> None:
    subscription = watch.subscription
    for event in events:
        if subscription.only in (None, event.kind):
            listener.outbox.put(event, subscription.tail)


def _restart(listener: Listener, watch: Watch, audience: Audience | None, shown: Shown) -> None:
    """What is shown now, from the beginning."""
    token = Token(shown.position, 0, "" if audience is None else audience.name)
    subscription = watch.subscription
    if subscription.only is None:
        rows = shown.data
        data = rows if watch.wish.item is None else (rows[1:-1] or b"null")
        frame = frames.initial(data, shown.counts, frames.placed(subscription.tail, token))
        listener.outbox.place(frame, subscription.tail, anew=True)


def _drop(frame: bytes) -> None:
    """Witnesses are not sent anything."""


def _ignore() -> None:
    """And so they cannot be too slow."""

"""The verbs of channels: join, leave, set one's state, broadcast; and who must leave when rights change. Must not know what the
frames look like or how they travel.

Channels live in this process alone: nothing of them is stored, and another node knows nothing of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from rowcast.engine.background import Background
from rowcast.engine.channels.rights import depends, place_of, require_join, require_speak
from rowcast.engine.channels.seats import Guest, Seat, Seats
from rowcast.engine.telling.listener import Listener
from rowcast.errors import Forbidden, InvalidPayload, RequestsExceeded, RowcastError
from rowcast.feed import Commit
from rowcast.protocol import channel as frames
from rowcast.schema import Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

log = logging.getLogger("rowcast.live")
MOST_STATE, MOST_DATA = 4096, 16_384
"""Bytes of a state and of a message."""
NOTHING = b"null"
_RIGHTS = frozenset(
    {"directus_roles", "directus_access", "directus_policies", "directus_permissions", "directus_shares"}
)


class Channels:
    """All channels of this process. ``messages``: how many were broadcast."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seats = Seats()
        self._tasks = Background()
        self.messages = 0
        engine.broadcast.on_told.append(self._told)
        engine.on_schema(self._remodelled)

    def __len__(self) -> int:
        return len(self._seats.channels)

    @property
    def members(self) -> int:
        """How many are on channels, each counted on each."""
        return sum(map(len, self._seats.channels.values()))

    # ---- verbs --------------------------------------------------------------------------------------------------------

    async def join(self, listener: Listener, name: str, state: bytes, uid: bytes) -> None:
        """Be on a channel, with a state (JSON; empty for null), and be told of it under that uid. Whoever is there already gets
        state and uid anew. Raises Forbidden, InvalidPayload, LimitExceeded, RequestsExceeded."""
        place, guest = place_of(name), self._seats.guest(listener)
        _allow(guest, state, MOST_STATE)
        try:
            while True:
                epoch, position = self._engine.broadcast.epoch, self._engine.store.position
                await require_join(self._engine, listener.actor, place)
                needs = await depends(self._engine, listener.actor, place)
                if epoch == self._engine.broadcast.epoch:
                    break
        finally:
            if not listener.is_open:
                self._seats.gone(listener)
        if not listener.is_open:
            return
        seat = self._seats.take(listener, place, state or NOTHING, uid)
        self._seats.need(seat, needs)
        listener.outbox.send(frames.joined(name, guest.id, [m.told() for m in seat.channel], uid))
        if position != self._engine.store.position:  # what was asked may be otherwise by now
            self._doubt([seat])

    def leave(self, listener: Listener, name: str, uid: bytes) -> None:
        """Be on the channel no longer. Whoever is not there: no error."""
        self._seats.leave(listener, name)
        listener.outbox.send(frames.done("leave", name, uid))

    def state(self, listener: Listener, name: str, state: bytes, uid: bytes) -> None:
        """Have another state. Raises Forbidden for whoever is not on the channel, InvalidPayload, RequestsExceeded."""
        seat = self._seats.at(listener, name)
        _allow(self._seats.guest(listener), state, MOST_STATE)
        seat.channel.change(seat.member, seat.member.who, state or NOTHING)
        listener.outbox.send(frames.done("state", name, uid))

    async def broadcast(self, listener: Listener, name: str, data: bytes, uid: bytes) -> None:
        """Tell all others on the channel. Raises Forbidden, InvalidPayload, RequestsExceeded."""
        seat = self._seats.at(listener, name)
        _allow(self._seats.guest(listener), data, MOST_DATA)
        await require_speak(self._engine, listener.actor, seat.place)
        if not self._seats.is_taken(seat):  # sent away meanwhile
            raise Forbidden
        self.messages += 1
        seat.channel.broadcast(seat.member, data or NOTHING)
        listener.outbox.send(frames.done("broadcast", name, uid))

    def gone(self, listener: Listener) -> None:
        """The connection has ended."""
        self._seats.gone(listener)

    async def review(self, listener: Listener) -> None:
        """See whether the connection may still be on its channels, and who it is now."""
        await self._review_all(_doubted(self._seats.of(listener)))

    # ---- rights -------------------------------------------------------------------------------------------------------

    def _told(self, commit: Commit) -> None:
        """A commit may end somebody's right to be on a channel."""
        if self._seats:
            self._doubt(self._seats if commit.collections & _RIGHTS else self._seats.concerned(commit))

    def _remodelled(self, _schema: Schema) -> None:
        self._doubt(self._seats)

    def _doubt(self, seats: Iterable[Seat]) -> None:
        """Tell nothing more on these seats until their right to be there was reviewed."""
        doubted = _doubted(seats)
        if doubted:
            self._tasks.begin(self._review_all(doubted))

    async def _review_all(self, seats: Sequence[Seat]) -> None:
        for seat in seats:
            await self._review(seat)

    async def _review(self, seat: Seat) -> None:
        actor = seat.listener.actor
        try:
            await require_join(self._engine, actor, seat.place)
            needs = await depends(self._engine, actor, seat.place)
        except RowcastError as error:
            self._send_away(seat, error)
        except Exception:
            log.exception("the right to the channel %s could not be reviewed", seat.place.name)
            self._send_away(seat, Forbidden())
        else:
            if self._seats.is_taken(seat):
                self._seats.need(seat, needs)
                _rename(seat)
                seat.member.trust()

    def _send_away(self, seat: Seat, error: RowcastError) -> None:
        if self._seats.is_taken(seat):
            self._seats.leave(seat.listener, seat.place.name)
            seat.listener.outbox.send(frames.closed(seat.place.name, error, seat.uid))


def _allow(guest: Guest, value: bytes, most: int) -> None:
    """Raise InvalidPayload and RequestsExceeded where it is too much."""
    if len(value) > most:
        raise InvalidPayload(f"More than {most} bytes")
    if guest.limit.take(monotonic()):
        raise RequestsExceeded


def _doubted(seats: Iterable[Seat]) -> list[Seat]:
    doubted = list(seats)
    for seat in doubted:
        seat.member.doubt()
    return doubted


def _rename(seat: Seat) -> None:
    """Tell the others when the connection is somebody else now."""
    member, user = seat.member, seat.listener.actor.user
    if member.who[1] != user:
        seat.channel.change(member, (member.who[0], user), member.state)

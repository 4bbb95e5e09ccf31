"""The verbs of channels: join, leave, set one's state, broadcast; and who must leave when rights change. Must not know what the
frames look like or how they travel.

Channels live in this process alone: nothing of them is stored, and another node knows nothing of them.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from rowcast.engine.channelrights import Place, depends, place_of, require_join, require_speak
from rowcast.engine.listener import Listener
from rowcast.errors import Forbidden, InvalidPayload, LimitExceeded, RequestsExceeded, RowcastError
from rowcast.feed import Commit
from rowcast.live.channels import Channel, Member
from rowcast.protocol import channel as frames
from rowcast.protocol.frames import tail
from rowcast.protocol.limit import Limit
from rowcast.schema import Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

log = logging.getLogger("rowcast.live")
MOST_MEMBERS, MOST_CHANNELS = 5000, 100
"""Of one channel; of one connection."""
MOST_STATE, MOST_DATA = 4096, 16_384
"""Bytes of a state and of a message."""
ACTIONS = 50
"""Actions that a connection may do in a second."""
NOTHING = b"null"
_RIGHTS = frozenset(
    {"directus_roles", "directus_access", "directus_policies", "directus_permissions", "directus_shares"}
)


class Seat:
    """One connection on one channel. ``depends``: collections whose rows may end it."""

    __slots__ = ("channel", "depends", "listener", "member", "place", "uid")

    def __init__(self, listener: Listener, place: Place, channel: Channel, member: Member, uid: bytes) -> None:
        self.listener, self.place, self.channel, self.member, self.uid = listener, place, channel, member, uid
        self.depends: frozenset[str] = frozenset()


class Guest:
    """One connection that is on channels, by their names."""

    __slots__ = ("id", "limit", "seats")

    def __init__(self) -> None:
        self.id = secrets.token_hex(6)
        self.limit = Limit(ACTIONS, 1.0)
        self.seats: dict[str, Seat] = {}


class Channels:
    """All channels of this process. ``messages``: how many were broadcast."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._channels: dict[str, Channel] = {}
        self._guests: dict[Listener, Guest] = {}
        self._by_row: dict[str, dict[str, dict[Seat, None]]] = {}
        self._by_need: dict[str, dict[Seat, None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.messages = 0
        engine.broadcast.on_told.append(self._told)
        engine.on_schema(self._doubt_all)

    def __len__(self) -> int:
        return len(self._channels)

    @property
    def members(self) -> int:
        """How many are on channels, each counted on each."""
        return sum(map(len, self._channels.values()))

    # ---- verbs --------------------------------------------------------------------------------------------------------

    async def join(self, listener: Listener, name: str, state: bytes, uid: bytes) -> None:
        """Be on a channel, with a state (JSON; empty for null), and be told of it under that uid. Whoever is there already gets
        state and uid anew. Raises Forbidden, InvalidPayload, LimitExceeded, RequestsExceeded."""
        place, guest = place_of(name), self._guests.setdefault(listener, Guest())
        self._allow(guest, state, MOST_STATE)
        while True:
            epoch, position = self._engine.broadcast.epoch, self._engine.store.position
            await require_join(self._engine, listener.actor, place)
            needs = await depends(self._engine, listener.actor, place)
            if epoch == self._engine.broadcast.epoch:
                break
        if not listener.is_open:
            return
        seat = self._seat(listener, guest, place, state or NOTHING, uid)
        self._need(seat, needs)
        listener.outbox.send(frames.joined(name, guest.id, [m.told() for m in seat.channel], uid))
        if position != self._engine.store.position:  # what was asked may be otherwise by now
            self._doubt([seat])

    def leave(self, listener: Listener, name: str, uid: bytes) -> None:
        """Be on the channel no longer. Whoever is not there: no error."""
        self._leave(listener, name)
        listener.outbox.send(frames.done("leave", name, uid))

    def state(self, listener: Listener, name: str, state: bytes, uid: bytes) -> None:
        """Have another state. Raises Forbidden for whoever is not on the channel, InvalidPayload, RequestsExceeded."""
        guest, seat = self._at(listener, name)
        self._allow(guest, state, MOST_STATE)
        seat.channel.change(seat.member, seat.member.who, state or NOTHING)
        listener.outbox.send(frames.done("state", name, uid))

    async def broadcast(self, listener: Listener, name: str, data: bytes, uid: bytes) -> None:
        """Tell all others on the channel. Raises Forbidden, InvalidPayload, RequestsExceeded."""
        guest, seat = self._at(listener, name)
        self._allow(guest, data, MOST_DATA)
        await require_speak(self._engine, listener.actor, seat.place)
        if guest.seats.get(name) is not seat:  # sent away meanwhile
            raise Forbidden
        self.messages += 1
        seat.channel.broadcast(seat.member, data or NOTHING)
        listener.outbox.send(frames.done("broadcast", name, uid))

    def gone(self, listener: Listener) -> None:
        """The connection has ended."""
        for name in list(self._guests[listener].seats) if listener in self._guests else ():
            self._leave(listener, name)
        self._guests.pop(listener, None)

    async def review(self, listener: Listener) -> None:
        """See whether the connection may still be on its channels, and who it is now."""
        for seat in self._doubted(self._seats(listener)):
            await self._review(seat)

    # ---- seats --------------------------------------------------------------------------------------------------------

    def _at(self, listener: Listener, name: str) -> tuple[Guest, Seat]:
        guest = self._guests.get(listener)
        if guest is None or name not in guest.seats:
            raise Forbidden("Join the channel first.")
        return guest, guest.seats[name]

    def _seat(self, listener: Listener, guest: Guest, place: Place, state: bytes, uid: bytes) -> Seat:
        seat = guest.seats.get(place.name)
        if seat is not None:
            seat.uid, seat.member.tail = uid, tail(uid)
            seat.channel.change(seat.member, seat.member.who, state)
            return seat
        channel = self._channels.get(place.name)
        channel = Channel(place.name) if channel is None else channel
        if len(channel) >= MOST_MEMBERS or len(guest.seats) >= MOST_CHANNELS:
            raise LimitExceeded
        member = Member((guest.id, listener.actor.user), listener.outbox, tail(uid), state)
        self._channels[place.name] = channel
        channel.join(member)
        seat = guest.seats[place.name] = Seat(listener, place, channel, member, uid)
        if place.collection is not None and place.key is not None:
            self._by_row.setdefault(place.collection, {}).setdefault(place.key, {})[seat] = None
        return seat

    def _need(self, seat: Seat, collections: frozenset[str]) -> None:
        """Note whose rows decide about the seat."""
        for collection in seat.depends - collections:
            self._by_need[collection].pop(seat)
            if not self._by_need[collection]:
                del self._by_need[collection]
        for collection in collections - seat.depends:
            self._by_need.setdefault(collection, {})[seat] = None
        seat.depends = collections

    def _forget(self, seat: Seat) -> None:
        self._need(seat, frozenset())
        by_key = self._by_row.get(seat.place.collection or "", {})
        seats = by_key.get(seat.place.key or "", {})
        seats.pop(seat, None)
        if not seats:
            by_key.pop(seat.place.key or "", None)
        if not by_key:
            self._by_row.pop(seat.place.collection or "", None)

    def _seats(self, listener: Listener) -> list[Seat]:
        guest = self._guests.get(listener)
        return list(guest.seats.values()) if guest is not None else []

    def _is_taken(self, seat: Seat) -> bool:
        guest = self._guests.get(seat.listener)
        return guest is not None and guest.seats.get(seat.place.name) is seat

    def _leave(self, listener: Listener, name: str) -> None:
        guest = self._guests.get(listener)
        seat = guest.seats.pop(name, None) if guest is not None else None
        if seat is not None:
            self._forget(seat)
            seat.channel.leave(seat.member)
            if not len(seat.channel):
                self._channels.pop(name, None)

    def _allow(self, guest: Guest, value: bytes, most: int) -> None:
        if len(value) > most:
            raise InvalidPayload(f"More than {most} bytes")
        if guest.limit.take(monotonic()):
            raise RequestsExceeded

    # ---- rights -------------------------------------------------------------------------------------------------------

    def _told(self, commit: Commit) -> None:
        """A commit may end somebody's right to be on a channel."""
        if not self._guests:
            return
        touched = commit.collections
        if touched & _RIGHTS:
            self._doubt_all()
            return
        found: dict[Seat, None] = {}
        if "directus_users" in touched:
            users = {change.key for change in commit.changes if change.collection == "directus_users"}
            for listener in [one for one in self._guests if one.actor.user in users]:
                found.update(dict.fromkeys(self._seats(listener)))
        if not touched.isdisjoint(self._by_row):
            for change in commit.changes:
                found.update(self._by_row.get(change.collection, {}).get(str(change.key), {}))
        for collection in touched & self._by_need.keys():
            found.update(self._by_need[collection])
        if found:
            self._doubt(found)

    def _doubt_all(self, _schema: Schema | None = None) -> None:
        self._doubt([seat for listener in self._guests for seat in self._seats(listener)])

    def _doubt(self, seats: Iterable[Seat]) -> None:
        """Tell nothing more on these seats until their right to be there was reviewed."""
        task = asyncio.get_running_loop().create_task(self._review_all(self._doubted(seats)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _doubted(self, seats: Iterable[Seat]) -> list[Seat]:
        doubted = list(seats)
        for seat in doubted:
            seat.member.doubt()
        return doubted

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
            if self._is_taken(seat):
                self._need(seat, needs)
                self._rename(seat)
                seat.member.trust()

    def _send_away(self, seat: Seat, error: RowcastError) -> None:
        if self._is_taken(seat):
            self._leave(seat.listener, seat.place.name)
            seat.listener.outbox.send(frames.closed(seat.place.name, error, seat.uid))

    def _rename(self, seat: Seat) -> None:
        """Tell the others when the connection is somebody else now."""
        member, user = seat.member, seat.listener.actor.user
        if member.who[1] != user:
            seat.channel.change(member, (member.who[0], user), member.state)

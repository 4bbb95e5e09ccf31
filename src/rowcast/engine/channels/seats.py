"""Which connection is on which channel, found by connection, by row, and by the collections that decide. Must not know rights.

A commit finds whom it may concern by look-ups: nobody else is walked.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from rowcast.engine.channels.rights import Place
from rowcast.engine.telling.listener import Listener
from rowcast.errors import Forbidden, LimitExceeded
from rowcast.feed import Commit
from rowcast.live.channels import Channel, Member
from rowcast.protocol.frames import tail
from rowcast.protocol.limit import Limit

MOST_MEMBERS, MOST_CHANNELS = 5000, 100
"""Of one channel; of one connection."""
ACTIONS = 50
"""Actions that a connection may do in a second."""


class Seat:
    """One connection on one channel. ``depends``: collections whose rows may end it."""

    __slots__ = ("channel", "depends", "listener", "member", "place", "uid")

    def __init__(self, listener: Listener, place: Place, channel: Channel, member: Member, uid: bytes) -> None:
        self.listener, self.place, self.channel, self.member, self.uid = listener, place, channel, member, uid
        self.depends: frozenset[str] = frozenset()


class Guest:
    """One connection that meets others: its seats by the names of their channels."""

    __slots__ = ("id", "limit", "seats")

    def __init__(self) -> None:
        self.id = secrets.token_hex(6)
        self.limit = Limit(ACTIONS, 1.0)
        self.seats: dict[str, Seat] = {}


class Seats:
    """All of them."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self._guests: dict[Listener, Guest] = {}
        self._by_row: dict[str, dict[str, dict[Seat, None]]] = {}
        self._by_need: dict[str, dict[Seat, None]] = {}

    def __iter__(self) -> Iterator[Seat]:
        for guest in self._guests.values():
            yield from guest.seats.values()

    def __bool__(self) -> bool:
        return bool(self.channels)

    def guest(self, listener: Listener) -> Guest:
        """The connection as a guest."""
        return self._guests.setdefault(listener, Guest())

    def at(self, listener: Listener, name: str) -> Seat:
        """The seat of the connection on that channel. Raises Forbidden if it has none."""
        guest = self._guests.get(listener)
        if guest is None or name not in guest.seats:
            raise Forbidden("Join the channel first.")
        return guest.seats[name]

    def of(self, listener: Listener) -> list[Seat]:
        """All seats of the connection."""
        guest = self._guests.get(listener)
        return list(guest.seats.values()) if guest is not None else []

    def is_taken(self, seat: Seat) -> bool:
        """Whether the connection still sits there."""
        guest = self._guests.get(seat.listener)
        return guest is not None and guest.seats.get(seat.place.name) is seat

    def take(self, listener: Listener, place: Place, state: bytes, uid: bytes) -> Seat:
        """Have the connection sit there; one that sits there already gets state and uid anew. Raises LimitExceeded."""
        guest = self.guest(listener)
        seat = guest.seats.get(place.name)
        if seat is not None:
            seat.uid, seat.member.tail = uid, tail(uid)
            seat.channel.change(seat.member, seat.member.who, state)
            return seat
        channel = self._channel(place.name)
        if len(channel) >= MOST_MEMBERS or len(guest.seats) >= MOST_CHANNELS:
            raise LimitExceeded
        member = Member((guest.id, listener.actor.user), listener.outbox, tail(uid), state)
        self.channels[place.name] = channel
        channel.join(member)
        seat = guest.seats[place.name] = Seat(listener, place, channel, member, uid)
        if place.collection is not None and place.key is not None:
            self._by_row.setdefault(place.collection, {}).setdefault(place.key, {})[seat] = None
        return seat

    def leave(self, listener: Listener, name: str) -> None:
        """The connection sits there no longer."""
        guest = self._guests.get(listener)
        seat = guest.seats.pop(name, None) if guest is not None else None
        if seat is not None:
            self.need(seat, frozenset())
            self._forget_row(seat)
            seat.channel.leave(seat.member)
            if not len(seat.channel):
                del self.channels[name]

    def gone(self, listener: Listener) -> None:
        """The connection has ended."""
        for seat in self.of(listener):
            self.leave(listener, seat.place.name)
        self._guests.pop(listener, None)

    def need(self, seat: Seat, collections: frozenset[str]) -> None:
        """Note whose rows decide about the seat."""
        for collection in seat.depends - collections:
            del self._by_need[collection][seat]
            if not self._by_need[collection]:
                del self._by_need[collection]
        for collection in collections - seat.depends:
            self._by_need.setdefault(collection, {})[seat] = None
        seat.depends = collections

    def concerned(self, commit: Commit) -> list[Seat]:
        """Whose right a commit may change, by its rows and users."""
        found: dict[Seat, None] = {}
        touched = commit.collections
        if "directus_users" in touched:
            users = {change.key for change in commit.changes if change.collection == "directus_users"}
            for listener in [one for one in self._guests if one.actor.user in users]:
                found.update(dict.fromkeys(self.of(listener)))
        if not touched.isdisjoint(self._by_row):
            for change in commit.changes:
                found.update(self._by_row.get(change.collection, {}).get(str(change.key), {}))
        for collection in commit.gaps & self._by_row.keys():
            for seats in self._by_row[collection].values():
                found.update(seats)
        for collection in (touched | commit.gaps) & self._by_need.keys():
            found.update(self._by_need[collection])
        return list(found)

    def _channel(self, name: str) -> Channel:
        channel = self.channels.get(name)
        return Channel(name) if channel is None else channel

    def _forget_row(self, seat: Seat) -> None:
        collection, key = seat.place.collection, seat.place.key
        if collection is None or key is None:
            return
        by_key = self._by_row[collection]
        del by_key[key][seat]
        if not by_key[key]:
            del by_key[key]
        if not by_key:
            del self._by_row[collection]

"""Who is on which channel, with which state, and what is said there. Nothing is stored. Must not know rights, sockets or time.

What is told is written once for all who hear it with the same tail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rowcast.live.outbox import Outbox
from rowcast.protocol import channel as frames
from rowcast.protocol.channel import Known


class Member:
    """One connection on one channel. ``tail`` ends the frames that it is told; ``state`` is JSON. While its right to be there is in
    doubt, it is told nothing; what it would have been told follows when the doubts are gone."""

    __slots__ = ("_doubts", "_kept", "outbox", "state", "tail", "who")

    def __init__(self, who: Known, outbox: Outbox, tail: bytes, state: bytes) -> None:
        self.who, self.outbox, self.tail, self.state = who, outbox, tail, state
        self._doubts = 0
        self._kept: list[bytes] = []

    def doubt(self) -> None:
        """Tell nothing until as many calls of ``trust`` have followed."""
        self._doubts += 1

    def trust(self) -> None:
        """One doubt less."""
        self._doubts -= 1
        if not self._doubts:
            kept, self._kept = self._kept, []
            for frame in kept:
                self.outbox.send(frame)

    def hear(self, frame: bytes) -> None:
        """Be told something."""
        if self._doubts:
            self._kept.append(frame)
        else:
            self.outbox.send(frame)

    def told(self) -> bytes:
        """The member as others see it."""
        return frames.member(self.who, self.state)


class Channel:
    """All members of one channel."""

    __slots__ = ("_members", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._members: dict[Member, None] = {}

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, member: object) -> bool:
        return member in self._members

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members)

    def join(self, member: Member) -> None:
        """One more; the others are told."""
        self._tell(frames.presence("joined", self.name, member.told()), self._members)
        self._members[member] = None

    def leave(self, member: Member) -> None:
        """One less; the others are told."""
        if self._members.pop(member, member) is None:
            self._tell(frames.presence("left", self.name, frames.member(member.who)), self._members)

    def change(self, member: Member, who: Known, state: bytes) -> None:
        """A member has another state, or is somebody else now; the others are told."""
        member.who, member.state = who, state
        self._tell(frames.presence("changed", self.name, member.told()), self._others(member))

    def broadcast(self, member: Member, data: bytes) -> None:
        """The others are told what the member says."""
        self._tell(frames.message(self.name, frames.member(member.who), data), self._others(member))

    def _others(self, member: Member) -> Iterator[Member]:
        return (one for one in self._members if one is not member)

    def _tell(self, head: bytes, members: Iterable[Member]) -> None:
        known: dict[bytes, bytes] = {}
        for one in list(members):  # whoever cannot take any more leaves on the spot
            frame = known.get(one.tail)
            if frame is None:
                frame = known[one.tail] = head + one.tail
            one.hear(frame)

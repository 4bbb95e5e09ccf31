"""A channel as its user has it: a block to be in, who else is there, what they say. Must not know the connection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Literal, Self

import msgspec
from msgspec import Struct, field

from rowcast.client.buffer import Buffer
from rowcast.client.effects import Joined
from rowcast.client.frames import Frame
from rowcast.client.gate import Gate, stand
from rowcast.errors import RowcastError

Say = Callable[[Mapping[str, Any], bool], Awaitable[Frame]]
"""Sends an action, which may be sent again after a cut or not; gives its answer."""


class Member(Struct, frozen=True):
    """Somebody on a channel. ``id`` names a connection; ``user`` is None for the public; ``state`` is what he tells of himself."""

    id: str
    user: str | None = None
    state: Any = None


class ChannelEvent(Struct, frozen=True):
    """What has happened. ``joined``, ``changed``, ``left``: the ``member``, as he is then or was last. ``message``: ``data`` by
    that member. ``gap``: something may have been missed, since the connection was cut or as events were not taken in time."""

    kind: Literal["joined", "changed", "left", "message", "gap"]
    member: Member | None = None
    data: Any = None


class _Told(Struct):
    """The members of a frame about a channel."""

    id: str = ""
    members: list[Member] = []
    member: Member | None = None
    sender: Member | None = field(default=None, name="from")
    data: Any = None


_told = msgspec.json.Decoder(_Told).decode


class Channel:
    """``async with client.channel("messages/5") as channel: async for event in channel: …``. After a cut one joins again, with the
    state of then and another ``id``; as nothing is stored, a ``gap`` event stands in that place. When the right to be there ends,
    iterating raises why."""

    def __init__(self, gate: Gate, say: Say, name: str, state: Any, buffer: Buffer[ChannelEvent]) -> None:
        self.name = name
        self._gate, self._say, self._buffer = gate, say, buffer
        self._held = Joined(name, state)
        self._members: dict[str, Member] | None = None
        self._early: list[tuple[str, _Told]] = []
        self._id = ""

    def __repr__(self) -> str:
        return f"<Channel {self.name!r}, {len(self.present)} present>"

    # ---- who is there -------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """One's own id, by which the others know this connection; another one after a cut."""
        return self._id

    @property
    def state(self) -> Any:
        """What the others see of one, as set last."""
        return self._held.state

    @property
    def present(self) -> list[Member]:
        """Who is there now, oneself among them; the longest there come first."""
        return list((self._members or {}).values())

    def get(self, id: str) -> Member | None:
        """The member with that id; None if there is none."""
        return (self._members or {}).get(id)

    @property
    def waiting(self) -> int:
        """How many events have arrived and are not taken yet."""
        return len(self._buffer)

    # ---- what one does ------------------------------------------------------------------------------------------------

    async def send(self, data: Any) -> None:
        """Tell all others on the channel. Raises Forbidden for who may not or is not there, InvalidPayload for too much,
        RequestsExceeded for too often, ConnectionLost, OutOfTime."""
        await self._do("broadcast", data=data)

    async def set_state(self, state: Any) -> None:
        """Have another state, which the others are told, and which is told again after a cut. Raises as ``send``."""
        before, self._held.state = self._held.state, state
        try:
            await self._do("state", repeatable=True, state=state)
        except RowcastError:
            self._held.state = before
            raise
        if self._members is not None and self._id in self._members:
            self._members[self._id] = msgspec.structs.replace(self._members[self._id], state=state)

    async def _do(self, action: str, *, repeatable: bool = False, **more: Any) -> None:
        if self._members is None:
            raise RuntimeError("Use the channel in a block: async with client.channel(…) as channel: …")
        await self._say({"action": action, "channel": self.name, **more}, repeatable)

    # ---- the block ----------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Join. Raises Forbidden, LimitExceeded and others if the server refuses, ConnectionLost if it does not answer, as one that
        has no channels, RuntimeError if the client is on it already, and in a block of its own or after one."""
        if self._members is not None or self._buffer.is_over:
            raise RuntimeError("A channel is joined by one block; ask for another.")
        _, frame = await stand(self._gate, self._held, self)
        self._enter(_told(frame.text))
        early, self._early = self._early, []
        for kind, told in early:
            self._happened(kind, told)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._buffer.abandon()
        self._gate.leave(self._held)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChannelEvent:
        if self._members is None:
            raise RuntimeError("Use the channel in a block: async with client.channel(…) as channel: …")
        found = await self._buffer.get()
        if found is None:
            raise StopAsyncIteration
        return found[1] or ChannelEvent("gap")

    # ---- the side of the connection -----------------------------------------------------------------------------------

    def take(self, kind: str, frame: Frame) -> bool:
        """Something has happened. What comes before one knows who is there is applied then."""
        told = _told(frame.text)
        if self._members is None:
            self._early.append((kind, told))
            return False
        return self._happened(kind, told)

    async def room(self) -> None:
        """Wait until there is room for more."""
        await self._buffer.room()

    def end(self, error: RowcastError | None = None) -> None:
        """Nothing more will come."""
        self._buffer.end(error)

    def _enter(self, told: _Told) -> None:
        self._id, self._members = told.id, {member.id: member for member in told.members}

    def _happened(self, kind: Any, told: _Told) -> bool:
        assert self._members is not None
        if kind == "gap":
            self._enter(told)
            return self._buffer.take(kind, ChannelEvent("gap"))
        who = told.member or told.sender
        if who is not None and kind in ("joined", "changed"):
            self._members[who.id] = who
        elif who is not None:  # the frame has no state: as one was seen last
            who = self._members.get(who.id, who)
        if who is not None and kind == "left":
            self._members.pop(who.id, None)
        return self._buffer.take(kind, ChannelEvent(kind, who, told.data))

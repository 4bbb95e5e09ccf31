"""A subscription as its user has it: a block to be in, and events to iterate over. Must not know the connection."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Generic, Literal, Self

import msgspec
from msgspec import UNSET, Struct, UnsetType
from typing_extensions import TypeVar

from rowcast.client.ask import Key
from rowcast.client.buffer import Buffer
from rowcast.client.effects import Held
from rowcast.client.frames import Frame, Meta, meta_of
from rowcast.client.gate import Gate, begin
from rowcast.client.models import from_json, misfit

Kind = Literal["init", "resumed", "create", "update", "delete", "gap"]
Row = TypeVar("Row", default=dict[str, Any])
_NO_META = Meta()


class Event(Struct, Generic[Row], frozen=True):
    """What has happened. ``rows`` are those created or updated, ``keys`` those deleted. ``init`` is the beginning with the rows of
    that moment, ``resumed`` (as ``Subscription.init`` only) the beginning from an earlier position. ``gap``: something may have
    been missed, since the server could not tell what happened while there was no connection or since events were not taken in
    time; ``rows`` are then the rows of now, if ``complete``."""

    kind: Kind
    rows: list[Row] = []
    keys: list[Key] = []
    meta: Meta = Meta()
    position: str | None = None
    complete: bool = False


class Subscription(Generic[Row]):
    """``async with client.subscribe(…) as events: async for event in events: …``. ``init`` has the rows of the beginning (none if
    the subscription is for one kind of event only); with ``since`` it is ``resumed``, and what was missed is among the events, or
    ``gap``, if nobody knows that any more."""

    init: Event[Row]

    def __init__(
        self,
        gate: Gate,
        members: dict[str, Any],
        buffer: Buffer,
        *,
        model: type[Row] | None = None,
        resume: bool = True,
        since: str | None = None,
    ) -> None:
        self._gate, self._members, self._buffer = gate, members, buffer
        self._resume, self._since = resume, since
        self._reader: Reader[Row] = Reader(model)
        self._held: Held | None = None

    def __repr__(self) -> str:
        return f"<Subscription to {self._members['collection']!r}, {self.waiting} events waiting>"

    @property
    def position(self) -> str | None:
        """Up to where the events have come that have arrived; None if the server does not say."""
        return self._held.position if self._held is not None else None

    @property
    def waiting(self) -> int:
        """How many events have arrived and are not taken yet."""
        return len(self._buffer)

    async def __aenter__(self) -> Self:
        """Subscribe. Raises Forbidden, InvalidQuery, InvalidCollection and others if the server refuses, ConnectionLost if it does
        not answer, RuntimeError in a block of its own or after one."""
        if self._held is not None or self._buffer.is_over:
            raise RuntimeError("A subscription is one block; subscribe again for another.")
        self._held, kind, frame = await begin(
            self._gate, self._members, self._buffer, resume=self._resume, since=self._since
        )
        try:
            self.init = self._reader.event(kind, frame)
        except BaseException:  # nobody will leave a block that nobody is in
            self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._buffer.abandon()
        if self._held is not None:
            self._gate.leave(self._held)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event[Row]:
        if self._held is None:
            raise RuntimeError("Use the subscription in a block: async with client.subscribe(…) as events: …")
        found = await self._buffer.get()
        if found is None:
            raise StopAsyncIteration
        return self._reader.event(*found)


class Reader(Generic[Row]):
    """Makes events of frames, with rows of the model. One object, where a subscription is for one item, is a list of one."""

    def __init__(self, model: type[Row] | None) -> None:
        row: Any = dict[str, Any] if model is None else model
        self._model = row
        self._rows = msgspec.json.Decoder(list[row] | row | None, dec_hook=from_json).decode
        self._keys = msgspec.json.Decoder(list[Key] | Key | None).decode

    def event(self, kind: Any, frame: Frame | None) -> Event[Row]:
        """The event that a frame tells of; without frame, a gap of our own making."""
        if frame is None:
            return Event("gap")
        meta, data = _NO_META if frame.meta is UNSET else meta_of(frame), frame.data
        if isinstance(data, UnsetType):
            return Event(kind, [], [], meta, frame.position)
        try:
            found: Any = self._keys(data) if kind == "delete" else self._rows(data)
        except msgspec.ValidationError as error:
            raise misfit(self._model, error) from error
        if not isinstance(found, list):
            found = [] if found is None else [found]
        if kind == "delete":
            return Event(kind, [], found, meta, frame.position)
        return Event(kind, found, [], meta, frame.position, kind == "gap")

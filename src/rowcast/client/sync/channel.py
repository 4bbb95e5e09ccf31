"""A channel, waited for one event at a time."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from rowcast.client.channel import Channel as AsyncChannel
from rowcast.client.channel import ChannelEvent, Member
from rowcast.client.sync.thread import Thread


class Channel:
    """``with client.channel("messages/5") as channel: for event in channel: …``"""

    def __init__(self, thread: Thread, channel: AsyncChannel) -> None:
        self._thread, self._inner, self.name = thread, channel, channel.name

    def __repr__(self) -> str:
        return repr(self._inner)

    @property
    def id(self) -> str:
        """One's own id, by which the others know this connection; another one after a cut."""
        return self._inner.id

    @property
    def state(self) -> Any:
        """What the others see of one, as set last."""
        return self._inner.state

    @property
    def present(self) -> list[Member]:
        """Who is there now, oneself among them; the longest there come first."""
        return self._inner.present

    def get(self, id: str) -> Member | None:
        """The member with that id; None if there is none."""
        return self._inner.get(id)

    @property
    def waiting(self) -> int:
        """How many events have arrived and are not taken yet."""
        return self._inner.waiting

    def send(self, data: Any) -> None:
        """Tell all others on the channel. Raises as the asynchronous one."""
        self._thread.call(self._inner.send, data)

    def set_state(self, state: Any) -> None:
        """Have another state, which the others are told. Raises as the asynchronous one."""
        self._thread.call(self._inner.set_state, state)

    def next(self, timeout: float | None = None) -> ChannelEvent | None:
        """The next event; None at the end, or if there is none within ``timeout`` seconds. Raises why one may not be there any
        more."""
        return self._thread.next(timeout, self._inner.__anext__)

    def __iter__(self) -> Iterator[ChannelEvent]:
        while (event := self.next()) is not None:
            yield event

    def __enter__(self) -> Self:
        self._thread.call(self._inner.__aenter__)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_open:
            self._thread.call(self._inner.__aexit__, kind, error, trace)

"""A channel, waited for one event at a time."""

from __future__ import annotations

from typing import Any

from rowcast.client.channel import Channel as AsyncChannel
from rowcast.client.channel import ChannelEvent, Member
from rowcast.client.sync.stream import Block
from rowcast.client.sync.thread import Thread


class Channel(Block[ChannelEvent]):
    """``with client.channel("messages/5") as channel: for event in channel: …``"""

    def __init__(self, thread: Thread, channel: AsyncChannel) -> None:
        super().__init__(thread, channel)
        self._inner, self.name = channel, channel.name

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

    def send(self, data: Any) -> None:
        """Tell all others on the channel. Raises as the asynchronous one."""
        self._thread.call(self._inner.send, data)

    def set_state(self, state: Any) -> None:
        """Have another state, which the others are told. Raises as the asynchronous one."""
        self._thread.call(self._inner.set_state, state)

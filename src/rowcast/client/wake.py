"""How one task wakes another: a signal that is set once and waited for by one task. Knows both event loops.

``anyio.Event`` would do; on asyncio a bare future costs a third of it, and a client that takes events waits for each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import anyio

if TYPE_CHECKING:
    import asyncio


class Wake(Protocol):
    """Waited for by one task, set by whoever knows."""

    def set(self) -> None:
        """Wake the task, now or as soon as it waits; twice is no error."""

    async def wait(self) -> object:
        """Wait until it is set. Safe to cancel."""


class _Future:
    """On asyncio."""

    __slots__ = ("_future",)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._future = loop.create_future()

    def set(self) -> None:
        """See Wake."""
        if not self._future.done():
            self._future.set_result(None)

    async def wait(self) -> None:
        """See Wake."""
        await self._future


def wake() -> Wake:
    """A new one, for the event loop that runs."""
    import asyncio  # a quarter of the time that importing the client would take

    try:
        return _Future(asyncio.get_running_loop())
    except RuntimeError:  # trio runs
        return anyio.Event()

"""How one task wakes another: a signal that is set once and waited for by one task. Knows both event loops.

``anyio.Event`` would do; on asyncio a bare future costs a third of it, and a client that takes events waits for each of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, Self

import anyio


class Wake(Protocol):
    """Waited for by one task, set by whoever knows."""

    def set(self) -> None:
        """Wake the task, now or as soon as it waits; twice is no error."""

    def wait(self) -> Awaitable[object]:
        """Wait until it is set. Safe to cancel."""


def wake() -> Wake:
    """A new one, for the event loop that runs."""
    global _on_asyncio
    if _on_asyncio is None:
        _on_asyncio = _maker()
    return _on_asyncio() or anyio.Event()


_on_asyncio: Callable[[], Wake | None] | None = None
"""Makes one if asyncio runs. Made when it is needed first: importing asyncio is a quarter of what importing the client would be."""


def _maker() -> Callable[[], Wake | None]:
    import asyncio

    class Future(asyncio.Future[None]):
        """A future that is waited for without anything around it."""

        def set(self) -> None:
            """See Wake."""
            if not self.done():
                self.set_result(None)

        def wait(self) -> Self:
            """See Wake."""
            return self

    running = asyncio._get_running_loop  # the one that does not raise where trio runs

    def make() -> Wake | None:
        loop = running()
        return None if loop is None else Future(loop=loop)

    return make

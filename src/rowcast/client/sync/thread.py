"""An event loop in a thread of its own, and how others have things done there and wait. Must not know what."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, ExitStack
from typing import Any, Protocol, TypeVar

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal

from rowcast.errors import ConnectionLost

Result = TypeVar("Result")


class Call(Protocol):
    """Has it done there, and waits for the result."""

    def __call__(
        self, function: Callable[..., Coroutine[Any, Any, Result]], /, *args: Any, **members: Any
    ) -> Result: ...


class Thread:
    """There from ``open`` to ``close``, as often as one likes."""

    def __init__(self, backend: str) -> None:
        self._backend = backend
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None

    @property
    def is_open(self) -> bool:
        """Whether something can be done there."""
        return self._portal is not None

    def open(self, manager: AbstractAsyncContextManager[Any]) -> None:
        """Begin, and be in that block until the end. Raises what the block raises."""
        with ExitStack() as stack:
            portal = stack.enter_context(start_blocking_portal(self._backend))
            stack.enter_context(portal.wrap_async_context_manager(manager))
            self._stack, self._portal = stack.pop_all(), portal

    def close(self) -> None:
        """The end."""
        stack, self._stack, self._portal = self._stack, ExitStack(), None
        stack.close()

    def call(self, function: Callable[..., Coroutine[Any, Any, Result]], /, *args: Any, **members: Any) -> Result:
        """Have it done, and wait. Whoever stops waiting, as by Ctrl-C, ends it there too, so that nothing goes on that would take
        an event from those who ask later. Raises ConnectionLost when closed, RuntimeError in that thread itself."""
        result: Result = self.look(functools.partial(function, *args, **members))
        return result

    def look(self, function: Callable[[], Any]) -> Any:
        """The same with what need not be awaited."""
        if self._portal is None:
            raise ConnectionLost("The client is closed.", sent=False)
        future = self._portal.start_task_soon(function)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def next(self, timeout: float | None, take: Callable[[], Coroutine[Any, Any, Result]]) -> Result | None:
        """What ``take`` gives; None at the end, or if there is nothing within ``timeout`` seconds."""
        return self.call(_within, timeout, take) if self.is_open else None


async def _within(seconds: float | None, take: Callable[[], Coroutine[Any, Any, Result]]) -> Result | None:
    with anyio.move_on_after(seconds):
        try:
            return await take()
        except StopAsyncIteration:
            return None
    return None

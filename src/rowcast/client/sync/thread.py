"""An event loop in a thread of its own, and how others have things done there and wait. Must not know what."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AbstractContextManager, suppress
from typing import Any, Protocol, TypeVar

import anyio
from anyio.from_thread import BlockingPortal

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
        self._portal: BlockingPortal | None = None
        self._block: AbstractContextManager[Any] | None = None
        self._thread: threading.Thread | None = None
        self._process = os.getpid()

    @property
    def is_open(self) -> bool:
        """Whether something can be done there: not in a process that was forked, which has no such thread."""
        return self._portal is not None and not self.is_elsewhere

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is the thread of another process, of which this one is a copy."""
        return self._portal is not None and self._process != os.getpid()

    def open(self, manager: AbstractAsyncContextManager[Any]) -> None:
        """Begin, and be in that block until the end. Raises what the block raises."""
        portal, thread = _started(self._backend)
        try:
            self._block = portal.wrap_async_context_manager(manager)
            self._block.__enter__()
        except BaseException:
            _stop(portal, thread)
            raise
        self._portal, self._thread, self._process = portal, thread, os.getpid()

    def close(self) -> None:
        """The end."""
        portal, self._portal = self._portal, None
        assert portal is not None
        assert self._block is not None
        assert self._thread is not None
        try:
            self._block.__exit__(None, None, None)
        finally:
            _stop(portal, self._thread)

    def call(self, function: Callable[..., Coroutine[Any, Any, Result]], /, *args: Any, **members: Any) -> Result:
        """Have it done, and wait. Whoever stops waiting, as by Ctrl-C, ends it there too, so that nothing goes on that would take
        an event from those who ask later. Raises ConnectionLost when closed, RuntimeError in that thread itself."""
        result: Result = self.look(functools.partial(function, *args, **members))
        return result

    def look(self, function: Callable[[], Any]) -> Any:
        """The same with what need not be awaited."""
        if self._portal is None or self.is_elsewhere:
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


def _started(backend: str) -> tuple[BlockingPortal, threading.Thread]:
    """As ``start_blocking_portal``, but no generator, which would wait for the thread when it is thrown away: in a process that was
    forked there is none."""
    begun: Future[BlockingPortal] = Future()

    async def main() -> None:
        async with BlockingPortal() as portal:
            begun.set_result(portal)
            await portal.sleep_until_stopped()

    def work() -> None:
        try:
            anyio.run(main, backend=backend)
        except BaseException as error:
            if begun.done():
                raise
            begun.set_exception(error)

    thread = threading.Thread(target=work, name="rowcast.client", daemon=True)
    thread.start()
    return begun.result(), thread


def _stop(portal: BlockingPortal, thread: threading.Thread) -> None:
    with suppress(RuntimeError):  # it has ended
        portal.call(portal.stop, True)
    thread.join()

"""A thread that does one thing after the other for somebody who will not wait for ever. Must not know what it does.

The thread does not keep the process alive: whoever gave up on a call also gives up the worker and takes another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class Worker:
    """The thread starts with the first call."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)
        self._begun = False

    @property
    def is_current(self) -> bool:
        """Whether the caller runs in this worker."""
        return threading.current_thread() is self._thread

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have it done."""
        if not self._begun:
            self._begun = True
            self._thread.start()
        future: Future[T] = Future()
        self._calls.put((work, future))
        return future

    def end(self) -> None:
        """Let the thread end when it is done with what it does."""
        self._calls.put(None)

    def _live(self) -> None:
        while (call := self._calls.get()) is not None:
            work, future = call
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)
            del call, work, future

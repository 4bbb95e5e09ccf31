"""Runs a coroutine at once as far as it goes without waiting; only what is left becomes a task. Must not know what it runs.

Most verbs are answered from memory or by a database on this machine and never wait: a task for each would cost more than the verb.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


def run(
    work: Coroutine[Any, Any, T], done: Callable[[asyncio.Future[T]], None] | None = None
) -> asyncio.Task[T] | None:
    """Run ``work``. None: it is finished (its exception is raised here). Else the task that finishes it; ``done`` is called with
    that task."""
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    task = asyncio.get_running_loop().create_task(_rest(work, waits_for))
    if done is not None:
        task.add_done_callback(done)
    return task


class Later:
    """The rest of a coroutine that waits for a future, driven by that future without a task around it: for verbs of our own, which
    wait for nothing but futures and need no current task. ``done`` is called with the error, or None."""

    __slots__ = ("_done", "_work")

    def __init__(
        self, work: Coroutine[Any, Any, None], waits_for: Any, done: Callable[[BaseException | None], None]
    ) -> None:
        self._work, self._done = work, done
        self._wait(waits_for)

    def _wait(self, waits_for: Any) -> None:
        if waits_for is None:  # asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(self._step, None)
        else:
            waits_for._asyncio_future_blocking = False  # the protocol between futures and tasks
            waits_for.add_done_callback(self._step)

    def _step(self, _future: Any) -> None:
        try:
            waits_for = self._work.send(None)
        except StopIteration:
            self._done(None)
        except BaseException as error:
            self._done(error)
        else:
            self._wait(waits_for)


def run_light(work: Coroutine[Any, Any, None], done: Callable[[BaseException | None], None]) -> bool:
    """Like ``run`` for a verb as ``Later`` wants it. True if it is not finished yet."""
    try:
        waits_for = work.send(None)
    except StopIteration:
        return False
    Later(work, waits_for, done)
    return True


@types.coroutine
def _rest(work: Coroutine[Any, Any, T], waits_for: Any) -> Generator[Any, Any, T]:
    """The rest of a coroutine that waits for something already."""
    while True:
        try:
            try:
                sent = yield waits_for
            except BaseException as error:
                waits_for = work.throw(error)
            else:
                waits_for = work.send(sent)
        except StopIteration as end:
            result: T = end.value
            return result

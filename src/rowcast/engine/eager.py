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
    work: Coroutine[Any, Any, T], done: Callable[[asyncio.Future[T] | None], None] | None = None
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

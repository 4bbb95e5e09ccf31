"""Where the tasks of a client run while it is in its block. Must not know what they do.

On asyncio they run below a task of their own: the block may then be left by another task than has entered it, as by the fixtures of
tests, by generators that are not run to their end, by the cells of a notebook. On trio they run in the block, as trio wants it.
"""

from __future__ import annotations

import logging
from types import TracebackType
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup

if TYPE_CHECKING:
    import asyncio

_log = logging.getLogger("rowcast.client")


class Host:
    """There from ``enter`` to ``leave``."""

    def __init__(self) -> None:
        self.group: TaskGroup = anyio.create_task_group()
        self._task: asyncio.Task[None] | None = None
        self._inside, self._over = anyio.Event(), anyio.Event()

    async def enter(self) -> None:
        """Begin."""
        if not on_asyncio():
            await self.group.__aenter__()
            return
        import asyncio

        self._task = asyncio.create_task(self._live(), name="rowcast.client")
        try:
            await self._inside.wait()
        except BaseException:
            self._task.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.wait([self._task])
            raise

    async def leave(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """End all tasks. An error of the block is raised as it is, not in a group."""
        if self._task is not None:
            import asyncio

            self._over.set()
            with anyio.CancelScope(shield=True):  # they are cancelled, and will not take long
                await asyncio.wait([self._task])
            return None
        self.group.cancel_scope.cancel()
        if _is_cancelled(error):
            return await self.group.__aexit__(kind, error, trace)
        await self.group.__aexit__(None, None, None)
        return None

    async def _live(self) -> None:
        """What fails here is a defect; who waits for something has been told, and the log says why."""
        try:
            async with self.group:
                self._inside.set()
                await self._over.wait()
                self.group.cancel_scope.cancel()
        except Exception:
            _log.exception("The client has failed")


def _is_cancelled(error: BaseException | None) -> bool:
    """Whether it is, or holds, what ends a cancelled task: the task group must see that."""
    cancelled = anyio.get_cancelled_exc_class()
    return isinstance(error, cancelled) or (
        isinstance(error, BaseExceptionGroup) and error.subgroup(cancelled) is not None
    )


def on_asyncio() -> bool:
    """Whether asyncio runs the task that asks, not trio."""
    import asyncio  # a quarter of the time that importing the client would take

    return asyncio._get_running_loop() is not None

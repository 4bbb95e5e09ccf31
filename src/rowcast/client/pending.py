"""One request's answer, which one task waits for. Knows no connection."""

from __future__ import annotations

import anyio

from rowcast.client.frames import Frame
from rowcast.errors import RowcastError


class Pending:
    """Set once: by ``answer`` or by ``fail``."""

    __slots__ = ("_done", "_error", "_frame")

    def __init__(self) -> None:
        self._done = anyio.Event()
        self._frame: Frame | None = None
        self._error: RowcastError | None = None

    def answer(self, frame: Frame) -> None:
        """The answer has come."""
        self._frame = frame
        self._done.set()

    def fail(self, error: RowcastError) -> None:
        """None will come."""
        self._error = error
        self._done.set()

    async def wait(self) -> Frame:
        """The answer. Raises what ``fail`` was given."""
        await self._done.wait()
        if self._error is not None:
            raise self._error
        assert self._frame is not None
        return self._frame

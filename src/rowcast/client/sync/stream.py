"""What goes on for a while, waited for one event at a time. Must not know what the events are."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from rowcast.client.sync.thread import Thread

What = TypeVar("What")
Told = TypeVar("Told", covariant=True)


class Inner(Protocol[Told]):
    """An asynchronous one."""

    def __anext__(self) -> Coroutine[Any, Any, Told]: ...


class Stream(Generic[What]):
    """Iterated over, or asked for its ``next``."""

    def __init__(self, thread: Thread, inner: Inner[What]) -> None:
        self._thread = thread
        self._stream = inner

    def __repr__(self) -> str:
        return repr(self._stream)

    def next(self, timeout: float | None = None) -> What | None:
        """The next event or change; None at the end, or if there is none within ``timeout`` seconds. Raises why it has ended, if
        that was no wish of ours."""
        return self._thread.next(timeout, self._stream.__anext__)

    def __iter__(self) -> Iterator[What]:
        while (event := self.next()) is not None:
            yield event


class InnerBlock(Inner[Told], Protocol[Told]):
    """An asynchronous one that is there while one is in its block."""

    @property
    def waiting(self) -> int:
        """See Block."""

    def __aenter__(self) -> Coroutine[Any, Any, Any]: ...

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Coroutine[Any, Any, None]: ...


class Block(Stream[What]):
    """One that is there while one is in its block."""

    def __init__(self, thread: Thread, inner: InnerBlock[What]) -> None:
        super().__init__(thread, inner)
        self._block = inner

    @property
    def waiting(self) -> int:
        """How many events have arrived and are not taken yet."""
        return self._block.waiting

    def __enter__(self) -> Self:
        self._thread.call(self._block.__aenter__)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_open:
            self._thread.call(self._block.__aexit__, kind, error, trace)

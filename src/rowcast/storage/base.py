"""The seam behind which bytes live. Says what a storage can do; knows no disk and no service.

A file comes in two steps: its bytes are received aside, as long as that takes; then they are put in place under their
name, whole, at once. Nobody ever reads half a file.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Stat:
    """What is known of a file without reading it: bytes, and when it was written (seconds since 1970)."""

    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that were taken in and wait for their name. ``token`` is the storage's own."""

    token: str
    size: int


class Storage(Protocol):
    """One place for files. Names are relative paths with ``/`` of plain parts. Every method may raise
    ``ServiceUnavailable`` when the place cannot be reached, is full or may not be written."""

    async def receive(self, parts: AsyncIterable[bytes], limit: int | None = None) -> Received:
        """Take bytes in, durable when this returns; memory does not grow with them. Raises ``ContentTooLarge`` beyond
        ``limit``, and whatever ``parts`` raises; then nothing is kept."""
        ...

    async def keep(self, received: Received, name: str) -> None:
        """Put received bytes in place, instead of those that may be there, at once and durable."""
        ...

    async def drop(self, received: Received) -> None:
        """Forget received bytes."""
        ...

    def peek(self, received: Received) -> BinaryIO:
        """Received bytes as a file that can be searched. Blocks: for threads. The caller closes it."""
        ...

    async def stat(self, name: str) -> Stat | None:
        """What is known of the file; None if there is none."""
        ...

    def read(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from ``start`` up to, not including, ``end``, in pieces. Raises ``FileNotFoundError`` when there is
        no file."""
        ...

    def file(self, name: str) -> BinaryIO:
        """The file as one that can be searched. Blocks: for threads. The caller closes it. Raises ``FileNotFoundError``."""
        ...

    async def delete(self, name: str) -> None:
        """Take the file away, or all files below that name; nothing happens if there is none."""
        ...

    async def names(self, below: str) -> list[tuple[str, Stat]]:
        """The names (in full) of the files directly below a name, those first that were written first."""
        ...

    async def sweep(self, older: float) -> int:
        """Forget what was received more than ``older`` seconds ago and never got a name (its server has died); how many
        there were."""
        ...

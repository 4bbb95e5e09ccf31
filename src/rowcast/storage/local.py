"""Files on the local disk. Knows paths, threads and what makes a write durable; must not know what is stored.

Received bytes are files in ``.partial``, on the same file system, so that putting them in place is one ``rename``. File
and folder are flushed before a write counts: what was acknowledged survives the end of the process and of the machine.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from rowcast.errors import ContentTooLarge, InvalidPayload, ServiceUnavailable
from rowcast.storage.base import Received, Stat

T = TypeVar("T")
PIECE = 256 * 1024
PARTIAL = ".partial"
LONGEST = 255
_PART = re.compile(r"[^/\\\x00-\x1f\x7f]+")


class LocalStorage:
    """See ``Storage``. ``root``: the folder; made when the first file comes."""

    def __init__(self, root: str) -> None:
        self._root = Path(root).absolute()

    async def receive(self, parts: AsyncIterable[bytes], limit: int | None = None) -> Received:
        """See ``Storage.receive``."""
        token = secrets.token_hex(16)
        path = self._partial(token)
        sink = await _run(lambda: _create(path))
        try:
            size = await _fill(sink, parts, limit)
            await _run(lambda: _flush(sink))
        except BaseException:
            sink.close()
            path.unlink(missing_ok=True)
            raise
        return Received(token, size)

    async def keep(self, received: Received, name: str) -> None:
        """See ``Storage.keep``."""
        source, target = self._partial(received.token), self._path(name)
        await _run(lambda: _place(source, target))

    async def drop(self, received: Received) -> None:
        """See ``Storage.drop``."""
        await _run(lambda: self._partial(received.token).unlink(missing_ok=True))

    def peek(self, received: Received) -> BinaryIO:
        """See ``Storage.peek``."""
        return self._partial(received.token).open("rb")

    async def stat(self, name: str) -> Stat | None:
        """See ``Storage.stat``."""
        path = self._path(name)
        return await _run(lambda: _stat(path))

    async def read(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See ``Storage.read``."""
        path = self._path(name)
        source = await asyncio.to_thread(path.open, "rb", 0)
        try:
            await asyncio.to_thread(source.seek, start)
            while end is None or start < end:
                piece = await asyncio.to_thread(source.read, PIECE if end is None else min(PIECE, end - start))
                if not piece:
                    return
                start += len(piece)
                yield piece
        finally:
            source.close()

    def file(self, name: str) -> BinaryIO:
        """See ``Storage.file``."""
        return self._path(name).open("rb")

    async def delete(self, name: str) -> None:
        """See ``Storage.delete``."""
        path = self._path(name)
        await _run(lambda: _remove(path))

    async def names(self, below: str) -> list[tuple[str, Stat]]:
        """See ``Storage.names``."""
        path = self._path(below)
        return await _run(lambda: _listed(path, below))

    async def sweep(self, older: float) -> int:
        """See ``Storage.sweep``."""
        folder, before = self._root / PARTIAL, time.time() - older
        return await _run(lambda: _swept(folder, before))

    def _partial(self, token: str) -> Path:
        return self._root / PARTIAL / token

    def _path(self, name: str) -> Path:
        """Where the file is. Raises InvalidPayload for a name that could lead out of the folder."""
        parts = name.split("/")
        plain = all(_PART.fullmatch(part) and part not in (".", "..", PARTIAL) for part in parts)
        if not plain or any(len(part.encode()) > LONGEST for part in parts):
            raise InvalidPayload(f'"{name}" is no name of a file')
        return self._root.joinpath(*parts)


async def _run(work: Callable[[], T]) -> T:
    """Do it in a thread. Raises ServiceUnavailable for what the disk refuses."""
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise ServiceUnavailable(f"The file storage can't be used: {error.strerror}.", service="files") from error


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb", buffering=0)


async def _fill(sink: BinaryIO, parts: AsyncIterable[bytes], limit: int | None) -> int:
    """Write the parts, gathered to pieces that are worth a thread; how many bytes it were."""
    size, waiting = 0, bytearray()
    async for part in parts:
        size += len(part)
        if limit is not None and size > limit:
            raise ContentTooLarge(f"A file may have {limit} bytes at most.")
        waiting += part
        if len(waiting) >= PIECE:
            full, waiting = waiting, bytearray()
            await _run(lambda full=full: sink.write(full))  # type: ignore[misc]
    if waiting:
        await _run(lambda: sink.write(waiting))
    return size


def _flush(sink: BinaryIO) -> None:
    with sink:
        os.fsync(sink.fileno())


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _stat(path: Path) -> Stat | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Stat(found.st_size, found.st_mtime)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _listed(path: Path, below: str) -> list[tuple[str, Stat]]:
    if not path.is_dir():
        return []
    known = [(f"{below}/{each.name}", stat) for each in path.iterdir() if (stat := _stat(each))]
    return sorted(known, key=lambda entry: entry[1].modified)


def _swept(folder: Path, before: float) -> int:
    if not folder.is_dir():
        return 0
    old = [path for path in folder.iterdir() if (stat := _stat(path)) and stat.modified < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)

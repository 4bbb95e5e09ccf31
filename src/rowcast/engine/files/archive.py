"""Several files as one ZIP archive, written as it is read: memory does not grow with it. Must not know who carries it."""

from __future__ import annotations

import time
import zipfile
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.files.found import File, find
from rowcast.engine.files.library import FILES
from rowcast.engine.mutation.cast import cast_key
from rowcast.engine.read import read, read_one
from rowcast.errors import InvalidPayload
from rowcast.query.parse import parse
from rowcast.query.sql import files

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

FOLDERS = "directus_folders"
MOST = 10_000
"""How many files an archive may hold."""
Entry = tuple[str, File | None]


async def archive_files(engine: Engine, actor: Actor, keys: Sequence[str]) -> AsyncIterator[bytes]:
    """The archive of those files. Raises Forbidden, before anything is given, when one of them may not be read,
    InvalidPayload for too many."""
    if not keys or len(keys) > MOST:
        raise InvalidPayload(f'"ids" must be a list of 1 to {MOST} keys')
    found = [await find(engine, actor, key) for key in dict.fromkeys(keys)]
    return _zipped(engine, list(_named((file.name, file) for file in found)))


async def archive_folder(engine: Engine, actor: Actor, key: str) -> tuple[str, AsyncIterator[bytes]]:
    """The folder's name, and the archive of what the actor may read in it and in the folders below. Raises Forbidden."""
    await read_one(engine, actor, FOLDERS, key, parse({"fields": ["id"]}))
    folder = cast_key(engine.schema.collections[FOLDERS].key, key)
    paths = await _tree(engine, actor, folder)
    asked = parse({"filter": {"folder": {"_in": list(paths)}}, "fields": ["id"], "limit": MOST + 1, "sort": ["id"]})
    answer = await read(engine, actor, FILES, asked)
    keys = [row["id"] for row in msgspec.json.decode(answer.data)]
    if len(keys) > MOST:
        raise InvalidPayload(f"The folder holds more than {MOST} files")
    entries: list[Entry] = [(f"{path}/", None) for path in paths.values()]
    found = [await find(engine, actor, key) for key in keys]
    entries += _named((f"{paths[file.folder or '']}/{file.name}", file) for file in found)
    return paths[str(folder)], _zipped(engine, sorted(entries, key=lambda entry: entry[0]))


async def _tree(engine: Engine, actor: Actor, folder: Any) -> dict[str, str]:
    """The paths of the folder and of those below that the actor may read."""
    paths = {row[0]: row[1] for row in await engine.store.read(files.TREE, (folder,))}
    asked = parse({"filter": {"id": {"_in": list(paths)}}, "fields": ["id"], "limit": len(paths)})
    seen = {row["id"] for row in msgspec.json.decode((await read(engine, actor, FOLDERS, asked)).data)}
    return {key: path for key, path in paths.items() if key in seen}


def _named(entries: Iterable[tuple[str, File]]) -> Iterable[Entry]:
    """Names that were given twice get the file's key before their ending."""
    seen: set[str] = set()
    for path, file in entries:
        stem, dot, ending = path.rpartition(".")
        name = path if path not in seen else f"{stem or ending}-{file.key}{dot if stem else ''}{ending if stem else ''}"
        seen.add(name)
        yield name, file


async def _zipped(engine: Engine, entries: Sequence[Entry]) -> AsyncIterator[bytes]:
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, file in entries:
            if file is None:
                archive.writestr(_info(name, None), b"")
                continue
            with archive.open(_info(name, file), "w", force_zip64=True) as entry:
                async for piece in engine.files.holder(file.storage).read(file.disk):
                    entry.write(piece)
                    yield sink.take()
            yield sink.take()
    yield sink.take()


def _info(name: str, file: File | None) -> zipfile.ZipInfo:
    moment = file.modified.timetuple() if file and file.modified and file.modified.year >= 1980 else time.gmtime()
    info = zipfile.ZipInfo(name, moment[:6])
    info.external_attr = 0o40755 << 16 | 0x10 if file is None else 0o644 << 16
    return info


class Sink:
    """Where the archive is written to: a file that cannot be searched, and is emptied as it fills."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """Nothing is held."""

    def take(self) -> bytes:
        """What was written since."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken

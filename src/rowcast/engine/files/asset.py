"""A file as it is shown: its own bytes, or those of a picture made of it. Must not know HTTP.

Pictures that were made are kept beside the original, below a name that only this original has (its name on the disk is
never given twice) and only this wish: what is found there is right.
"""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from rowcast.auth import Actor
from rowcast.engine.files.found import File, find
from rowcast.engine.files.library import DERIVED
from rowcast.errors import Forbidden, InvalidQuery
from rowcast.media import PRESETS, TYPES, Format, Wish, transform, wish_of
from rowcast.query.sql import files
from rowcast.storage import Stat, Storage

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

MOST_KEPT = 100
"""How many pictures made of one original are kept; the oldest go first."""
PIECE = 256 * 1024
_KIND = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+( *; *[\w.-]+=[\w.+-]+)*", re.ASCII)
"""A media type. Rows may say anything; a header may not."""
_MODERN = ("image/avif", "image/webp")
_TYPE_OF: Mapping[Format, str] = {format_: type_ for type_, format_ in TYPES.items()}

log = structlog.get_logger("rowcast.files")


@dataclass(frozen=True, slots=True)
class Asset:
    """What is to be shown. ``tag`` is another one whenever the bytes are; ``varies``: it depends on what kinds the
    asker takes."""

    storage: Storage
    disk: str
    size: int
    name: str
    type: str
    tag: str
    modified: datetime
    varies: bool = False

    def read(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from ``start`` up to ``end``."""
        return self.storage.read(self.disk, start, end)


async def asset(
    engine: Engine, actor: Actor, key: str, wanted: Mapping[str, Any], accepts: Sequence[str] = ()
) -> Asset:
    """The file ``key`` as ``wanted`` says (``width``, ``height``, ``fit``, ``format``, ``quality``,
    ``withoutEnlargement``, ``transforms``, or ``key`` of a preset). ``accepts``: types of pictures that the asker can
    show, for the format ``auto``.

    Raises Forbidden, InvalidQuery, IllegalAssetTransformation, ServiceUnavailable.
    """
    file = await find(engine, actor, key)
    wish = await _wish(engine, wanted)
    storage = engine.files.holder(file.storage)
    stat = await storage.stat(file.disk)
    if stat is None:
        log.error("the bytes of a file are missing", file=file.key, storage=file.storage, name=file.disk)
        raise Forbidden
    if wish is None or file.type not in TYPES:
        kind = file.type if file.type and _KIND.fullmatch(file.type) else "application/octet-stream"
        return _asset(storage, file, file.disk, stat, file.name, kind, "")
    return await _made(engine, storage, file, wish, accepts)


async def _wish(engine: Engine, wanted: Mapping[str, Any]) -> Wish | None:
    """What is wanted, as far as the settings allow it. Raises InvalidQuery."""
    limits = engine.settings.assets
    rows = await engine.store.read(files.TRANSFORMS) if wanted else []
    mode, presets = rows[0] if rows else ("all", None)
    if wanted.get("key"):
        wanted = _preset(str(wanted["key"]), presets, mode or "all")
    wish = wish_of(wanted, limits.transform_image_max_dimension, limits.transform_max_operations)
    if wish is not None and "key" not in wanted and mode in ("none", "presets"):
        raise InvalidQuery("Dynamic asset generation has been disabled for this project")
    return wish


def _preset(key: str, text: Any, mode: str) -> Mapping[str, Any]:
    """The preset of that key. It keeps its key, which tells that it is one."""
    if key in PRESETS:
        return {**PRESETS[key], "key": key}
    own: Any = msgspec.json.decode(text) if isinstance(text, str) else []
    found = next((each for each in own or [] if isinstance(each, dict) and each.get("key") == key), None)
    if found is None or mode == "none":
        raise InvalidQuery(f'"{key}" is no key of a preset')
    return found


async def _made(engine: Engine, storage: Storage, file: File, wish: Wish, accepts: Sequence[str]) -> Asset:
    """The picture that is wished, made now unless it was made before."""
    format_ = _format(file, wish, accepts)
    name = f"{wish.name(format_, file.focus)}.{format_}"
    disk = f"{DERIVED}/{file.disk}/{name}"
    stat = await storage.stat(disk)
    if stat is None:
        maker = Maker(engine, storage, file, wish, format_)
        stat = await engine.files.pictures.once(disk, lambda: maker.make(disk))
    shown = f"{file.name.rpartition('.')[0] or file.name}.{format_}"
    return _asset(storage, file, disk, stat, shown, _TYPE_OF[format_], name, varies=wish.format == "auto")


def _format(file: File, wish: Wish, accepts: Sequence[str]) -> Format:
    """``auto`` is AVIF where it is taken (half of WebP's size, made as fast), then WebP, then the original's."""
    if wish.format == "auto":
        return next((TYPES[type_] for type_ in _MODERN if type_ in accepts), TYPES[file.type or ""])
    return wish.format or TYPES[file.type or ""]


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes one picture and keeps it."""

    engine: Engine
    storage: Storage
    file: File
    wish: Wish
    format: Format

    async def make(self, disk: str) -> Stat:
        """Make it and put it in place."""
        content = await self.engine.files.pictures.run(self._paint)
        await self._trim(disk.rpartition("/")[0])
        await self.storage.keep(await self.storage.receive(_pieces(content)), disk)
        if await self.storage.stat(self.file.disk) is None:  # it was deleted meanwhile
            await self.storage.delete(f"{DERIVED}/{self.file.disk}")
            raise Forbidden
        return await self.storage.stat(disk) or Stat(len(content), 0.0)

    def _paint(self) -> bytes:
        most, sink = self.engine.settings.assets.transform_image_max_dimension, io.BytesIO()
        with self.storage.file(self.file.disk) as source:
            transform(source, sink, self.wish, self.format, most, self.file.focus)
        return sink.getvalue()

    async def _trim(self, folder: str) -> None:
        kept = await self.storage.names(folder)
        for name, _ in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
            await self.storage.delete(name)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


def _asset(
    storage: Storage, file: File, disk: str, stat: Stat, name: str, type_: str, made: str, *, varies: bool = False
) -> Asset:
    """``made``: the name of a picture that was made; empty for the original."""
    written = datetime.fromtimestamp(int(stat.modified), UTC)
    tag = f"{file.disk}-{made}" if made else f"{file.disk}-{stat.size:x}-{int(stat.modified * 1000):x}"
    return Asset(storage, disk, stat.size, name, type_, tag, written, varies)

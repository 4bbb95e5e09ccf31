"""Bodies that come compressed (``Content-Encoding``). Must not know what is in them."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

from rowcast.errors import ContentTooLarge, InvalidPayload, UnsupportedMediaType

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""What ``zlib`` calls these: its window, and whether the gzip head is around."""


class Body:
    """A body that is read in parts, decompressed, of at most ``limit`` bytes on the wire and as it was before. Raises
    UnsupportedMediaType, InvalidPayload and ContentTooLarge."""

    def __init__(self, encoding: str, limit: int) -> None:
        name = encoding.strip().lower()
        if name not in _WINDOWS and name not in ("", "identity"):
            told = f'Unsupported content encoding "{name}".'
            raise UnsupportedMediaType(told, mediaType=name, where="content encoding")
        self._limit = limit
        self._inflater = zlib.decompressobj(_WINDOWS[name]) if name in _WINDOWS else None

    async def read(self, parts: AsyncIterable[bytes]) -> bytes:
        """All of it."""
        read, size = [], 0
        async for part in parts:
            size += len(part)
            if size > self._limit:
                raise ContentTooLarge()
            read.append(part)
        raw = b"".join(read)
        return raw if self._inflater is None or not raw else self._inflated(raw)

    def _inflated(self, raw: bytes) -> bytes:
        assert self._inflater is not None
        try:
            found = self._inflater.decompress(raw, self._limit + 1)
        except zlib.error:
            raise InvalidPayload("The body is not compressed as it says") from None
        if len(found) > self._limit:
            raise ContentTooLarge()
        if not self._inflater.eof:
            raise InvalidPayload("The body is not compressed as it says")
        return found

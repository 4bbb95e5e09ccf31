"""Cuts what arrives on a WebSocket into frames. A text in one frame, which nearly all are, is taken here; any other frame
(fragments, pings, the end, what is against the rules) is handed on whole. Pure; RFC 6455, section 5.2."""

from __future__ import annotations

from collections.abc import Iterator

_TEXT = 0x81
"""A text that is not continued, without extensions."""
_MASKED = 0x80
"""Servers do not mask: what has this bit is against the rules."""

_LONG = {126: 2, 127: 8}
"""Bytes of the length, if it stands behind."""


class Splitter:
    """``largest``: bytes of a frame's content; one that has more is handed on before it is there."""

    __slots__ = ("_broken", "_chunks", "_have", "_largest", "_need")

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._chunks: list[bytes] = []
        self._have, self._need = 0, 2
        self._broken = False

    def feed(self, data: bytes) -> Iterator[tuple[bool, bytes]]:
        """For each whole frame that is there: (True, the text), or (False, the frame as it came). What is against the rules, and
        all that follows, is handed on as it comes."""
        self._chunks.append(data)
        self._have += len(data)
        if self._have < self._need:
            return
        whole = data if len(self._chunks) == 1 else b"".join(self._chunks)
        at, end, largest = 0, len(whole), self._largest
        while True:
            if at + 4 <= end and not self._broken and (size := whole[at + 1]) <= 126:  # nearly always
                start = at + 2
                if size == 126:
                    start, size = at + 4, whole[at + 2] << 8 | whole[at + 3]
                stop = start + size
                if size > largest:
                    start, stop = self._bounds(whole, at, end)
            else:
                start, stop = self._bounds(whole, at, end)
            if stop > end or at >= end:
                break
            yield (True, whole[start:stop]) if start and whole[at] == _TEXT else (False, whole[at:stop])
            at = stop
        rest = whole[at:] if at else whole
        self._chunks, self._have, self._need = [rest] if rest else [], end - at, stop - at

    def _bounds(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        """Where the content of the frame begins and ends; beyond ``end`` if it is not there. (0, ``end``): hand on all."""
        if self._broken:
            return 0, end
        if end - at < 2:
            return 0, at + 2
        size, start = data[at + 1], at + 2
        if size in _LONG:
            start += _LONG[size]
            size = int.from_bytes(data[at + 2 : start])
        if start > end:
            return 0, start
        self._broken = size > self._largest or bool(data[at + 1] & _MASKED)
        return (0, end) if self._broken else (start, start + size)

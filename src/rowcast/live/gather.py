"""What has become of the rows of an exact set while nothing could be sent: the last of each, however often it has changed. Must not
know to whom it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rowcast.feed import Kind
from rowcast.live.encode import join
from rowcast.live.token import Token
from rowcast.protocol import frames

if TYPE_CHECKING:
    from rowcast.live.event import Event


class Gathered:
    """By key, whether the subscriber holds the row, and the row as it is now (None: gone)."""

    __slots__ = ("_rows", "_single", "_token")

    def __init__(self) -> None:
        self._rows: dict[bytes, tuple[bool, bytes | None]] = {}
        self._single = False
        self._token: Token | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, event: Event) -> None:
        """One more event; those before it are in."""
        self._token, self._single = event.token, event.single
        for key, row in event.rows:
            known = self._rows.pop(key, None)
            holds = event.kind is not Kind.CREATE if known is None else known[0]
            if holds or row is not None:
                self._rows[key] = (holds, row)

    def frames(self, tail: bytes) -> Iterator[bytes]:
        """What leads to the same rows. Nobody can go on from between the frames."""
        rows = self._rows
        gone = [key for key, (_, row) in rows.items() if row is None]
        new = [row for holds, row in rows.values() if row is not None and not holds]
        other = [row for holds, row in rows.values() if row is not None and holds]
        kinds = [pair for pair in ((Kind.DELETE, gone), (Kind.CREATE, new), (Kind.UPDATE, other)) if pair[1]]
        for kind, data in kinds:
            head = frames.event_head(kind, data[0] if self._single else join(data))
            yield head + self._end(tail, is_last=kind is kinds[-1][0])

    def _end(self, tail: bytes, *, is_last: bool) -> bytes:
        if self._token is None or not frames.has_place(tail):
            return tail
        return frames.placed(tail, self._token if is_last else self._token._replace(view=""))

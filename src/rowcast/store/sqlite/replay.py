"""Answers "what happened since" from the log, in the commits and units in which it was announced. Must not know who asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from rowcast.feed import Change, Commit, Position
from rowcast.store.base import Row
from rowcast.store.sqlite.displaced import NOTED, settled
from rowcast.store.sqlite.log import change_of, units_of
from rowcast.store.sqlite.reader import Reader
from rowcast.store.sqlite.settings import SqliteOptions

BOUNDS = "SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM rowcast_changes"
SIZE = """SELECT total(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0)) FROM rowcast_changes
 WHERE seq > ?"""
ROWS = """SELECT seq, collection, key, op, before, after,
 (SELECT units FROM rowcast_commits WHERE last >= seq ORDER BY last LIMIT 1) FROM rowcast_changes WHERE seq > ? ORDER BY seq"""


async def replay(reader: Reader, position: Position, options: SqliteOptions) -> list[Commit] | None:
    """The commits after the position; None if some of them are cut off, lie in another history, or are too many."""
    ((oldest, newest),), _ = await reader.run(BOUNDS, ())
    if not oldest - 1 <= position.offset <= newest or newest - position.offset > options.resume_rows:
        return None
    ((size,),), _ = await reader.run(SIZE, (position.offset,))
    if size > options.resume_bytes:
        return None
    rows, _ = await reader.run(ROWS, (position.offset,))
    if rows and rows[0][0] != position.offset + 1 and await is_cut(reader, position):
        return None
    return list(commits_of(rows, position.epoch, options.chunk))


async def is_cut(reader: Reader, position: Position) -> bool:
    """Whether changes right after the position are not in the log any more."""
    ((oldest, _),), _ = await reader.run(BOUNDS, ())
    return bool(oldest - 1 > position.offset)


def commits_of(rows: list[Row], epoch: str, chunk: int) -> Iterator[Commit]:
    """Rows with the same ``units`` text are one commit: its last number is unique to it. Rows not noted yet go in parts."""
    changes: list[Change] = []
    for index, row in enumerate(settled(rows)):
        ends, users = units_of(row[6] or "[]")
        unit = bisect_left(ends, row[0])
        if row[3] != NOTED:
            changes.append(change_of(row[:6], unit, users[unit] if unit < len(users) else None))
        is_last = index + 1 == len(rows) or rows[index + 1][6] != row[6] or (not row[6] and len(changes) >= chunk)
        if is_last:
            yield Commit(Position(epoch, row[0]), tuple(changes))
            changes = []

"""The change log as the writer sees it: reads what was appended, knows how far it got, notes where commits and mutations end, and
cuts off what is too old. Must not know who wrote the rows or who listens.

``rowcast_changes`` is filled by triggers, a row each; ``rowcast_commits`` has a row per announced commit, with the last seq of
each unit in it and who asked for it (``[3, [5, "…"]]``), so that a replay has the same commits and units as the announcement had.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

import apsw
import msgspec

from rowcast.feed import Change, Image
from rowcast.feed.commit import Kind
from rowcast.store.sqlite.connection import ask
from rowcast.store.sqlite.displaced import NOTED, LogRow, settled

_NEW = "SELECT seq, collection, key, op, before, after FROM rowcast_changes WHERE seq > ? ORDER BY seq"
_PART = _NEW.replace("seq > ?", "seq > ? AND seq <= ?")
_SIZES = """SELECT seq, op, coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) FROM rowcast_changes
 WHERE seq > ? ORDER BY seq"""
_NEXT = "SELECT 1 FROM rowcast_changes WHERE seq > ? LIMIT 1"
_TOUCHED = "SELECT DISTINCT collection FROM rowcast_changes WHERE seq > ?"
NEWEST = "SELECT coalesce(max(seq), 0) FROM rowcast_changes"
_OLD = """SELECT (SELECT max(last) FROM rowcast_commits WHERE last < ?1 AND (at < ?2 OR last <= ?1 - ?3)),
 (SELECT min(seq) FROM rowcast_changes)"""
_NOTE = "INSERT OR IGNORE INTO rowcast_commits(last, at, units) VALUES(?, ?, ?)"
_NOTES = "SELECT units FROM rowcast_commits WHERE last BETWEEN ? AND ? ORDER BY last"
_encode = msgspec.json.encode
_KINDS = {kind.value: kind for kind in Kind}

End = int | tuple[int, str]
"""The last seq of a unit, with the user who asked for it if there was one."""


def change_of(row: LogRow, unit: int, user: str | None = None) -> Change:
    """A row of the log as a value."""
    _, collection, key, op, before, after = row
    return Change(
        collection,
        key,
        _KINDS[op],
        None if before is None else Image(before),
        None if after is None else Image(after),
        unit,
        user,
    )


@lru_cache(maxsize=4)
def units_of(units: str) -> tuple[list[int], list[str | None]]:
    """The last seq of each unit of a commit, and who asked for it."""
    each = [end if isinstance(end, list) else (end, None) for end in msgspec.json.decode(units)]
    return [last for last, _ in each], [user for _, user in each]


class Log:
    """The end of the log. ``last`` is the newest seq that was read; a transaction that is undone must be put ``back``. ``user``:
    who asked for what is written now."""

    __slots__ = ("_connection", "changes", "ends", "last", "pending", "user")

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.last = int(ask(connection, NEWEST)[0][0])
        self.changes: list[Change] = []
        self.ends: list[End] = []
        self.user: str | None = None
        self.pending: list[tuple[int, float, str]] = []

    def take(self) -> tuple[Change, ...]:
        """Read what was appended since and close it as one unit."""
        rows = ask(self._connection, _NEW, (self.last,))
        if not rows:
            return ()
        unit, user = len(self.ends), self.user
        taken = tuple([change_of(row, unit, user) for row in settled(rows) if row[3] != NOTED])
        self.last = rows[-1][0]
        self.ends.append(self.last if user is None else (self.last, user))
        self.changes += taken
        return taken

    def is_at_end(self) -> bool:
        """Whether nothing was appended after ``last``."""
        return not ask(self._connection, _NEXT, (self.last,))

    def chunk(self, limit: int, room: int) -> tuple[list[LogRow], bool]:
        """The rows after ``last``, which stays where it is, and whether these are all: at most ``limit``, and no more than have
        ``room`` bytes, but at least one; more where they would end before it is clear what the last one means."""
        end, is_all = self._end_of_chunk(limit, room)
        return ask(self._connection, _PART, (self.last, end)), is_all

    def _end_of_chunk(self, limit: int, room: int) -> tuple[int, bool]:
        cursor, end, count, op = self._connection.execute(_SIZES, (self.last,)), self.last, 0, ""
        for seq, next_op, size in cursor:
            room -= size
            if count and op != NOTED and (count >= limit or room < 0):
                cursor.close(True)
                return end, False
            end, count, op = seq, count + 1, next_op
        return end, True

    def signed(self, rows: Sequence[LogRow]) -> tuple[Change, ...]:
        """What another program has committed. Who asked for it, if that program was a server that has noted it."""
        notes = ask(self._connection, _NOTES, (rows[0][0], rows[-1][0]))
        ends, users = units_of("[" + ",".join(units[1:-1] for (units,) in notes) + "]")
        places = [bisect_left(ends, row[0]) for row in rows]
        return tuple(
            [
                change_of(row, 0, users[at] if at < len(users) else None)
                for row, at in zip(settled(rows), places, strict=True)
                if row[3] != NOTED
            ]
        )

    def collections(self) -> frozenset[str]:
        """The collections that the rows after ``last`` are about."""
        return frozenset(name for (name,) in ask(self._connection, _TOUCHED, (self.last,)))

    def mark(self) -> tuple[int, int, int]:
        """Where the log is now, for ``back``."""
        return self.last, len(self.changes), len(self.ends)

    def back(self, mark: tuple[int, int, int]) -> None:
        """Forget what was read since the mark."""
        self.last, changes, ends = mark
        del self.changes[changes:], self.ends[ends:]
        self.pending = [note for note in self.pending if note[0] <= self.last]

    def flush(self) -> tuple[tuple[Change, ...], list[End]]:
        """Take the changes and the ends of the units of the transaction that ends."""
        flushed = tuple(self.changes), self.ends
        self.changes, self.ends = [], []
        return flushed

    def note(self, now: float, last: int, ends: Sequence[End]) -> None:
        """Remember a commit to be noted by the next ``store_notes``. ``now`` is in seconds since 1970."""
        self.pending.append((last, now, _encode(ends).decode()))

    def store_notes(self) -> None:
        """Write down the commits; to be called in a write transaction."""
        self._connection.executemany(_NOTE, self.pending)
        self.pending.clear()

    def trim(self, now: float, age: float, rows: int, most: int) -> bool:
        """Cut off commits older than ``age`` seconds or beyond ``rows``, at most ``most`` changes at once and never the newest
        commit; True if something is left to cut."""
        ((limit, oldest),) = ask(self._connection, _OLD, (self.last, now - age, rows))
        if limit is None or oldest is None or oldest > limit:
            return False
        until = min(limit, oldest + most)
        ask(self._connection, "DELETE FROM rowcast_changes WHERE seq <= ?", (until,))
        ask(self._connection, "DELETE FROM rowcast_commits WHERE last <= ?", (until,))
        return bool(until < limit)

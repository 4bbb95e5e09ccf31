"""How far named readers of the change log have come. Kept in the same file as the log, so that it is never ahead of it, whatever is
lost or restored. Must not know who reads."""

from __future__ import annotations

from rowcast.feed import Commit, Position
from rowcast.store.base import Transaction
from rowcast.store.sqlite.log import NEWEST
from rowcast.store.sqlite.reader import Reader
from rowcast.store.sqlite.replay import ROWS, commits_of, is_cut
from rowcast.store.sqlite.settings import SqliteOptions

TABLE = """
CREATE TABLE IF NOT EXISTS rowcast_bookmarks(name TEXT PRIMARY KEY NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID;
"""
_BEGIN = f"INSERT OR IGNORE INTO rowcast_bookmarks(name, seq) VALUES(?, ({NEWEST}))"
_READ = "SELECT seq FROM rowcast_bookmarks WHERE name = ?"
_KEEP = "INSERT OR REPLACE INTO rowcast_bookmarks(name, seq) VALUES(?, ?)"
_PART = ROWS.replace(
    "WHERE seq > ?",
    "WHERE seq > ?1 AND seq <= min(?3, coalesce((SELECT min(last) FROM rowcast_commits WHERE last >= ?1 + ?2), ?3))",
)


async def bookmark(tx: Transaction, name: str) -> int:
    """Where the reader is; a new one begins at the end of the log."""
    await tx.fetch(_BEGIN, (name,))
    return int((await tx.fetch(_READ, (name,)))[0][0])


async def keep(tx: Transaction, name: str, seq: int) -> None:
    """The reader is through with everything up to ``seq``."""
    await tx.fetch(_KEEP, (name, seq))


async def history(
    reader: Reader, position: Position, until: Position, most: int, options: SqliteOptions
) -> tuple[bool, list[Commit]]:
    """Whole commits after ``position`` up to ``until``, about ``most`` changes; False if some before them were cut off."""
    rows, _ = await reader.run(_PART, (position.offset, most, until.offset))
    begins = bool(rows) and rows[0][0] == position.offset + 1
    complete = begins or position.offset >= until.offset or not await is_cut(reader, position)
    return complete, list(commits_of(rows, until.epoch, options.chunk))

"""Names of files whose bytes are to be taken away: noted by triggers in the very transaction that lets the last row go
of them, whoever writes it, so that nothing is lost between the end of the row and the end of the bytes. Knows the table
and its triggers; must not know where the bytes are."""

from __future__ import annotations

import apsw

from rowcast.schema import Schema

TABLE = """
CREATE TABLE IF NOT EXISTS rowcast_orphans(
  storage TEXT NOT NULL, name TEXT NOT NULL, since REAL NOT NULL, PRIMARY KEY(storage, name)) WITHOUT ROWID;
"""
_FILES = "directus_files"
_FREED = """INSERT OR REPLACE INTO rowcast_orphans(storage, name, since)
 SELECT OLD.storage, OLD.filename_disk, 0 WHERE OLD.filename_disk IS NOT NULL AND OLD.storage IS NOT NULL AND NOT EXISTS
 (SELECT 1 FROM directus_files WHERE filename_disk = OLD.filename_disk AND storage = OLD.storage);"""
_HELD = "DELETE FROM rowcast_orphans WHERE storage = NEW.storage AND name = NEW.filename_disk;"
_TEXTS = (
    f"CREATE TRIGGER IF NOT EXISTS rowcast_bytes_delete AFTER DELETE ON directus_files BEGIN {_FREED} END",
    f"CREATE TRIGGER IF NOT EXISTS rowcast_bytes_create AFTER INSERT ON directus_files BEGIN {_HELD} END",
    "CREATE TRIGGER IF NOT EXISTS rowcast_bytes_update AFTER UPDATE OF filename_disk, storage ON directus_files"
    f" BEGIN {_HELD} {_FREED} END",
)


def install(connection: apsw.Connection, schema: Schema) -> None:
    """Make what is missing, in a transaction."""
    if _FILES in schema.collections:
        for text in _TEXTS:
            connection.execute(text)

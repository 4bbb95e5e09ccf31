"""The SQLite store: one writer thread with group commit, readers on the loop, a change log kept by triggers. See DESIGN.md."""

from rowcast.store.sqlite.settings import SqliteOptions
from rowcast.store.sqlite.store import SqliteStore

__all__ = ["SqliteOptions", "SqliteStore"]

"""Whether the database file is still where it was opened. Must not know what is in it.

A file that is removed or replaced stays with whoever has it open: what is written goes on to be stored, in a file that nobody will
ever find again.
"""

from __future__ import annotations

import os
import time

import structlog

from rowcast.errors import ServiceUnavailable

LOOK_EVERY = 1.0
"""Seconds between two looks, since a look takes as long as some statements."""

log = structlog.get_logger("rowcast.store")


class Place:
    """``path``: the file, which is there. Used by whoever uses the session."""

    def __init__(self, path: str) -> None:
        self._path, self._file = path, _identity(path)
        self._looked = time.monotonic()
        self.is_kept = True

    def look(self) -> bool:
        """Whether the file is still there, as far as is known; seen anew now and then, and told once."""
        now = time.monotonic()
        if now - self._looked > LOOK_EVERY:
            self._looked = now
            was_kept, self.is_kept = self.is_kept, _identity(self._path) == self._file
            if was_kept and not self.is_kept:
                log.error(self.loss)
        return self.is_kept

    def require(self) -> None:
        """Raise ServiceUnavailable for what would be written to a file that is not there any more."""
        if not self.look():
            raise ServiceUnavailable("The database file was removed or replaced.", service="database")

    @property
    def loss(self) -> str:
        """What is to be done about it."""
        return (
            f"The database file {self._path} was removed or replaced while the server runs; nothing written now would last. "
            "Stop the server and put the file back."
        )


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino

"""Which of several processes on one database leads: does what is to be done once. A lock of the operating system on a file beside
the database, so that it is free again whatever becomes of its holder. Must not know what is to be done."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Lead:
    """``path``: the database file."""

    def __init__(self, path: str) -> None:
        self._path = Path(f"{path}-lead")
        self._file: int | None = None

    def take(self) -> bool:
        """Be the one, if nobody else is; never waits."""
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def leave(self) -> None:
        """Let another be the one."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

"""Which history a database file tells: whether it goes on from what was announced, so that a position from before still means the
same. Must not know what the log holds.

Nothing in the file itself can say that it was put back: an older copy of it looks just as it did then. So a witness lies beside
it, which every start and every stop make anew, with a token that the file holds as well, and how far the log has come. A file that
was put back alone has another token, or ends before what the witness knows; a witness that was put back along with it was changed
at another time than it says.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

import apsw
import msgspec

from rowcast.store.sqlite.bootstrap import read_fact, write_fact

SUFFIX = "-history"
SLACK = 2.0
"""Seconds between the moment that a witness tells and that of its last change, which no program can set."""
ATTEMPTS = 3
"""How often a witness is made that took too long to be believed, because the machine was busy."""


class Witness(msgspec.Struct):
    """``life``: the token; ``last``: a seq that was announced; ``at``: when it was written, in seconds since 1970."""

    life: str
    last: int
    at: float


def begin_history(connection: apsw.Connection, path: str, last: int) -> str:
    """The epoch to continue, or a new one if this file may not be the continuation of what was announced: it is a copy or was put
    back from one, or the machine went down without us closing the database, so that announced commits may be lost. ``last`` is the
    newest seq of the log. To be called in a transaction."""
    identity, boot = str(os.stat(path).st_ino), _boot()
    continues = (
        read_fact(connection, "file") == identity
        and (read_fact(connection, "open") == "no" or read_fact(connection, "boot") == boot)
        and _vouches(path, read_fact(connection, "life"), last)
    )
    epoch = read_fact(connection, "epoch") if continues else None
    epoch = epoch or secrets.token_hex(6)
    for name, value in (("epoch", epoch), ("file", identity), ("boot", boot), ("open", "yes")):
        write_fact(connection, name, value)
    _live_on(connection, path, last)
    return epoch


def end_history(connection: apsw.Connection, path: str, last: int) -> None:
    """Note that everything announced is in the file; in a transaction."""
    write_fact(connection, "open", "no")
    _live_on(connection, path, last)


def witness(connection: apsw.Connection, path: str, last: int) -> None:
    """Note how far the log has come. If that fails, the next start begins a new history: too early, never too late."""
    life = read_fact(connection, "life") or ""
    beside = Path(path + SUFFIX)
    part = beside.with_name(f"{beside.name}.{os.getpid()}")
    with suppress(OSError):
        for _ in range(ATTEMPTS):
            testimony = Witness(life, last, time.time())
            part.write_bytes(msgspec.json.encode(testimony))
            part.replace(beside)
            if abs(beside.stat().st_ctime - testimony.at) < SLACK / 2:
                break


def _live_on(connection: apsw.Connection, path: str, last: int) -> None:
    """A new token, here and there: copies of before have another."""
    write_fact(connection, "life", secrets.token_hex(6))
    witness(connection, path, last)


def _vouches(path: str, life: str | None, last: int) -> bool:
    """Whether the witness knows this file, and nothing that it does not hold."""
    beside = Path(path + SUFFIX)
    try:
        found = msgspec.json.decode(beside.read_bytes(), type=Witness)
        changed = beside.stat().st_ctime
    except (OSError, msgspec.MsgspecError):
        return False
    return found.life == life and found.last <= last and abs(changed - found.at) < SLACK


def _boot() -> str:
    """What is different after each start of the machine; constant where that cannot be known."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"

"""What may be set about the SQLite store. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SqliteOptions:
    """``path``: the database file. ``synchronous``: ``NORMAL`` survives the death of the process, ``FULL`` that of the machine
    as well. Times are in seconds. ``query_timeout``: the longest a statement may read, or a mutation may take before its
    statements are interrupted. ``longest_answer``: bytes of one value or answer. ``query_steps``: virtual machine steps that a
    statement may take on the loop before it is moved to a thread. ``log_age`` and ``log_rows``: how far back the change log
    reaches. ``resume_rows`` and ``resume_bytes``: more missed changes than these are not replayed. ``chunk``, ``chunk_bytes``: so
    much of another program's transaction is announced at a time. ``poll``: pause between looks for other programs'
    changes. ``turn``: the longest that small mutations may run on the loop at a time before it is given back; 0.0: none do."""

    path: str
    synchronous: str = "NORMAL"
    busy_timeout: float = 5.0
    query_timeout: float = 30.0
    query_steps: int = 200_000
    longest_answer: int = 256 << 20
    slow_readers: int = 2
    log_age: float = 86_400.0
    log_rows: int = 200_000
    resume_rows: int = 10_000
    resume_bytes: int = 64 << 20
    poll: float = 0.02
    turn: float = 0.004
    group: int = 256
    chunk: int = 400
    chunk_bytes: int = 4 << 20

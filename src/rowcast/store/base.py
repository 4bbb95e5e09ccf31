"""The seam behind which rows live. Says what a store can do; knows no driver.

Verbs run inside a transaction are written as coroutines even where a store (SQLite) never suspends them, so that one
mutation serves every database.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from rowcast.feed import Change, Commit, Position
from rowcast.schema import Schema
from rowcast.schema.steps import Step

T = TypeVar("T")
Row = tuple[Any, ...]
Bulk = Callable[["Transaction", Sequence[Any]], Awaitable[None]]
"""Writes many rows at once."""


class Transaction(Protocol):
    """One write transaction (or a savepoint in a shared one). Everything in it is kept or nothing is."""

    schema: Schema

    async def fetch(self, text: str, args: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and return its rows. Raises the mapped ``ConstraintError`` if a rule of the database is broken."""
        ...

    def sign(self, user: str | None) -> None:
        """Say who asked for what is written (see ``Change.user``)."""
        ...

    async def fetch_many(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row of arguments. Raises as ``fetch``."""
        ...

    async def defer(self, write: Bulk, row: Any) -> None:
        """Have ``write`` write history (``directus_activity``, ``directus_revisions``): together with other rows that are deferred
        to it, also those of other mutations, and in their order; before any statement that names these tables."""
        ...

    def unit(self) -> tuple[Change, ...]:
        """Close the unit that is open and return its changes: what follows is announced apart (see ``Change.unit``)."""
        ...


class Alteration(Transaction, Protocol):
    """A transaction that may change the data model."""

    async def apply(self, steps: Iterable[Step]) -> Schema:
        """Run the steps (tables are rebuilt where the database cannot alter them), re-read the schema and return it; from then
        on it is ``schema`` of this transaction. Call with no steps after changes to metadata rows alone."""
        ...


class Store(Protocol):
    """One database.

    ``on_commit`` is called on the event loop, once per commit, in commit order, before the writers of that commit are
    answered; ``on_schema`` likewise when the data model has changed, before ``on_commit`` of the same transaction. ``through``
    is awaited between the parts of another program's transaction: it returns when whoever was told is through with it. ``queued``
    counts the works that were given to ``write`` and ``alter``: a work counts once it stands in the queue, where it takes effect
    behind all that were counted before it.
    """

    queued: int

    on_commit: Callable[[Commit], None]
    on_schema: Callable[[Schema], None]
    through: Callable[[], Awaitable[None]]

    @property
    def schema(self) -> Schema:
        """The newest committed data model."""
        ...

    @property
    def position(self) -> Position:
        """The newest position that was announced."""
        ...

    @property
    def groups(self) -> dict[int, int]:
        """How many transactions were committed since opening, by the number of mutations that shared them."""
        ...

    @property
    def in_place(self) -> bool:
        """Whether what is written would last: False once the database was taken away from under the server."""
        ...

    async def open(self) -> None:
        """Connect, create or migrate what is missing, read the schema, start capturing."""
        ...

    async def close(self) -> None:
        """Finish queued writes and let go of the database."""
        ...

    async def read(self, text: str, args: Sequence[Any] = ()) -> list[Row]:
        """Run one reading statement on a committed state that holds every write answered before. Raises ``OutOfTime``."""
        ...

    async def snapshot(self, text: str, args: Sequence[Any] = ()) -> tuple[list[Row], Position]:
        """Like ``read``, together with the log position of exactly the state that was read."""
        ...

    async def write(self, work: Callable[[Transaction], Awaitable[T]], *, quick: bool = False) -> T:
        """Run ``work`` in a transaction; return its result once it is durable and announced. Concurrent writes may share one
        database transaction, each in a savepoint of its own; an exception undoes this work alone. ``quick``: it writes a row or
        a few, waits for nothing else and may be run again from its start, so that a store may run it where it likes."""
        ...

    async def alter(self, work: Callable[[Alteration], Awaitable[T]]) -> T:
        """Like ``write``, alone in its transaction, with the right to change the data model."""
        ...

    async def watch(self, collection: str, on: bool) -> None:
        """Capture a collection that is not captured otherwise (``directus_activity``, ``directus_revisions``: every mutation
        appends to them), or cease to. Without it their rows are in no commit. Their log has gaps: do not resume on them."""
        ...

    async def since(self, position: Position) -> list[Commit] | None:
        """The commits after ``position``, oldest first, as they were announced; or None when the log does not reach back so far,
        that is another history, or so much was missed that a fresh snapshot is the better answer."""
        ...

    def lead(self) -> bool:
        """Be the one process of those on this database that does what is to be done once, if no other is; never waits. Once true it
        stays true until ``close``; another process may lead as soon as this one has ended, however it did."""
        ...

    async def bookmark(self, name: str) -> Position:
        """How far the reader ``name`` of the log has come; a new one begins at the newest position. It is kept with the data, so
        that after any loss of data no reader is ahead of the log."""
        ...

    async def keep(self, name: str, position: Position) -> None:
        """The reader ``name`` is through with everything up to ``position``."""
        ...

    async def history(self, position: Position, most: int) -> tuple[bool, list[Commit]]:
        """Whole commits after ``position``, about ``most`` changes and none that was not announced yet, for a reader that must see
        each, however many. False: some right after the position are cut off; the commits are those that are left."""
        ...

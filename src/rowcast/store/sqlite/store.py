"""The SQLite store: puts reader, writer and announcer together. Knows which of them does what, and no SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from rowcast.feed import Commit, Position
from rowcast.schema import Schema
from rowcast.store.base import Alteration, Row, Transaction
from rowcast.store.sqlite import bookmarks
from rowcast.store.sqlite.announce import Announcer
from rowcast.store.sqlite.group import Alone, Write, alter
from rowcast.store.sqlite.lead import Lead
from rowcast.store.sqlite.reader import Reader
from rowcast.store.sqlite.replay import replay
from rowcast.store.sqlite.settings import SqliteOptions
from rowcast.store.sqlite.writer import Writer

T = TypeVar("T")


def _ignore(_: Any) -> None:
    """Nobody listens yet."""


async def _at_once() -> None:
    """Whoever was told is through with it."""


class SqliteStore:
    """See ``Store``."""

    def __init__(self, options: SqliteOptions) -> None:
        self._options = options
        self._lead = Lead(options.path)
        self.queued = 0
        self.on_commit: Callable[[Commit], None] = _ignore
        self.on_schema: Callable[[Schema], None] = _ignore
        self.through: Callable[[], Awaitable[None]] = _at_once
        self._schema = Schema(0, {})
        self._position = Position("", 0)
        self._reader: Reader
        self._writer: Writer
        self._loop: asyncio.AbstractEventLoop

    @property
    def schema(self) -> Schema:
        """See ``Store.schema``."""
        return self._schema

    @property
    def position(self) -> Position:
        """See ``Store.position``."""
        return self._position

    async def open(self) -> None:
        """See ``Store.open``."""
        self._loop = asyncio.get_running_loop()
        self._writer = Writer(
            self._options, Announcer(self._loop, self._take_schema, self._take_commit, lambda: self.through())
        )
        self._schema, self._position = await self._writer.start()
        self._reader = Reader(self._options)

    async def close(self) -> None:
        """See ``Store.close``."""
        await self._writer.stop()
        await asyncio.to_thread(self._reader.close)
        self._lead.leave()

    async def read(self, text: str, args: Sequence[Any] = ()) -> list[Row]:
        """See ``Store.read``."""
        return (await self._reader.run(text, args))[0]

    async def snapshot(self, text: str, args: Sequence[Any] = ()) -> tuple[list[Row], Position]:
        """See ``Store.snapshot``."""
        rows, offset = await self._reader.run(text, args, placed=True)
        return rows, Position(self._position.epoch, offset)

    async def write(self, work: Callable[[Transaction], Awaitable[T]], *, quick: bool = False) -> T:
        """See ``Store.write``."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._writer.submit(Write(work, future), quick=quick)
        self.queued += 1
        return await future

    async def alter(self, work: Callable[[Alteration], Awaitable[T]]) -> T:
        """See ``Store.alter``."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._writer.submit(Alone(lambda session: alter(session, work), future))
        self.queued += 1
        return await future

    async def watch(self, collection: str, on: bool) -> None:
        """See ``Store.watch``."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._writer.submit(Alone(lambda session: session.watch(collection, on), future))
        await future

    async def since(self, position: Position) -> list[Commit] | None:
        """See ``Store.since``."""
        if position.epoch != self._position.epoch:
            return None
        return await replay(self._reader, position, self._options)

    def lead(self) -> bool:
        """See ``Store.lead``."""
        return self._lead.take()

    async def bookmark(self, name: str) -> Position:
        """See ``Store.bookmark``."""
        return Position(self._position.epoch, await self.write(lambda tx: bookmarks.bookmark(tx, name)))

    async def keep(self, name: str, position: Position) -> None:
        """See ``Store.keep``."""
        await self.write(lambda tx: bookmarks.keep(tx, name, position.offset))

    async def history(self, position: Position, most: int) -> tuple[bool, list[Commit]]:
        """See ``Store.history``."""
        return await bookmarks.history(self._reader, position, self._position, most, self._options)

    @property
    def in_place(self) -> bool:
        """See ``Store.in_place``."""
        return self._writer.in_place

    @property
    def transactions(self) -> int:
        """How many transactions of our own were committed since opening."""
        return self._writer.transactions

    @property
    def groups(self) -> dict[int, int]:
        """See ``Store.groups``."""
        return self._writer.groups.copy()

    @property
    def moved_reads(self) -> int:
        """How many reads were too slow for the loop."""
        return self._reader.moved

    def statements(self) -> dict[str, int]:
        """How often the writer found a statement prepared (``hits``) and how often not (``misses``)."""
        return self._writer.statements()

    def _take_schema(self, schema: Schema) -> None:
        self._schema = schema
        self.on_schema(schema)

    def _take_commit(self, commit: Commit) -> None:
        self._position = commit.position
        self.on_commit(commit)

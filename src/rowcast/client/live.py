"""A live table: a query whose rows are kept up to date. Must not know the connection, only a subscription's frames.

A server that can keep a result set (``live: set``) tells each row that enters, changes or leaves. Of any other, the events of the
whole collection tell only *that* something happened; then the query is asked again, at most every ``_PAUSE`` seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self

import anyio
import msgspec
from msgspec import UnsetType

from rowcast.client.ask import Key
from rowcast.client.frames import Frame
from rowcast.client.models import misfit
from rowcast.client.replica import Change, Replica, Row
from rowcast.errors import ConnectionLost, InvalidConfiguration, RowcastError

if TYPE_CHECKING:
    import pandas
    import polars

_rows = msgspec.json.Decoder(list[dict[str, Any]]).decode
_keys = msgspec.json.Decoder(list[Key]).decode
_OPEN = "table = await client.live(…), or async with client.live(…) as table"
_KEPT = (bytes, datetime, date, time, Decimal)
"""What data frames have types for."""


class LiveTable(Generic[Row]):
    """Made by ``client.live(…)``. ``rows`` always equals the query; ``async for change in table`` tells what changes. When the
    server refuses to go on or cannot be reached any more, iterating raises why. ``exact``: each change is applied as it comes, else
    the query is asked again; ``version``: how many changes there were."""

    exact: bool
    version: int

    def __init__(
        self, replica: Replica[Row], *, buffer: int, leave: Callable[[], None], columns: Sequence[str] = ()
    ) -> None:
        """``columns``: what rows have, as far as it is known before there is one. Raises InvalidConfiguration for a buffer that is
        none."""
        if buffer < 1:
            raise InvalidConfiguration(f"buffer is {buffer}; it takes at least 1.")
        self._replica, self._buffer, self._leave, self._columns = replica, buffer, leave, list(columns)
        self._changes: deque[Change[Row]] = deque()
        self._moved: anyio.Event | None = None
        self._error: RowcastError | None = None
        self._over = False
        self.exact = False
        self.version = 0

    # ---- what it holds ------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> list[Row]:
        """The rows as they are now, in the order of the query. A later change makes another list."""
        return self._replica.rows

    def __repr__(self) -> str:
        return f"<LiveTable of {len(self)} rows, {self.version} changes>"

    def __len__(self) -> int:
        return len(self._replica)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._replica.rows)

    def __contains__(self, key: Key) -> bool:
        return key in self._replica

    def get(self, key: Key) -> Row | None:
        """The row with that primary key; None if it is not among the rows."""
        return self._replica.get(key)

    def to_polars(self) -> polars.DataFrame:
        """The rows as a polars DataFrame; times are times where the rows are of a class that says so. Raises ModuleNotFoundError
        without ``rowcast[polars]``."""
        import polars

        return (
            polars.from_dicts(self._plain(), infer_schema_length=None)
            if len(self)
            else polars.DataFrame(schema=self._columns)
        )

    def to_pandas(self) -> pandas.DataFrame:
        """The same as a pandas DataFrame. Raises ModuleNotFoundError without ``rowcast[pandas]``."""
        import pandas

        return pandas.DataFrame(self._plain()) if len(self) else pandas.DataFrame(columns=self._columns)

    def _plain(self) -> list[dict[str, Any]]:
        return [msgspec.to_builtins(row, builtin_types=_KEPT) for row in self.rows]

    # ---- what changes -------------------------------------------------------------------------------------------------

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change[Row]:
        while not self._changes:
            if self._over:
                if self._error is not None:
                    raise self._error
                raise StopAsyncIteration
            await self._wait()
        return self._changes.popleft()

    async def until(self, condition: Callable[[list[Row]], bool]) -> list[Row]:
        """Wait until the rows are as the condition wants them; returns them. Takes no change from those that iterate."""
        while not condition(self.rows):
            if self._over:
                raise self._error or ConnectionLost("The live table is closed.", sent=False)
            await self._wait()
        return self.rows

    async def _wait(self) -> None:
        if self._moved is None or self._moved.is_set():
            self._moved = anyio.Event()
        await self._moved.wait()

    # ---- what happens to it -------------------------------------------------------------------------------------------

    def start(self, rows: Iterable[dict[str, Any]]) -> None:
        """The first rows."""
        self._replica.reset(rows)

    def apply(self, changes: Iterable[Change[Row]]) -> None:
        """Take changes that the replica makes. Those that nobody takes in time become one ``reset``."""
        for change in changes:
            self.version += 1
            if len(self._changes) < self._buffer:
                self._changes.append(change)
            elif self._changes[-1].kind != "reset":
                self._changes.clear()
                self._changes.append(Change("reset"))
        self._notify()

    def take(self, kind: str, frame: Frame) -> bool:
        """An event of a set subscription. One that cannot be taken ends the table, and nothing else."""
        try:
            self._take(kind, frame)
        except (RowcastError, msgspec.MsgspecError) as error:
            self._leave()
            self.end(error if isinstance(error, RowcastError) else misfit(dict, error))
        return False

    def _take(self, kind: str, frame: Frame) -> None:
        if kind in ("create", "update"):
            self.apply(self._replica.put(rows_of(frame)))
        elif kind == "delete":
            self.apply(self._replica.remove([] if isinstance(frame.data, UnsetType) else _keys(frame.data)))
        elif kind in ("gap", "init"):
            self.apply(self._replica.become(rows_of(frame)))

    def become(self, rows: list[dict[str, Any]]) -> None:
        """There are these rows now and no others."""
        self.apply(self._replica.become(rows))

    async def room(self) -> None:
        """There always is."""

    def end(self, error: RowcastError | None = None) -> None:
        """Nothing more will come."""
        self._over, self._error = True, self._error or error
        self._notify()

    def _notify(self) -> None:
        if self._moved is not None:
            self._moved.set()

    async def aclose(self) -> None:
        """Keep it up to date no longer; the rows stay."""
        if not self._over:
            self.end()
            self._leave()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class Opening(Generic[Row]):
    """What ``client.live(…)`` returns: awaited it is the table; as a block (``async with client.live(…) as table``) it is the table
    too, closed in the end."""

    def __init__(self, open: Callable[[], Coroutine[Any, Any, LiveTable[Row]]]) -> None:
        self._open = open
        self._table: LiveTable[Row] | None = None

    def __repr__(self) -> str:
        return f"<LiveTable not open: {_OPEN}>"

    if not TYPE_CHECKING:  # checkers of types find it by themselves

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(f"There is no {name!r} before the table is open: {_OPEN}.")

        def __aiter__(self) -> Any:
            raise TypeError(f"The table is not open: {_OPEN}.")

    def __await__(self) -> Generator[Any, None, LiveTable[Row]]:
        return self._open().__await__()

    async def __aenter__(self) -> LiveTable[Row]:
        self._table = await self
        return self._table

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._table is not None:
            await self._table.aclose()


def rows_of(frame: Frame) -> list[dict[str, Any]]:
    """The rows in a frame."""
    return [] if isinstance(frame.data, UnsetType) else _rows(frame.data)

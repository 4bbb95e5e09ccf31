"""What goes on for a while: subscriptions and live tables, waited for one event at a time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self

from typing_extensions import TypeVar

from rowcast.client.ask import Key
from rowcast.client.live import LiveTable as AsyncLiveTable
from rowcast.client.replica import Change
from rowcast.client.subscription import Event
from rowcast.client.subscription import Subscription as AsyncSubscription
from rowcast.client.sync.stream import Block, Stream
from rowcast.client.sync.thread import Thread

if TYPE_CHECKING:
    import pandas
    import polars

Row = TypeVar("Row", default=dict[str, Any])
Result = TypeVar("Result")


class Subscription(Block[Event[Row]], Generic[Row]):
    """``with client.subscribe(…) as events: for event in events: …``"""

    def __init__(self, thread: Thread, subscription: AsyncSubscription[Row]) -> None:
        super().__init__(thread, subscription)
        self._inner = subscription

    @property
    def init(self) -> Event[Row]:
        """The rows of the beginning."""
        return self._inner.init

    @property
    def position(self) -> str | None:
        """Up to where the events have come that have arrived."""
        return self._inner.position


class LiveTable(Stream[Change[Row]], Generic[Row]):
    """See the asynchronous ``LiveTable``. Iterating takes the changes as they come."""

    def __init__(self, thread: Thread, table: AsyncLiveTable[Row]) -> None:
        super().__init__(thread, table)
        self._inner = table

    @property
    def rows(self) -> list[Row]:
        """The rows as they are now, in the order of the query."""
        return self._read(lambda: self._inner.rows)

    def __len__(self) -> int:
        return len(self._inner)

    def __contains__(self, key: Key) -> bool:
        return key in self._inner

    def get(self, key: Key) -> Row | None:
        """The row with that primary key; None if it is not among the rows."""
        return self._inner.get(key)

    @property
    def exact(self) -> bool:
        """Whether each change is applied as it comes; else the query is asked again."""
        return self._inner.exact

    @property
    def version(self) -> int:
        """How many changes there were."""
        return self._inner.version

    def until(self, condition: Callable[[list[Row]], bool], timeout: float | None = None) -> list[Row] | None:
        """Wait until the rows are as the condition wants them; None if they are not within ``timeout`` seconds. Raises
        ConnectionLost when the table is closed."""
        return self._thread.next(timeout, functools.partial(self._inner.until, condition))

    def to_polars(self) -> polars.DataFrame:
        """See the asynchronous ``LiveTable``."""
        return self._read(self._inner.to_polars)

    def to_pandas(self) -> pandas.DataFrame:
        """See the asynchronous ``LiveTable``."""
        return self._read(self._inner.to_pandas)

    def _read(self, look: Callable[[], Result]) -> Result:
        """In the thread, where no change comes meanwhile; after the end none does."""
        found: Result = self._thread.look(look) if self._thread.is_open else look()
        return found

    def close(self) -> None:
        """Keep it up to date no longer; the rows stay."""
        if self._thread.is_open:
            self._thread.call(self._inner.aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

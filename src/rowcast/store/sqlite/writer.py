"""Who writes when, and in which thread. Mutations that wait share a transaction. Knows their order; must not know what a mutation
does or how a transaction is run.

There is one writing connection and a thread for it. Small mutations (``quick``) run on the loop itself while the thread has nothing
to do: handing a mutation of 50 µs to a thread and back costs more than the mutation, because the two threads fight for the
interpreter. Whatever could take long there (another program writes, the data model is another one, a statement runs on) goes to
the thread, with everything behind it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress

import apsw

from rowcast.errors import ServiceUnavailable
from rowcast.feed import Position
from rowcast.schema import Schema
from rowcast.store.sqlite.announce import Announcer, Delivery
from rowcast.store.sqlite.connection import open_writer
from rowcast.store.sqlite.constraint import translate
from rowcast.store.sqlite.group import Again, Alone, Groups, Write
from rowcast.store.sqlite.session import CHECKPOINT, WriteSession
from rowcast.store.sqlite.settings import SqliteOptions

FULL_GROUP = 2000
"""Changes after which a group takes no further mutation."""

ON_LOOP = 0.02
"""Seconds after which a mutation on the loop is interrupted and run again in the thread."""

CAREFUL = 32
"""Turns after a mutation has failed in which each has a savepoint, so that somebody's bad ones cost the others little."""

GLANCE = 0.001
"""Seconds that the loop waits for the thread to end a look at what other programs do, which mostly takes microseconds."""


class Stop:
    """The end of the queue."""


class Writer:
    """``start``, ``submit``, ``stop`` and ``_turn`` are called on the loop, all else runs in the thread. ``_lock`` is held by
    whoever uses the session; ``_given`` counts what the loop gave to the thread (the first: to open the database)."""

    def __init__(self, options: SqliteOptions, announcer: Announcer) -> None:
        self._options = options
        self._announcer = announcer
        self._queue: queue.SimpleQueue[Write | Alone | Stop] = queue.SimpleQueue()
        self._held: Write | Alone | Stop | None = None
        self._thread = threading.Thread(target=self._live, name="rowcast-write", daemon=True)
        self._opened: asyncio.Future[tuple[Schema, Position]]
        self._session: WriteSession
        self._groups: Groups
        self._ended = False
        self._lock = threading.Lock()
        self._given = 1
        self._small: deque[Write] = deque()
        self._has_turn = False
        self._careful = 0
        self._checkpointer: apsw.Connection | None = None

    async def start(self) -> tuple[Schema, Position]:
        """Open the database in the thread; returns the data model and the newest position."""
        self._opened = asyncio.get_running_loop().create_future()
        self._thread.start()
        return await self._opened

    def submit(self, item: Write | Alone, *, quick: bool = False) -> None:
        """Queue it. Its future is answered through the announcer. Raises ``ServiceUnavailable`` after ``stop``."""
        if self._ended:
            raise ServiceUnavailable("The database is closed.", service="database")
        if quick and isinstance(item, Write) and self._is_idle and self._may_run_on_loop:
            self._small.append(item)
            self._ask_for_turn()
        else:
            self._hand_over()
            self._give(item)

    async def stop(self) -> None:
        """Finish what is queued and close."""
        if not self._ended:
            self._ended = True
            self._hand_over()
            self._queue.put(Stop())
            await asyncio.to_thread(self._thread.join)

    # ---- on the loop ----------------------------------------------------------------------------------------------------

    @property
    def _is_idle(self) -> bool:
        """Whether the thread has nothing to do and everything it did is told: what runs on the loop now comes after it."""
        return self._given == self._announcer.answered and self._announcer.is_quiet

    @property
    def _may_run_on_loop(self) -> bool:
        return self._options.turn > 0 and self._options.synchronous == "NORMAL"

    def _ask_for_turn(self) -> None:
        if not self._has_turn:
            self._has_turn = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Run small mutations for as long as a turn may be."""
        self._has_turn = False
        if not self._small:
            return
        if not self._is_idle or not self._lock.acquire(timeout=GLANCE):
            self._hand_over()
            return
        try:
            if self._session.begin_at_once():
                self._run_turn()
            else:
                self._hand_over()
        finally:
            self._lock.release()
        if self._small:
            self._ask_for_turn()

    def _run_turn(self) -> None:
        ran: list[Write] = []
        hurried, self._careful = not self._careful, max(0, self._careful - 1)
        try:
            delivery = self._groups.run_begun(self._small_ones(), ran, limit=ON_LOOP, hurried=hurried)
        except Again as again:
            self._small.extendleft(reversed(ran))
            if again.slow or not hurried:
                self._hand_over()
            else:
                self._careful = CAREFUL
        else:
            self._announcer.deliver(delivery)

    def _small_ones(self) -> Iterator[Write]:
        """The mutations of this turn."""
        end = time.monotonic() + self._options.turn
        while self._small:
            yield self._small.popleft()
            if time.monotonic() > end:
                return

    def _hand_over(self) -> None:
        """What waits for a turn goes to the thread, before anything later does."""
        while self._small:
            self._give(self._small.popleft())

    def _give(self, item: Write | Alone) -> None:
        self._given += 1
        self._queue.put(item)

    # ---- inspection -----------------------------------------------------------------------------------------------------

    @property
    def in_place(self) -> bool:
        """Whether the database file is still there."""
        return self._session.place.is_kept

    @property
    def groups(self) -> dict[int, int]:
        """How many transactions had how many mutations."""
        return self._groups.sizes

    @property
    def transactions(self) -> int:
        """How many transactions were committed."""
        return self._session.transactions

    def statements(self) -> dict[str, int]:
        """Hits and misses of the statement cache."""
        counts = self._session.connection.cache_stats()
        return {name: counts[name] for name in ("hits", "misses")}

    # ---- the thread -----------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        try:
            session = self._session = WriteSession(self._options, self._announcer)
            self._groups = Groups(session)
        except BaseException as error:
            self._announcer.post(Delivery(answers=((self._opened, None, translate(error) or error),)))
            return
        self._announcer.post(Delivery(answers=((self._opened, (session.schema, session.position), None),)))
        while not isinstance(item := self._next(), Stop):
            with self._lock:
                delivery = self._do(item)
            if delivery is not None:
                self._announcer.post(delivery)
            if session.pages >= CHECKPOINT and session.place.is_kept:
                self._checkpoint()
        session.close()
        if self._checkpointer is not None:
            self._checkpointer.close()

    def _do(self, item: Write | Alone | None) -> Delivery | None:
        if isinstance(item, Write):
            return self._groups.run(self._waiting(item), [], limit=self._options.query_timeout)
        if isinstance(item, Alone):
            return self._groups.run_alone(item)
        while self._session.look() and self._queue.empty():
            pass
        return None

    def _checkpoint(self) -> None:
        """Move the write-ahead log into the database, as far as readers allow, while others go on writing."""
        if self._checkpointer is None:
            self._checkpointer = open_writer(self._options)
        with suppress(apsw.Error):  # the next one does it
            self._checkpointer.wal_checkpoint()
        self._session.pages = 0

    def _next(self) -> Write | Alone | Stop | None:
        """The next task; None when there was none for a while."""
        if (held := self._held) is not None:
            self._held = None
            return held
        try:
            return self._queue.get(timeout=self._options.poll)
        except queue.Empty:
            return None

    def _waiting(self, first: Write) -> Iterator[Write]:
        """The mutations of a group: those that wait by now, up to a bound."""
        yield first
        for _ in range(self._options.group - 1):
            if self._queue.empty() or len(self._session.log.changes) > FULL_GROUP:
                return
            item = self._queue.get()
            if not isinstance(item, Write):
                self._held = item
                return
            yield item

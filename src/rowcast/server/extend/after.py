"""After-hooks: each is a reader of the change log with a bookmark of its own, so that it gets every event at least once,
whatever is cut, killed or restarted. Must not know what a hook does.

While a hook keeps up it is handed the commits as they come; what it missed (a start, a burst, a slow spell) is read from the log.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from rowcast.engine.engine import Engine
from rowcast.engine.hooks import Pattern
from rowcast.errors import RowcastError
from rowcast.feed import GAP, Change, Commit, Position
from rowcast.server.extend.context import Context, event_name
from rowcast.server.extend.tally import Tally, is_failure
from rowcast.server.extend.worker import Worker

log = structlog.get_logger("rowcast.hooks")

MOST_WAITING, AT_ONCE, QUIET = 1000, 500, 500
"""Commits that wait in memory; changes read from the log at once; changes that concern others after which the bookmark moves."""
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class RowEvent:
    """What became of one row. ``name``: ``items.update``, ``users.create`` …; ``before`` and ``after``: the row with all its
    columns, None where there was or is none. ``user``: the id of the user who asked for the mutation that wrote it; None for the
    public, the server itself, timers, after-hooks and other programs. ``position`` and ``number`` (within the commit) name the
    event: the same event told again, after a failure or a restart, has the same ``id``."""

    name: str
    collection: str
    key: str | int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    user: str | None
    position: Position
    number: int

    @property
    def id(self) -> str:
        """Names the event for ever: for whoever must not do a thing twice."""
        return f"{self.position}:{self.number}"


ContextOf = Callable[[str | None], Awaitable[Context]]
"""The context for an event that this user has caused."""


@dataclass(frozen=True, slots=True)
class After:
    """One after-hook. ``limit``: seconds that a call may take; ``attempts``: calls for one event until it is given up, None for no
    end; ``pause``: seconds before the second call, doubled for each that follows."""

    name: str
    pattern: Pattern
    function: Callable[..., Any]
    limit: float
    attempts: int | None
    pause: float


class Follower:
    """Reads the log for one hook."""

    def __init__(self, engine: Engine, hook: After, tally: Tally, context: ContextOf) -> None:
        self._engine, self._hook, self._tally, self._context = engine, hook, tally, context
        self._waiting: deque[Commit] = deque()
        self._news = asyncio.Event()
        self._in_step = False
        self._stopping = False
        self._worker = Worker("rowcast-after")
        self._kept = self.position = Position("", 0)

    def committed(self, commit: Commit) -> None:
        """A commit, in order."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self._in_step = False
        self._waiting.append(commit)
        self._news.set()

    async def begin(self) -> None:
        """Find the bookmark."""
        self._kept = self.position = await self._engine.store.bookmark(self._hook.name)

    async def run(self) -> None:
        """Tell the hook everything, until ``stop``."""
        while not self._stopping:
            told = False
            for commit in await self._next():
                if commit.position.offset > self.position.offset:
                    told = await self._tell(commit) or told
            if told or self.position.offset - self._kept.offset > QUIET:
                await self._keep()

    def stop(self) -> None:
        """End after the event that is being told."""
        self._stopping = True
        self._news.set()

    async def end(self) -> None:
        """Note how far it came."""
        self._worker.end()
        if self.position.offset > self._kept.offset:
            await self._keep()

    async def _keep(self) -> None:
        await self._engine.store.keep(self._hook.name, self.position)
        self._kept = self.position

    async def _next(self) -> list[Commit]:
        """What comes after the position; waits for it."""
        if not self._in_step:
            complete, commits = await self._engine.store.history(self.position, AT_ONCE)
            if not complete:
                self._missed(commits)
            self._in_step = not commits
            return commits
        if not self._waiting:
            self._news.clear()
            await self._news.wait()
        commits = list(self._waiting)
        self._waiting.clear()
        return commits

    def _missed(self, commits: list[Commit]) -> None:
        self._tally.dropped += 1
        at = str(commits[0].position) if commits else None
        log.error(
            "hook missed events: the log does not reach back to its bookmark", hook=self._hook.name, goes_on_at=at
        )

    async def _tell(self, commit: Commit) -> bool:
        """Tell what concerns the hook; whether anything did. The position moves when all of it is told."""
        told = False
        for number, change in enumerate(commit.changes):
            if change.collection != GAP and self._hook.pattern.covers(change.kind.value, change.collection):
                told = True
                await self._deliver(event_of(change, commit.position, number))
                if self._stopping:
                    return False
        self.position = commit.position
        return told

    async def _deliver(self, event: RowEvent) -> None:
        """Call the hook until it succeeds or is given up."""
        attempt, pause = 1, self._hook.pause
        while not await self._succeeds(event, attempt):
            if self._hook.attempts is not None and attempt >= self._hook.attempts:
                self._tally.dropped += 1
                log.error("event given up", hook=self._hook.name, of=event.name, key=event.key, id=event.id)
                return
            await asyncio.sleep(pause)
            attempt, pause = attempt + 1, min(pause * 2, _LONGEST_PAUSE)

    async def _succeeds(self, event: RowEvent, attempt: int) -> bool:
        began = asyncio.get_running_loop().time()
        self._tally.calls += 1
        try:
            async with asyncio.timeout(self._hook.limit) as clock:
                await self._call(event)
        except BaseException as error:
            if not is_failure(error):
                raise
            if isinstance(error, TimeoutError) and clock.expired():
                self._replace_worker()
                error = TimeoutError(f"took longer than {self._hook.limit:g} s")
            reason = error.message if isinstance(error, RowcastError) else str(error)
            self._tally.fail(error, of=event.name, key=event.key, id=event.id, attempt=attempt, reason=reason)
            return False
        finally:
            self._tally.seconds += asyncio.get_running_loop().time() - began
        return True

    async def _call(self, event: RowEvent) -> None:
        function, context = self._hook.function, await self._context(event.user)
        if inspect.iscoroutinefunction(function):
            await function(context, event)
        else:
            await asyncio.wrap_future(self._worker.submit(lambda: function(context, event)))

    def _replace_worker(self) -> None:
        self._worker.end()
        self._worker = Worker("rowcast-after")


def event_of(change: Change, position: Position, number: int) -> RowEvent:
    """A change as hooks are told of it."""
    return RowEvent(
        event_name(change.collection, change.kind.value),
        change.collection,
        change.key,
        None if change.before is None else change.before.values,
        None if change.after is None else change.after.values,
        change.user,
        position,
        number,
    )

"""Keeps the exact views that take the database: reads what they show, finds what has changed, and lets newcomers in. Must not know
connections.

One reader per view. What it finds is told when all commits up to the state it read were told, so that it is told by the rights of
that state; everybody in the audience then stands at that state, newcomers too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowcast.engine.telling.answers import Answers, keyed
from rowcast.engine.telling.due import Due
from rowcast.errors import RowcastError
from rowcast.feed import Position
from rowcast.feed.commit import Key
from rowcast.live import Audience, Rows
from rowcast.live.encode import join
from rowcast.live.held import Held

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.telling.broadcast import Broadcast

log = logging.getLogger("rowcast.live")
_SOON, _LATE = 0.5, 60.0
"""Seconds between two attempts to read a view that cannot be read."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a view shows at a position: ``rows`` with their keys or, of a view of numbers, the ``answer``; and its counts."""

    position: Position
    rows: Rows = ()
    answer: bytes | None = None
    counts: bytes | None = None

    @property
    def data(self) -> bytes:
        """The answer as a JSON array."""
        return join([row for _, row in self.rows]) if self.answer is None else self.answer


Admit = Callable[[Shown], None]


class Refresher:
    """See the module."""

    def __init__(self, engine: Engine, broadcast: Broadcast, answers: Answers) -> None:
        self._engine, self._broadcast, self._answers = engine, broadcast, answers
        self._due = Due(engine, self._strike)
        self._newcomers: dict[Audience, list[tuple[Admit, asyncio.Future[None]]]] = {}
        self._retries: dict[Audience, tuple[int, asyncio.TimerHandle]] = {}

    def close(self) -> None:
        """Nothing is looked at any more."""
        self._due.close()
        for _, timer in self._retries.values():
            timer.cancel()

    def start(self) -> None:
        """Look at whatever the commits that were told have made stale."""
        stale, self._broadcast.live.stale = self._broadcast.live.stale, {}
        for audience in stale:
            self._start(audience)

    async def enter(self, audience: Audience, admit: Admit) -> None:
        """``admit`` is called with what the view shows, at the moment from which on its audience is told what follows. Raises what
        reading raises."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._newcomers.setdefault(audience, []).append((admit, future))
        self._start(audience)
        await future

    def _start(self, audience: Audience) -> None:
        held = audience.held
        if held is not None and not held.is_read:
            self._broadcast.start(self._work(audience, held))

    async def _work(self, audience: Audience, held: Held) -> None:
        held.is_read = True
        try:
            while audience in self._newcomers or (held.is_stale and len(audience)):
                await self._look(audience, held)
            self._forgive(audience)
        except Exception as error:
            held.stale = None
            self._turn_away(audience, error)
            self._retry(audience)
        finally:
            held.is_read = False

    def _retry(self, audience: Audience) -> None:
        """What could not be read is out of date until it can: look again soon, and then less and less often."""
        failures = self._forgive(audience)
        delay = min(_SOON * 2**failures, _LATE)
        timer = asyncio.get_running_loop().call_later(delay, self._try_again, audience)
        self._retries[audience] = failures + 1, timer

    def _forgive(self, audience: Audience) -> int:
        """It could be read, or is not to be read. Returns how often in a row it could not be."""
        failures, timer = self._retries.pop(audience, (0, None))
        if timer is not None:
            timer.cancel()
        return failures

    def _try_again(self, audience: Audience) -> None:
        if len(audience):
            self._start(audience)
        else:
            self._forgive(audience)

    async def _look(self, audience: Audience, held: Held) -> None:
        keys = held.take()
        if keys is None or audience in self._newcomers:
            await self._look_at_all(audience, held)
        elif keys:
            await self._look_at_some(audience, held, keys)

    async def _look_at_all(self, audience: Audience, held: Held) -> None:
        newcomers = self._newcomers.get(audience, [])
        known, now = len(newcomers), self._engine.clock.now()
        text, position = await self._answers.shown(audience.view, now=now)
        held.looked = position
        counts, counted = await self._answers.counts(audience.view)
        await self._broadcast.reached(position if counted is None else max(position, counted))
        grouped = audience.view.is_grouped
        shown = (
            Shown(position, answer=text.encode(), counts=counts)
            if grouped
            else Shown(position, keyed(text), None, counts)
        )
        self._tell(audience, held, shown)
        self._admit(audience, newcomers[:known], shown)
        if audience.form.moves_with_time:
            await self._due.arm(audience, now)

    def _strike(self, audience: Audience) -> None:
        """Time has passed something that the view is about."""
        if audience.held is not None:
            audience.held.stale = None
            self._start(audience)

    async def _look_at_some(self, audience: Audience, held: Held, keys: Mapping[Key, bytes]) -> None:
        text, position = await self._answers.shown(audience.view, list(keys))
        await self._broadcast.reached(position)
        found = held.patch(keys.values(), keyed(text))
        is_whole = not held.is_stale  # else what has changed until that position was not looked at altogether
        self._broadcast.live.refreshed(audience, found, position, is_whole=is_whole)

    def _tell(self, audience: Audience, held: Held, shown: Shown) -> None:
        """To those who have been there: what has changed."""
        live, is_first = self._broadcast.live, not held.is_loaded
        held.is_loaded = True
        if shown.answer is not None:
            before, held.answer = held.answer, shown.answer
            if not is_first and before != shown.answer:
                live.renewed(audience, shown.answer, shown.position)
            return
        found = held.replace(shown.rows, ordered=bool(audience.view.order))
        if not is_first:
            live.refreshed(audience, found, shown.position, shown.counts)

    def _admit(self, audience: Audience, newcomers: list[tuple[Admit, asyncio.Future[None]]], shown: Shown) -> None:
        waiting = self._newcomers.get(audience, [])
        del waiting[: len(newcomers)]
        if not waiting:
            self._newcomers.pop(audience, None)
        for admit, future in newcomers:
            if not future.done():
                admit(shown)
                future.set_result(None)

    def _turn_away(self, audience: Audience, error: Exception) -> None:
        if isinstance(error, RowcastError):
            log.warning("an exact view of %s could not be read: %s", audience.view.collection, error.message)
        else:
            log.error("an exact view of %s could not be read", audience.view.collection, exc_info=error)
        for _, future in self._newcomers.pop(audience, []):
            if not future.done():
                future.set_exception(error)

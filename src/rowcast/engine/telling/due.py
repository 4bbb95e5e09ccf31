"""Looks at views again when time has passed something that they are about: ``$NOW`` in a filter, a right, or a nested question.
Nothing is asked in between: the next moment is worked out of the rows. Must not know who looks at them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from rowcast.engine.clock import Timer
from rowcast.errors import RowcastError
from rowcast.live import Audience
from rowcast.query.due import passed, passings
from rowcast.query.sql import bind, rows
from rowcast.query.variables import moment

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

log = logging.getLogger("rowcast.live")
BLINDLY = 1.0
"""Seconds between two looks at a view of which it cannot be told when it changes."""
_MOST, _LEAST = 3600.0, 0.001
_decode = msgspec.json.Decoder(list[dict[str, dict[str, str | None]]]).decode


class Due:
    """One timer for each view that time changes. ``look`` is called with it when the time has come."""

    def __init__(self, engine: Engine, look: Callable[[Audience], None]) -> None:
        self._engine, self._look = engine, look
        self._timers: dict[Audience, Timer] = {}

    def __len__(self) -> int:
        return len(self._timers)

    async def arm(self, audience: Audience, now: datetime) -> None:
        """Have it looked at when time changes it next, as it was seen at ``now``."""
        try:
            due = await self._next(audience, now)
        except RowcastError as error:
            log.warning("it cannot be told when a view of %s changes: %s", audience.view.collection, error.message)
            due = now + timedelta(seconds=BLINDLY)
        self.disarm(audience)
        if due is not None and len(audience):
            clock = self._engine.clock
            delay = min(max((due - clock.now()).total_seconds(), _LEAST), _MOST)
            self._timers[audience] = clock.later(delay, self._strike, audience)
        self._prune()

    def disarm(self, audience: Audience) -> None:
        """It is not to be looked at."""
        timer = self._timers.pop(audience, None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        """Nothing is to be looked at any more."""
        for audience in list(self._timers):
            self.disarm(audience)

    def _prune(self) -> None:
        for audience in [one for one in self._timers if not len(one)]:
            self.disarm(audience)

    def _strike(self, audience: Audience) -> None:
        self._timers.pop(audience, None)
        if len(audience):
            self._look(audience)

    async def _next(self, audience: Audience, now: datetime) -> datetime | None:
        found = passings(audience.view.select)
        if found is None:
            return now + timedelta(seconds=BLINDLY)
        if not found:
            return None
        schema = self._engine.schema
        statements = [self._engine.plans.statement(rows, passing.next, schema) for passing in found]
        args = [arg for each in statements for arg in bind(each.statement, lambda name: moment(name, now), each.consts)]
        text = "SELECT " + ", ".join(f"({each.text})" for each in statements)
        (answers,) = await self._engine.store.read(text, args)
        values = [_decode(answer)[0]["min"]["v"] for answer in answers]
        moments = (passed(p.variable, v, now) for p, v in zip(found, values, strict=True) if v is not None)
        return min((at for at in moments if at is not None), default=None)

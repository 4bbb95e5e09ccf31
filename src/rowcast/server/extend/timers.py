"""Functions that are called by the clock. Must not know what they do."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from time import monotonic
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from rowcast.errors import HookFailed, HookTimeout, InvalidConfiguration, RowcastError
from rowcast.server import values
from rowcast.server.extend.context import Context
from rowcast.server.extend.tally import Tally
from rowcast.server.extend.worker import Worker

_LONGEST_SLEEP = 60.0
"""The clock may be set meanwhile."""


class Rhythm(Protocol):
    """When a function is called. A call that is due while the one before still runs is left out."""

    def wait(self) -> float:
        """Seconds until the next call is due, counted from now."""
        ...


class Every:
    """In even steps from the start on, the first after one step."""

    def __init__(self, seconds: float) -> None:
        self._step = seconds
        self._due = monotonic()

    def wait(self) -> float:
        """See ``Rhythm``."""
        now = monotonic()
        self._due += self._step
        if self._due < now:
            self._due = now + self._step - (now - self._due) % self._step
        return self._due - now


class Cron:
    """By a cron expression of five fields (or six, the first for seconds), in a time zone."""

    def __init__(self, expression: str, zone: tzinfo) -> None:
        self._expression, self._zone = expression, zone
        self._last = datetime.now(zone)

    def wait(self) -> float:
        """See ``Rhythm``."""
        now = datetime.now(self._zone)
        self._last = next(CronSim(self._expression, max(now, self._last)))
        return (self._last - now).total_seconds()


@dataclass(frozen=True, slots=True)
class Timer:
    """A function and its rhythm, which begins when the server starts. ``limit``: seconds that a call may take, None for no end;
    ``everywhere``: in each of several processes on one database."""

    name: str
    rhythm: Callable[[], Rhythm]
    function: Callable[..., Any]
    limit: float | None = None
    everywhere: bool = False


def every(interval: str | float | timedelta) -> Callable[[], Rhythm]:
    """``"10s"``, ``"5m"``, seconds as a number, or a timedelta. Raises InvalidConfiguration."""
    seconds = interval.total_seconds() if isinstance(interval, timedelta) else interval
    if isinstance(seconds, str):
        try:
            seconds = values.seconds.read(seconds)
        except ValueError:
            seconds = 0.0
    if seconds <= 0:
        raise InvalidConfiguration(f'The interval "{interval}" is none: it must be {values.seconds.allowed}, or "10s".')
    step = float(seconds)
    return lambda: Every(step)


def cron(expression: str, zone: str = "UTC") -> Callable[[], Rhythm]:
    """A cron expression in a named time zone. Raises InvalidConfiguration."""
    try:
        place: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
        next(CronSim(expression, datetime.now(place)))
    except CronSimError as error:
        raise InvalidConfiguration(f'"{expression}" is no cron expression: {error}.') from error
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidConfiguration(f'"{zone}" is no time zone.') from error
    except StopIteration:
        raise InvalidConfiguration(f'"{expression}" never comes.') from None
    return lambda: Cron(expression, place)


async def keep_time(timer: Timer, tally: Tally, context: Callable[[], Context]) -> None:
    """Call the function again and again. What it raises is told, and the next call comes all the same."""
    rhythm, worker = timer.rhythm(), Worker("rowcast-timer")
    try:
        while True:
            await _sleep(rhythm.wait())
            try:
                with tally.call():
                    async with tally.limited(timer.limit):
                        await _call(timer.function, context(), worker)
            except HookTimeout:  # told already; a thread that hangs is left behind
                worker.end()
                worker = Worker("rowcast-timer")
            except HookFailed:
                pass  # told already
            except RowcastError as error:  # of a verb: nobody else hears of it
                tally.fail(error)
    finally:
        worker.end()


async def _sleep(seconds: float) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=seconds)
    while (left := (ends - datetime.now(UTC)).total_seconds()) > 0:  # noqa: ASYNC110 - a clock has no event
        await asyncio.sleep(min(left, _LONGEST_SLEEP))


async def _call(function: Callable[..., Any], context: Context, worker: Worker) -> None:
    if inspect.iscoroutinefunction(function):
        await function(context)
    else:
        await asyncio.wrap_future(worker.submit(lambda: function(context)))

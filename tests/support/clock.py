"""A clock that stands still until a test moves it. Must not know what goes by it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rowcast.engine.clock import Clock
from rowcast.engine.engine import Engine


@dataclass(eq=False, slots=True)
class Alarm:
    """What is to be done at a moment."""

    at: float
    call: Callable[[], object]
    is_off: bool = False

    def cancel(self) -> None:
        self.is_off = True


class MovedClock(Clock):
    """It begins at a whole second of the present, so that what others put down by the machine's clock is about as old as it is."""

    def __init__(self) -> None:
        self._at = float(int(time.time()))
        self._alarms: list[Alarm] = []

    @classmethod
    def of(cls, engine: Engine) -> MovedClock:
        """One that the engine goes by from now on."""
        clock = engine.clock = cls()
        return clock

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._at, UTC)

    def time(self) -> float:
        return self._at

    def later(self, seconds: float, call: Callable[..., object], *args: object) -> Alarm:
        alarm = Alarm(self._at + seconds, lambda: call(*args))
        self._alarms.append(alarm)
        return alarm

    @property
    def alarms(self) -> int:
        """How much is to be done."""
        return len([alarm for alarm in self._alarms if not alarm.is_off])

    def after(self, seconds: float) -> str:
        """The moment then, as a timestamp in JSON."""
        then = self.now() + timedelta(seconds=seconds)
        return then.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def move(self, seconds: float) -> None:
        """Let so much time pass, and do what was to be done until then, when it was to be done."""
        end = self._at + seconds
        while due := [alarm for alarm in self._alarms if not alarm.is_off and alarm.at <= end]:
            first = min(due, key=lambda alarm: alarm.at)
            first.is_off, self._at = True, max(self._at, first.at)
            first.call()
        self._at = end

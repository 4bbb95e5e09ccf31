"""The present, and what is to be done when some time has passed. ``$NOW`` and the ends of tokens, sessions, shares and codes go by
it. Must not know them. An engine can be given another clock, for instance one that stands still until it is moved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Timer(Protocol):
    """What is to be done."""

    def cancel(self) -> None:
        """It is not to be done."""


class Clock:
    """That of the machine."""

    def now(self) -> datetime:
        """The present, in UTC."""
        return datetime.now(UTC)

    def time(self) -> float:
        """The present in seconds since 1970."""
        return time.time()

    def later(self, seconds: float, call: Callable[..., object], *args: object) -> Timer:
        """Have ``call`` called on the loop when so much time has passed."""
        return asyncio.get_running_loop().call_later(seconds, call, *args)

"""Waiting for what will happen, however slow the machine is. It costs no time: the waiting ends as soon as it has happened, and the
limit is only for what never does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
LIMIT = 60.0
"""Seconds."""
BUSY = 60_000
"""Milliseconds that another program waits for the database."""
_PAUSE = 0.005


async def until(found: Callable[[], T], limit: float = LIMIT) -> T:
    """What ``found`` returns as soon as it is true."""
    ends = time.monotonic() + limit
    while not (value := found()):
        _still(ends, value)
        await asyncio.sleep(_PAUSE)
    return value


async def until_read(read: Callable[[], Awaitable[T]], wanted: Callable[[T], object], limit: float = LIMIT) -> T:
    """What ``read`` returns as soon as it is ``wanted``."""
    ends = time.monotonic() + limit
    while not wanted(value := await read()):
        _still(ends, value)
        await asyncio.sleep(_PAUSE)
    return value


def blocking_until(found: Callable[[], T], limit: float = LIMIT) -> T:
    """As ``until``, where there is no event loop."""
    ends = time.monotonic() + limit
    while not (value := found()):
        _still(ends, value)
        time.sleep(_PAUSE)
    return value


def _still(ends: float, value: object) -> None:
    assert time.monotonic() < ends, f"it does not happen; the last that was found: {value!r}"


async def reached(event: asyncio.Event) -> None:
    """Wait for it. Raises TimeoutError."""
    async with asyncio.timeout(LIMIT):
        await event.wait()


def passed(event: threading.Event) -> None:
    """Wait for it in a thread. Raises TimeoutError."""
    if not event.wait(LIMIT):
        raise TimeoutError

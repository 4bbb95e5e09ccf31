"""Waiting for what has to come. It ends as soon as it comes, so that the limit costs nothing: it is a guard against hanging, and
must be far beyond what the slowest machine takes, stalls included. Must not know what is waited for."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import websockets.asyncio.client as asynchronous
import websockets.sync.client as synchronous
from httpx._config import DEFAULT_TIMEOUT_CONFIG

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds."""
BUSY = 60_000
"""Milliseconds that another program waits for the database."""


async def soon(what: Awaitable[T]) -> T:
    """What comes of it. Raises TimeoutError."""
    return await asyncio.wait_for(what, PATIENCE)


async def reached(event: asyncio.Event) -> None:
    """Wait for it. Raises TimeoutError."""
    await soon(event.wait())


def passed(event: threading.Event) -> None:
    """Wait for it in a thread. Raises TimeoutError."""
    if not event.wait(PATIENCE):
        raise TimeoutError


async def until(found: Callable[[], T], every: float = 0.005) -> T:
    """What ``found`` returns as soon as it is true. Others have the loop meanwhile."""
    ends = time.monotonic() + PATIENCE
    while not (value := found()):
        _still(ends, value)
        await asyncio.sleep(every)
    return value


async def until_read(read: Callable[[], Awaitable[T]], wanted: Callable[[T], object]) -> T:
    """What ``read`` returns as soon as it is ``wanted``."""
    ends = time.monotonic() + PATIENCE
    while not wanted(value := await read()):
        _still(ends, value)
        await asyncio.sleep(0.005)
    return value


def wait_until(found: Callable[[], T], every: float = 0.01) -> T:
    """As ``until``, where nothing else runs meanwhile."""
    ends = time.monotonic() + PATIENCE
    while not (value := found()):
        _still(ends, value)
        time.sleep(every)
    return value


def _still(ends: float, value: object) -> None:
    assert time.monotonic() < ends, f"it does not come; the last that was found: {value!r}"


def be_patient() -> None:
    """Where nobody says how long an answer may take, the libraries allow for a machine that is busy with other tests."""
    for part in ("connect", "read", "write", "pool"):
        setattr(DEFAULT_TIMEOUT_CONFIG, part, PATIENCE)
    for client in (asynchronous.connect.__init__, synchronous.connect):
        assert client.__kwdefaults__ is not None
        client.__kwdefaults__["open_timeout"] = PATIENCE

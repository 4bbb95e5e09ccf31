"""Waiting for what has to come. It ends as soon as it comes, so that the limit costs nothing: it is a guard against hanging, and
must be far beyond what the slowest machine takes, stalls included. Must not know what is waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import websockets.asyncio.client as asynchronous
import websockets.sync.client as synchronous
from httpx._config import DEFAULT_TIMEOUT_CONFIG

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds."""


async def soon(what: Awaitable[T]) -> T:
    """What comes of it."""
    return await asyncio.wait_for(what, PATIENCE)


async def until(true: Callable[[], T], every: float = 0.01) -> T:
    """Wait until something holds; returns what made it hold. Others have the loop meanwhile."""
    ends = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < ends, "it never came"
        await asyncio.sleep(every)
    return found


def wait_until(true: Callable[[], T], every: float = 0.02) -> T:
    """The same where nothing else runs meanwhile."""
    ends = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < ends, "it never came"
        time.sleep(every)
    return found


def be_patient() -> None:
    """Where nobody says how long an answer may take, the libraries allow for a machine that is busy with other tests."""
    for part in ("connect", "read", "write", "pool"):
        setattr(DEFAULT_TIMEOUT_CONFIG, part, PATIENCE)
    for client in (asynchronous.connect.__init__, synchronous.connect):
        assert client.__kwdefaults__ is not None
        client.__kwdefaults__["open_timeout"] = PATIENCE

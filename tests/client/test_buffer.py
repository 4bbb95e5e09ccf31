"""Full buffers, by each policy."""

from __future__ import annotations

import anyio
import pytest

from rowcast.client.buffer import Buffer, Policy
from rowcast.client.frames import Frame
from rowcast.errors import ConnectionLost, SlowConsumer
from tests.support.patience import PATIENCE


def filled(policy: Policy, count: int, limit: int = 3) -> Buffer:
    """A buffer that was given that many events."""
    buffer = Buffer(limit, policy)
    for number in range(count):
        buffer.take("create", Frame("subscription", uid=number))
    return buffer


async def drain(buffer: Buffer) -> list[object]:
    """All that is there: uids, and None for a gap of the buffer's own."""
    found: list[object] = []
    while len(buffer) and (each := await buffer.get()) is not None:
        found.append(each[1] and each[1].uid)
    return found


async def test_within_the_limit_nothing_is_missing() -> None:
    assert await drain(filled("gap", 3)) == [0, 1, 2]


async def test_the_newest_are_kept_behind_a_gap() -> None:
    assert await drain(filled("gap", 10)) == [None, 7, 8, 9]


async def test_or_it_is_an_error_after_what_is_there() -> None:
    buffer = filled("error", 10)
    assert await drain(buffer) == [0, 1, 2, 3]
    with pytest.raises(SlowConsumer):
        await buffer.get()


async def test_or_the_connection_waits() -> None:
    buffer, passed = filled("wait", 4), anyio.Event()

    async def read_on() -> None:
        await buffer.room()
        passed.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read_on)
        await anyio.sleep(0.01)
        assert not passed.is_set()
        await buffer.get()
        with anyio.fail_after(PATIENCE):
            await passed.wait()


async def test_it_ends_by_an_error_or_without() -> None:
    buffer = filled("gap", 1)
    buffer.end(ConnectionLost())
    assert await drain(buffer) == [0]
    with pytest.raises(ConnectionLost):
        await buffer.get()
    buffer = filled("gap", 1)
    buffer.abandon()
    assert await buffer.get() is None
    assert buffer.take("create", Frame("subscription")) is False

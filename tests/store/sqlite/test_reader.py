"""Reading: quick on the loop, slow in threads, never late, and placed exactly."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rowcast.errors import InternalError, InvalidQuery, OutOfTime, ServiceUnavailable
from rowcast.store.sqlite import SqliteOptions
from rowcast.store.sqlite.reader import Session
from tests.store.conftest import Opened
from tests.store.sqlite.test_writer import add, adding
from tests.support.patience import passed

SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT max(i) FROM n"


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Opened]:
    """A store that gives a statement a fifth of a second."""
    opened = Opened(SqliteOptions(str(tmp_path / "data.db"), query_timeout=0.2))
    await opened.open()
    yield opened
    await opened.close()


async def test_a_quick_statement_stays_on_the_loop(store: Opened) -> None:
    for _ in range(1000):
        await store.read("SELECT 1")
    assert store.moved_reads == 0


async def test_a_slow_statement_does_not_block_the_loop(store: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not done before the loop has done something else."""
    goes_on, tick = threading.Event(), Session._tick

    def waits(self: Session) -> bool:
        if threading.current_thread() is not threading.main_thread():
            passed(goes_on)
        return tick(self)

    monkeypatch.setattr(Session, "_tick", waits)
    task = asyncio.create_task(store.read(SLOW.format(2_000_000)))
    for _ in range(5):
        await asyncio.sleep(0.001)
    assert not task.done()
    goes_on.set()
    assert await task == [(2_000_000,)]
    assert store.moved_reads == 1


async def test_a_slow_statement_is_remembered_until_it_is_quick(store: Opened) -> None:
    text = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT max(i) FROM n"
    await store.read(text, (100_000,))
    await store.read(text, (10,))
    assert store.moved_reads == 2
    await store.read(text, (10,))
    assert store.moved_reads == 2


async def test_an_endless_statement_is_out_of_time(hasty: Opened) -> None:
    with pytest.raises(OutOfTime):
        await hasty.read(SLOW.format(10**12))
    assert await hasty.read("SELECT 1") == [(1,)]


async def test_endless_statements_do_not_keep_others_waiting_for_ever(hasty: Opened) -> None:
    endless = [hasty.read(SLOW.format(10**12 + n)) for n in range(6)]
    results = await asyncio.gather(*endless, return_exceptions=True)
    assert [type(result) for result in results] == [OutOfTime] * 6


async def test_a_snapshot_knows_its_exact_position(store: Opened) -> None:
    done = False

    async def write() -> None:
        nonlocal done
        for n in range(300):
            await store.write(adding(str(n)))
        done = True

    task = asyncio.create_task(write())
    while not done:
        rows, position = await store.snapshot("SELECT count(*) FROM notes")
        assert rows == [(position.offset,)]
        await asyncio.sleep(0)
    await task


async def test_a_slow_snapshot_is_placed_as_well(store: Opened) -> None:
    await store.write(lambda tx: add(tx, "a"))
    rows, position = await store.snapshot(SLOW.format(300_000))
    assert (rows, position.offset) == ([(300_000,)], 1)


async def test_a_reader_cannot_write(store: Opened) -> None:
    with pytest.raises(ServiceUnavailable):
        await store.read("INSERT INTO notes(text) VALUES('x')")


async def test_a_faulty_statement_says_so(store: Opened) -> None:
    with pytest.raises(InternalError):
        await store.read("SELECT nothing FROM nowhere")
    with pytest.raises(InternalError):
        await store.snapshot("SELECT nothing FROM nowhere")
    assert await store.read("SELECT 1") == [(1,)]


async def test_an_answer_of_endless_length_is_refused(tmp_path: Path) -> None:
    opened = Opened(SqliteOptions(str(tmp_path / "data.db"), longest_answer=100_000))
    await opened.open()
    with pytest.raises(InvalidQuery):
        await opened.read("SELECT printf('%.*c', 200000, 'x')")
    await opened.close()

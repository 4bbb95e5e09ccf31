"""The process is killed in the middle of writing: what was acknowledged is there, and the log goes on."""

from __future__ import annotations

import asyncio
import sys

import pytest

from rowcast.store.sqlite import SqliteOptions, epoch
from tests.store.conftest import Opened
from tests.store.sqlite.test_writer import add

SCRIPT = """
import asyncio, sys
from rowcast.store.sqlite import SqliteOptions, SqliteStore

async def add(tx):
    return (await tx.fetch("INSERT INTO notes(text) VALUES('x') RETURNING id"))[0][0]

async def main():
    store = SqliteStore(SqliteOptions(sys.argv[1]))
    await store.open()
    async def client():
        while True:
            key = await store.write(add)
            sys.stdout.write(f"{key} {store.position}\\n")
            sys.stdout.flush()
    await asyncio.gather(*[client() for _ in range(4)])

asyncio.run(main())
"""


async def test_every_acknowledged_write_is_kept(store: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epoch, "SLACK", 60.0)  # the other process may stand still for as long as it likes
    await store.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT, store.options.path, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    acknowledged = [(await process.stdout.readline()).split() for _ in range(200)]
    process.kill()
    acknowledged += [line.split() for line in (await process.stdout.read()).splitlines() if len(line.split()) == 2]
    await process.wait()

    again = Opened(SqliteOptions(store.options.path))
    await again.open()
    try:
        kept = {row[0] for row in await again.read("SELECT id FROM notes")}
        assert kept >= {int(key) for key, _ in acknowledged}
        logged = await again.read("SELECT count(*) FROM rowcast_changes WHERE collection = 'notes'")
        assert logged == [(len(kept),)]
        assert again.position.epoch == acknowledged[0][1].decode().rpartition(".")[0]
        key = await again.write(lambda tx: add(tx, "after"))
        assert key == max(kept) + 1
        assert again.commits[-1].position.offset == len(kept) + 1
    finally:
        await again.close()

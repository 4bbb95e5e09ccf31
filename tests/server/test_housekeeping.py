"""What is done now and then: sessions that have ended do not stay."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from rowcast.engine.moments import stored
from rowcast.query.sql import accounts
from rowcast.server.housekeeping import housekeeping
from rowcast.store.base import Transaction
from tests.engine.people import People, open_people
from tests.support.patience import PATIENCE


async def _open(people: People, token: str, expires: float) -> None:
    async def work(tx: Transaction) -> None:
        await tx.fetch(accounts.OPEN_SESSION, (token, None, None, stored(expires), None, None, None))

    await people.engine.store.write(work)


async def _left(people: People) -> list[str]:
    return [row[0] for row in await people.rows('SELECT "token" FROM "directus_sessions" ORDER BY 1')]


async def _only(people: People, token: str) -> None:
    """Wait until that session alone is left."""
    async with asyncio.timeout(PATIENCE):
        while await _left(people) != [token]:  # noqa: ASYNC110 - as another program sees it
            await asyncio.sleep(0.005)


async def test_ended_sessions_are_removed_again_and_again(tmp_path: Path) -> None:
    people = await open_people(tmp_path)
    now = time.time()
    await _open(people, "old", now - 5)
    await _open(people, "open", now + 3600)
    async with housekeeping(people.engine, every=0.02):
        await _only(people, "open")
        await _open(people, "older", now - 50)
        await _only(people, "open")
    await people.engine.close()

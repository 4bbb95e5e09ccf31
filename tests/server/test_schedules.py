"""Flows that the clock sets off: as long as they are active, and no longer."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rowcast.auth import SYSTEM
from rowcast.engine.update import update
from rowcast.server.schedules import schedules
from tests.engine.flows.test_flows import CREATE, flow, titles
from tests.engine.people import People, open_people
from tests.support.patience import PATIENCE

NONSENSE = '{"cron":"nonsense"}'
"""As another program may leave it."""


async def counted(people: People, title: str, least: int) -> None:
    """Wait until there are so many with that title."""
    async with asyncio.timeout(PATIENCE):
        while (await titles(people)).count(title) < least:  # noqa: ASYNC110 - as another program sees it
            await asyncio.sleep(0.02)


async def test_a_flow_by_the_clock(tmp_path: Path) -> None:
    people = await open_people(tmp_path)
    try:
        async with schedules(people.engine):
            await flow(people, "schedule", ("x", "log", {}), cron="0 0 1 1 *")
            await people.engine.store.write(lambda tx: tx.fetch("UPDATE directus_flows SET options = ?", (NONSENSE,)))
            step = ("tick", "item-create", {**CREATE, "payload": {"title": "tick"}})
            key = await flow(people, "schedule", step, cron="* * * * * *")
            await counted(people, "tick", 1)
            assert set(await titles(people)) == {"tick"}
            await update(people.engine, SYSTEM, "directus_flows", {"status": "inactive"}, keys=[key])
            other = ("tock", "item-create", {**CREATE, "payload": {"title": "tock"}})
            await flow(people, "schedule", other, cron="* * * * * *")
            await counted(people, "tock", 1)  # who begins the one has ended the other
            count = (await titles(people)).count("tick")
            await counted(people, "tock", 3)
            assert (await titles(people)).count("tick") == count
    finally:
        await people.engine.close()

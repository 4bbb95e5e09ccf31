"""Flows that the clock sets off: as long as they are active, and no longer."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rowcast.auth import SYSTEM
from rowcast.engine.update import update
from rowcast.server.schedules import schedules
from tests.engine.flows.test_flows import CREATE, flow, titles
from tests.engine.people import open_people

NONSENSE = '{"cron":"nonsense"}'
"""As another program may leave it."""


async def test_a_flow_by_the_clock(tmp_path: Path) -> None:
    people = await open_people(tmp_path)
    try:
        async with schedules(people.engine):
            await flow(people, "schedule", ("x", "log", {}), cron="0 0 1 1 *")
            await people.engine.store.write(lambda tx: tx.fetch("UPDATE directus_flows SET options = ?", (NONSENSE,)))
            step = ("tick", "item-create", {**CREATE, "payload": {"title": "tick"}})
            key = await flow(people, "schedule", step, cron="* * * * * *")
            for _ in range(400):
                if await titles(people):
                    break
                await asyncio.sleep(0.01)
            assert set(await titles(people)) == {"tick"}
            await update(people.engine, SYSTEM, "directus_flows", {"status": "inactive"}, keys=[key])
            await asyncio.sleep(1.2)
            count = len(await titles(people))
            await asyncio.sleep(1.2)
            assert len(await titles(people)) == count
    finally:
        await people.engine.close()

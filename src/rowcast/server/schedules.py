"""Flows that the clock sets off. Must not know what they do."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, suppress

import structlog

from rowcast.auth import SYSTEM
from rowcast.engine.background import alongside
from rowcast.engine.engine import Engine
from rowcast.engine.flows.flow import Flow
from rowcast.engine.flows.run import run
from rowcast.errors import InvalidConfiguration, RowcastError
from rowcast.server.extend.timers import Rhythm, cron

LOOK = 1.0
"""Seconds between two looks at which flows there are."""
log = structlog.get_logger("rowcast.flows")


def schedules(engine: Engine) -> AbstractAsyncContextManager[None]:
    """Keep the flows' time for the length of a block."""
    return alongside(_keep(engine))


async def _keep(engine: Engine) -> None:
    running: dict[str, asyncio.Task[None]] = {}
    epoch = -1
    try:
        while True:
            if engine.flows.epoch != epoch:
                epoch = engine.flows.epoch
                _end(running)
                with suppress(RowcastError):
                    running = _begun(engine, list((await engine.flows.all()).values()))
            await asyncio.sleep(LOOK)
    finally:
        _end(running)


def _end(tasks: dict[str, asyncio.Task[None]]) -> None:
    for task in tasks.values():
        task.cancel()


def _begun(engine: Engine, flows: list[Flow]) -> dict[str, asyncio.Task[None]]:
    timed: dict[str, asyncio.Task[None]] = {}
    for flow in flows:
        if flow.trigger == "schedule":
            try:
                rhythm = cron(str(flow.options.get("cron")))()
            except InvalidConfiguration as error:
                log.warning("a flow has no time", flow=flow.name, message=error.message)
                continue
            timed[flow.id] = asyncio.create_task(_tick(engine, flow, rhythm))
    return timed


async def _tick(engine: Engine, flow: Flow, rhythm: Rhythm) -> None:
    while True:
        await asyncio.sleep(max(0.0, rhythm.wait()))
        engine.flows.begin(run(engine, flow, SYSTEM, {}))

"""Flows and operations that could never run are not kept."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.update import update
from rowcast.errors import InvalidPayload
from tests.engine.people import People

FLOW = {"name": "a", "status": "active"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"trigger": "webhok"}, '"trigger" must be one of event, manual, operation, schedule, webhook'),
        ({"trigger": 1}, '"trigger" must be one of'),
        (
            {"operations": [{"key": "a", "type": ["log"], "position_x": 1, "position_y": 1}]},
            '"type" must be one of',
        ),
        ({"trigger": "event", "options": {"type": "acton"}}, '"options.type" must be one of action'),
        ({"trigger": ["event"]}, '"trigger" must be one of'),
        ({"trigger": "schedule", "options": {"cron": "every minute"}}, '"cron" must be five fields'),
        ({"trigger": "schedule", "options": {"cron": 5}}, '"cron" must be five fields'),
        (
            {"operations": [{"key": "a", "type": "item-creat", "position_x": 1, "position_y": 1}]},
            '"type" must be one of',
        ),
    ],
)
async def test_what_could_never_run(people: People, given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        await create(people.engine, SYSTEM, "directus_flows", {**FLOW, **given})
    assert told in refused.value.message


class Notes(list[str]):
    """A log that is kept."""

    def warning(self, sentence: str, **_more: object) -> None:
        self.append(sentence)


async def test_what_can_be_kept(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Notes()
    monkeypatch.setattr("rowcast.engine.guards.flows.log", notes)
    (key,) = await create(people.engine, SYSTEM, "directus_flows", {**FLOW, "trigger": "schedule"})
    await update(people.engine, SYSTEM, "directus_flows", {"options": {"cron": "*/5 * * * * *"}}, keys=[key])
    with pytest.raises(InvalidPayload):
        await update(people.engine, SYSTEM, "directus_flows", {"options": {"cron": "soon"}}, keys=[key])
    await update(people.engine, SYSTEM, "directus_flows", {"trigger": "event", "options": {"cron": "soon"}}, keys=[key])
    await create(people.engine, SYSTEM, "directus_flows", {**FLOW, "trigger": "event", "options": {"type": "filter"}})
    assert notes == ["a flow is kept that is not run here: none stands in the way of a change"]
    place = {"flow": key, "key": "run", "position_x": 1, "position_y": 1}
    await create(people.engine, SYSTEM, "directus_operations", {**place, "type": "exec"})
    assert notes[1:] == ["an operation is kept that cannot be run here"]

"""What a running engine counts."""

from __future__ import annotations

import json

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.figures import Buckets
from rowcast.errors import Forbidden
from tests.engine.listeners import Ear
from tests.engine.people import People
from tests.engine.test_inspect import Line


def test_a_histogram() -> None:
    buckets = Buckets((1.0, 2.0))
    for value, times in ((1, 3), (1.5, 1), (9, 2)):
        buckets.observe(value, times)
    assert (buckets.counts, buckets.total) == ([3, 1, 2], 22.5)


async def test_what_is_counted(people: People) -> None:
    ear = Ear(people.engine, SYSTEM)
    ear.listener.carrier = Line()
    await ear.subscribe("articles", uid="a", fields=["title"])
    before = people.engine.figures.read(SYSTEM)
    await people.item(title="one")
    await people.item(title="two")
    after = people.engine.figures.read(SYSTEM)
    assert (after["connections"], after["subscriptions"], after["views"]) == ({"websocket": 1, "sse": 0}, 1, 1)
    assert after["outbox"] == {"bytes": 7, "most": 7, "waiting": 1}
    grown = {name: after[name] - before[name] for name in ("commits", "encodings", "deliveries")}
    assert grown == {"commits": 2, "encodings": 2, "deliveries": 2}
    assert after["changes"] >= before["changes"] + 2
    assert sum(after["latency"]["counts"]) == sum(before["latency"]["counts"]) + 2
    assert (after["behind"], after["slow_closes"]) == (0, 0)
    json.dumps(after)


async def test_who_may_read_them(people: People) -> None:
    await people.user("ann", await people.role("readers"))
    with pytest.raises(Forbidden):
        people.engine.figures.read(await people.who("tok-ann"))

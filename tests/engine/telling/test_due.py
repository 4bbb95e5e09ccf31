"""Sets about the present: what time alone changes is told when it does, and nothing is asked in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.update import update
from tests.engine.listeners import Ear, Mirror
from tests.engine.shop import Shop

SOON = 0.25


def at(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


async def stamp(shop: Shop, **values: Any) -> Any:
    [key] = await create(shop.engine, SYSTEM, "stamps", {"label": "a"})
    await update(shop.engine, SYSTEM, "stamps", values, keys=[key])
    return key


@pytest.fixture
async def reads(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that are asked from now on."""
    texts: list[str] = []
    store = shop.engine.store
    for name in ("read", "snapshot"):
        call = getattr(store, name)

        async def noted(text: str, args: Any = (), call: Any = call) -> Any:
            texts.append(text)
            return await call(text, args)

        monkeypatch.setattr(store, name, noted)
    return texts


async def test_rows_come_and_go_as_time_passes_them(shop: Shop, reads: list[str]) -> None:
    key = await stamp(shop, made=at(SOON))
    await stamp(shop, made=at(3600))
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("stamps", "past", exact=True, fields=["label"], filter={"made": {"_lte": "$NOW"}})
    await ear.subscribe("stamps", "hour", exact=True, fields=["label"], filter={"made": {"_gt": "$NOW(+1 second)"}})
    await ear.subscribe("stamps", "count", exact=True, aggregate={"count": "*"}, filter={"made": {"_lt": "$NOW"}})
    first = {frame["uid"]: frame["data"] for frame in ear.heard()}
    assert (first["past"], len(first["hour"]), first["count"]) == ([], 1, [{"count": 0}])
    reads.clear()
    frames = await ear.hears(2)
    assert frames == [("create", [{"id": key, "label": "a"}]), ("update", [{"count": 1}])] or frames[::-1]
    assert len([text for text in reads if "stamps" in text]) <= 2 * 4
    reads.clear()
    await asyncio.sleep(0.1)
    assert reads == []


async def test_a_commit_moves_the_moment(shop: Shop) -> None:
    key = await stamp(shop, made=at(3600))
    mirror = Mirror(Ear(shop.engine, SYSTEM))
    await mirror.ear.subscribe("stamps", exact=True, fields=["label"], filter={"made": {"_lte": "$NOW"}})
    mirror.listen()
    await update(shop.engine, SYSTEM, "stamps", {"made": at(SOON)}, keys=[key])
    mirror.listen()
    assert mirror.sets["s"] == {}
    await asyncio.sleep(SOON + 0.1)
    mirror.listen()
    assert list(mirror.sets["s"]) == [key]


async def test_who_has_gone_leaves_no_timer(shop: Shop) -> None:
    await stamp(shop, made=at(SOON))
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("stamps", exact=True, fields=["label"], filter={"made": {"_lte": "$NOW"}})
    due = shop.engine.broadcast.refresher._due
    assert len(due) == 1
    ear.close()
    await asyncio.sleep(SOON + 0.1)
    assert len(due) == 0


async def test_a_place_in_a_set_about_the_present_is_none(shop: Shop) -> None:
    """Time may have changed it meanwhile, though nobody has written."""
    ear = Ear(shop.engine, SYSTEM)
    query: dict[str, Any] = {"fields": ["label"], "filter": {"made": {"_lte": "$NOW"}}}
    await ear.subscribe("stamps", "stays", exact=True, **query)
    await ear.subscribe("stamps", exact=True, resume=True, **query)
    place = ear.heard()[-1]["position"]
    await ear.subscribe("stamps", exact=True, since=place, **query)
    assert [frame["event"] for frame in ear.heard()] == ["init"]

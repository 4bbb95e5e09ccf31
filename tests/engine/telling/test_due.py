"""Sets about the present: what time alone changes is told when it does, and nothing is asked in between."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.telling.due import BLINDLY
from rowcast.engine.update import update
from tests.engine.listeners import Ear, Mirror, settled
from tests.engine.shop import Shop
from tests.support.clock import MovedClock
from tests.support.patience import until

PAST: dict[str, Any] = {"fields": ["label"], "filter": {"made": {"_lte": "$NOW"}}}


@pytest.fixture
def clock(shop: Shop) -> MovedClock:
    return MovedClock.of(shop.engine)


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


async def test_rows_come_and_go_as_time_passes_them(shop: Shop, clock: MovedClock, reads: list[str]) -> None:
    key = await stamp(shop, made=clock.after(2.5))
    await stamp(shop, made=clock.after(3600))
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("stamps", "past", exact=True, **PAST)
    await ear.subscribe("stamps", "hour", exact=True, fields=["label"], filter={"made": {"_gt": "$NOW(+1 second)"}})
    await ear.subscribe("stamps", "count", exact=True, aggregate={"count": "*"}, filter={"made": {"_lt": "$NOW"}})
    first = {frame["uid"]: frame["data"] for frame in ear.heard()}
    assert (first["past"], len(first["hour"]), first["count"]) == ([], 2, [{"count": 0}])
    reads.clear()
    clock.move(1.4)
    await settled(shop.engine)
    assert (reads, ear.frames) == ([], [])
    clock.move(0.2)
    await settled(shop.engine)
    assert [(frame["uid"], frame["event"], frame["data"]) for frame in ear.heard()] == [("hour", "delete", [key])]
    clock.move(1)
    await settled(shop.engine)
    assert sorted((frame["uid"], frame["event"], frame["data"]) for frame in ear.heard()) == [
        ("count", "update", [{"count": 1}]),
        ("past", "create", [{"id": key, "label": "a"}]),
    ]
    assert 0 < len([text for text in reads if "stamps" in text]) <= 3 * 4
    reads.clear()
    clock.move(3000)
    await settled(shop.engine)
    assert (reads, ear.frames) == ([], [])


async def test_a_commit_moves_the_moment(shop: Shop, clock: MovedClock) -> None:
    key = await stamp(shop, made=clock.after(3600))
    mirror = Mirror(Ear(shop.engine, SYSTEM))
    await mirror.ear.subscribe("stamps", exact=True, **PAST)
    mirror.listen()
    await update(shop.engine, SYSTEM, "stamps", {"made": clock.after(1)}, keys=[key])
    await settled(shop.engine)
    for seconds, held in ((0, []), (0.9, []), (0.2, [key])):
        clock.move(seconds)
        await settled(shop.engine)
        mirror.listen()
        assert list(mirror.sets["s"]) == held


async def test_who_has_gone_leaves_no_timer(shop: Shop, clock: MovedClock) -> None:
    await stamp(shop, made=clock.after(1))
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("stamps", exact=True, **PAST)
    due = shop.engine.broadcast.refresher._due
    assert (len(due), clock.alarms) == (1, 1)
    ear.close()
    clock.move(2)
    assert (len(due), clock.alarms) == (0, 0)


async def test_a_view_of_which_it_cannot_be_told_when_it_changes_is_looked_at_now_and_then(
    shop: Shop, clock: MovedClock, reads: list[str]
) -> None:
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("stamps", exact=True, fields=["label"], filter={"year(made)": {"_eq": "$NOW"}})
    for _ in range(3):
        reads.clear()
        clock.move(BLINDLY)
        await settled(shop.engine)
        assert len([text for text in reads if "stamps" in text]) == 1
    assert clock.alarms == 1


async def test_the_clock_of_the_machine_does_the_same(shop: Shop) -> None:
    """However late the question comes."""
    key, mirror = await stamp(shop, made=MovedClock().after(1.5)), Mirror(Ear(shop.engine, SYSTEM))
    await mirror.ear.subscribe("stamps", exact=True, **PAST)

    def held() -> list[Any]:
        mirror.listen()
        return list(mirror.sets["s"])

    assert await until(held) == [key]


async def test_a_place_in_a_set_about_the_present_is_none(shop: Shop) -> None:
    """Time may have changed it meanwhile, though nobody has written."""
    ear = Ear(shop.engine, SYSTEM)
    query: dict[str, Any] = {"fields": ["label"], "filter": {"made": {"_lte": "$NOW"}}}
    await ear.subscribe("stamps", "stays", exact=True, **query)
    await ear.subscribe("stamps", exact=True, resume=True, **query)
    place = ear.heard()[-1]["position"]
    await ear.subscribe("stamps", exact=True, since=place, **query)
    assert [frame["event"] for frame in ear.heard()] == ["init"]

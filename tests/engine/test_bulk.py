"""Another program's long transaction: told in slices, between which others have the loop; of its parts one is in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import apsw
import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.telling import broadcast
from rowcast.feed import Commit
from rowcast.live import Ask, Live
from rowcast.live.announce import SLICE
from rowcast.store.sqlite.announce import Announcer, Delivery
from tests.engine.listeners import Ear, Mirror
from tests.engine.shop import Shop
from tests.support.patience import BUSY, until, wait_until
from tests.support.turns import counting_turns

ROWS, LISTENERS = 20_000, 20
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"


def write(shop: Shop, text: str) -> None:
    other = apsw.Connection(str(shop.engine.store._options.path))  # type: ignore[attr-defined]
    other.set_busy_timeout(BUSY)
    with other:
        other.execute(f"{NUMBERS} {text}", (ROWS,))
    other.close()


async def until_told(shop: Shop, rows: int) -> None:
    await until(
        lambda: sum(len(commit.changes) for commit in shop.commits) == rows and not shop.engine.broadcast.behind
    )


async def test_slices_are_small_and_others_have_the_loop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "PATIENCE", 0.0)
    sizes: list[int] = []
    parts: list[int] = []
    publishing = Live.publishing

    def sliced(self: Live, commit: Commit, asks: list[Ask], *, folded: bool = False) -> Iterator[None]:
        parts.append(shop.engine.broadcast.behind)
        told = self.counters.deliveries
        for _ in publishing(self, commit, asks, folded=folded):
            sizes.append(self.counters.deliveries - told)
            told = self.counters.deliveries
            yield

    monkeypatch.setattr(Live, "publishing", sliced)
    ears = [Ear(shop.engine, SYSTEM) for _ in range(LISTENERS)]
    for ear in ears:
        await ear.subscribe("quotes", event="create", fields=["id"])
    async with counting_turns() as turns:
        write(shop, "INSERT INTO quotes(words) SELECT i FROM n")
        await until_told(shop, ROWS)
    assert max(sizes) == SLICE * LISTENERS
    assert max(parts) == 1, "parts wait in memory"
    assert turns.count >= len(sizes)
    assert [len(ear.frames) for ear in ears] == [ROWS + 1] * LISTENERS


async def test_who_comes_in_the_midst_holds_what_is_there(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """With each part one who is new and one who comes back to where the first was by then."""
    monkeypatch.setattr(broadcast, "PATIENCE", 0.0)
    monkeypatch.setattr("tests.engine.test_bulk.ROWS", 3000)
    loop, coming = asyncio.get_running_loop(), list[asyncio.Task[Mirror]]()
    query: dict[str, Any] = {"exact": True, "resume": True, "fields": ["id", "words"]}

    async def come(place: str | None = None, held: dict[Any, Any] | None = None) -> Mirror:
        mirror = Mirror(Ear(shop.engine, SYSTEM))
        if held is not None:
            mirror.sets["s"] = held
        await mirror.ear.subscribe("quotes", since=place, **query)
        return mirror

    first = await come()
    first.listen()

    def begin() -> None:
        first.listen()
        places = (), (first.places["s"], dict(first.sets["s"]))
        coming.extend(asyncio.create_task(come(*place)) for place in places)

    post = Announcer.post

    def in_the_midst(self: Announcer, delivery: Delivery) -> None:
        """Let them begin to come before the next part does."""
        post(self, delivery)
        if delivery.commits:
            known = len(coming)
            loop.call_soon_threadsafe(begin)
            wait_until(lambda: len(coming) > known)

    monkeypatch.setattr(Announcer, "post", in_the_midst)
    write(shop, "INSERT INTO quotes(words) SELECT i FROM n")
    await until_told(shop, 3000)
    [(count,)] = await shop.engine.store.read("SELECT count(*) FROM quotes")
    assert count == 3000
    assert len(coming) > 6
    for mirror in (first, *await asyncio.gather(*coming)):
        mirror.listen()
        assert len(mirror.sets["s"]) == count

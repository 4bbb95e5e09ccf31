"""Moving items in their manual order."""

from __future__ import annotations

import json

import pytest

from rowcast.auth import PUBLIC, SYSTEM
from rowcast.engine.create import create
from rowcast.engine.read import read
from rowcast.engine.sort import sort
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.query.parse import parse
from tests.engine.shop import Shop


async def order(shop: Shop) -> list[int]:
    found = await shop.rows("books", "sort", "id")
    return [key for _, key in found]


async def test_items_between_give_way(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", [{"title": "b", "sort": n} for n in range(1, 6)])
    shop.events()
    await sort(shop.engine, SYSTEM, "books", 1, "4")
    assert await order(shop) == [2, 3, 4, 1, 5]
    [(_, kind, keys)] = shop.events()
    assert (kind, sorted(keys)) == ("update", [1, 2, 3, 4])
    await sort(shop.engine, SYSTEM, "books", 5, 2)
    assert await order(shop) == [5, 2, 3, 4, 1]


async def test_places_that_are_missing_or_shared_are_numbered_first(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", [{"title": "b", "sort": place} for place in (5, None, 5, None)])
    await sort(shop.engine, SYSTEM, "books", 4, 1)
    assert await shop.rows("books", "sort", "id") == [(1, 4), (2, 1), (3, 3), (4, 2)]


async def test_gaps_stay(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", [{"title": "b", "sort": place} for place in (10, 20, 40)])
    await sort(shop.engine, SYSTEM, "books", 3, 1)
    assert await shop.rows("books", "sort", "id") == [(10, 3), (20, 1), (40, 2)]


async def test_what_cannot_be_sorted_is_refused(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", {"title": "b", "sort": 1})
    with pytest.raises(InvalidPayload):
        await sort(shop.engine, SYSTEM, "authors", 1, 2)
    for actor, item in ((PUBLIC, 1), (SYSTEM, 99), (SYSTEM, "x")):
        with pytest.raises(Forbidden):
            await sort(shop.engine, actor, "books", item, 1)


async def test_items_are_read_in_their_manual_order(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", [{"title": "b", "sort": place} for place in (3, 1, 2)])

    async def keys(**query: object) -> list[int]:
        answer = await read(shop.engine, SYSTEM, "books", parse({"fields": ["id"], **query}))
        return [row["id"] for row in json.loads(answer.data)]

    assert await keys() == [2, 3, 1]
    assert await keys(limit=1) == [2]
    assert await keys(sort="id") == [1, 2, 3]

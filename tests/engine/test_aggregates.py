"""Aggregates and groups: every member once, whatever is asked for together."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.read import read
from rowcast.errors import InvalidQuery
from rowcast.query.parse import parse
from tests.engine.shop import Shop


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"aggregate": {"count": "*"}}, '[{"count":3}]'),
        ({"aggregate": {"count": "pages"}}, '[{"count":{"pages":2}}]'),
        ({"aggregate": {"count": "*,pages"}}, '[{"count":{"*":3,"pages":2}}]'),
        ({"aggregate": {"countAll": "*", "count": ["pages", "*"]}}, '[{"countAll":3,"count":{"pages":2,"*":3}}]'),
        (
            {"aggregate": {"count": "*,pages"}, "groupBy": "title", "sort": "-count,title"},
            '[{"title":"a","count":{"*":2,"pages":1}},{"title":"b","count":{"*":1,"pages":1}}]',
        ),
        ({"groupBy": "count", "alias": {"count": "title"}, "sort": "count"}, '[{"count":"a"},{"count":"b"}]'),
    ],
)
async def test_each_member_is_there_once(shop: Shop, query: dict[str, Any], told: str) -> None:
    books: list[dict[str, Any]] = [{"title": "a", "pages": 1}, {"title": "a"}, {"title": "b", "pages": 2}]
    await create(shop.engine, SYSTEM, "books", books)
    assert (await read(shop.engine, SYSTEM, "books", parse(query))).data.decode() == told


async def test_a_group_has_no_name_of_an_aggregate(shop: Shop) -> None:
    query = parse({"aggregate": {"count": "*"}, "groupBy": "count", "alias": {"count": "title"}})
    with pytest.raises(InvalidQuery, match='"count" is asked for twice'):
        await read(shop.engine, SYSTEM, "books", query)

"""A singleton is one item, whatever its table holds."""

from __future__ import annotations

import json

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.read import read
from rowcast.engine.update import upsert_singleton
from rowcast.query.parse import parse
from tests.engine.shop import Shop


async def test_several_rows_in_the_table_of_a_singleton(shop: Shop) -> None:
    """Other programs may have added some, or it was made a singleton later: the first is the one that is read and written."""
    await create(shop.engine, SYSTEM, "site", [{"heading": "a"}, {"heading": "b"}])
    for heading in ("c", "d"):
        await upsert_singleton(shop.engine, SYSTEM, "site", {"heading": heading})
        answer = await read(shop.engine, SYSTEM, "site", parse({"fields": "heading", "meta": "total_count"}))
        assert (json.loads(answer.data), json.loads(answer.meta or b"")) == ({"heading": heading}, {"total_count": 2})
    numbers = await read(shop.engine, SYSTEM, "site", parse({"aggregate": {"count": "*"}}))
    assert json.loads(numbers.data) == [{"count": 2}]

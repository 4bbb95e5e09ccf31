"""Fields may be named like anything, calls of functions too."""

from __future__ import annotations

import msgspec
import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.model.collections import create_collections
from rowcast.engine.read import read
from rowcast.query.parse import parse
from tests.engine.shop import Shop, collection, field

NAMES = (
    "count(made)",
    "year(made)",
    "Price (EUR)",
    "a.b",
    "a,b",
    "item:x",
    "*",
    "$now",
    "_and",
    "it's",
    'quo"te',
    "a[b]",
)


@pytest.mark.parametrize("name", NAMES)
async def test_a_field_of_any_name(shop: Shop, name: str) -> None:
    await create_collections(shop.engine, SYSTEM, [collection("odd", field(name, "string"), field("made", "date"))])
    await create(shop.engine, SYSTEM, "odd", {name: "x", "made": "2024-01-01"})
    for fields in ("*", "*.*", "id,*"):
        [row] = msgspec.json.decode((await read(shop.engine, SYSTEM, "odd", parse({"fields": fields}))).data)
        assert row == {"id": 1, name: "x", "made": "2024-01-01"}


async def test_a_field_that_is_named_like_a_call_is_that_field(shop: Shop) -> None:
    made = collection("odd", field("year(made)", "string"), field("made", "date"))
    await create_collections(shop.engine, SYSTEM, [made])
    await create(shop.engine, SYSTEM, "odd", [{"year(made)": "b"}, {"year(made)": "a"}])
    query = parse({"fields": "year(made)", "filter": {"year(made)": {"_neq": "c"}}, "sort": "year(made)"})
    found = (await read(shop.engine, SYSTEM, "odd", query)).data.decode()
    assert found == '[{"year(made)":"a"},{"year(made)":"b"}]'
    grouped = parse({"groupBy": "year(made)", "aggregate": {"count": "*"}, "sort": "year(made)"})
    found = (await read(shop.engine, SYSTEM, "odd", grouped)).data.decode()
    assert found == '[{"year(made)":"a","count":1},{"year(made)":"b","count":1}]'

from __future__ import annotations

from typing import Any

import pytest

from rowcast.query.parse import parse
from rowcast.query.resolve import resolve
from rowcast.query.show import fields_of, filter_of, sort_of
from rowcast.query.tree import Always
from tests.query.harbour import Harbour


def selected(harbour: Harbour, **query: Any) -> Any:
    return resolve(harbour.schema, "ships", parse(query), None, (-1, None, 10))


@pytest.mark.parametrize(
    "condition",
    [
        {"name": {"_eq": "a"}},
        {"crew": {"_in": [1, 2]}},
        {"_and": [{"crew": {"_gt": 1}}, {"_or": [{"name": {"_null": True}}, {"name": {"_contains": "x"}}]}]},
        {"home": {"name": {"_eq": "Rhodes"}}},
        {"sisters": {"_some": {"crew": {"_gte": 4}}}},
        {"sisters": {"_none": {"crew": {"_lt": 2}}}},
        {"name": {"_eq": "$CURRENT_USER"}},
        {"year(built)": {"_eq": 1990}},
    ],
)
def test_conditions_read_as_they_are_written(harbour: Harbour, condition: dict[str, Any]) -> None:
    shown = filter_of(selected(harbour, filter=condition).where)
    assert filter_of(selected(harbour, filter=shown).where) == shown
    assert set(str(condition)) - set(str(shown)) <= set("True")


def test_everything_and_nothing() -> None:
    assert (filter_of(Always(True)), filter_of(Always(False))) == ({}, {"_nothing": True})


def test_fields_and_order(harbour: Harbour) -> None:
    select = selected(harbour, fields=["name", "home.name", "sisters.crew", "sisters.id"], sort=["-crew", "name"])
    assert fields_of(select) == ["name", "home.name", "sisters.crew", "sisters.id"]
    assert sort_of(select)[:2] == ["-crew", "name"]
    groups = selected(harbour, aggregate={"count": "*", "sum": "crew"}, groupBy=["kind"])
    assert sorted(fields_of(groups)) == ["count(*)", "kind", "sum(crew)"]

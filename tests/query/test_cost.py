"""Too deep, too wide, too long: refused before there is a statement."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.errors import InvalidQuery
from rowcast.query.cost import DEEPEST_FILTER, DEEPEST_JSON, LIMITS
from rowcast.query.parse import parse
from tests.query.harbour import Harbour

MANY: dict[str, tuple[int, Any]] = {
    "fields": (LIMITS["fields"], lambda n: {"fields": [f"json(extras, a[{i}])" for i in range(n)]}),
    "relations": (
        LIMITS["relations"],
        lambda n: {
            "alias": {f"a{i}": "voyages" for i in range(LIMITS["aliases"])},
            "fields": [f"a{i}.ship.{name}" for i in range(n // 3) for name in ("home.name", "name")]
            + ["home.name"] * (n % 3 > 0)
            + ["sister.name"] * (n % 3 > 1),
        },
    ),
    "aliases": (LIMITS["aliases"], lambda n: {"alias": {f"a{i}": "name" for i in range(n)}}),
    "conditions": (LIMITS["conditions"], lambda n: {"filter": {"_or": [{"id": {"_eq": i}} for i in range(n)]}}),
    "conditions through relations": (
        LIMITS["conditions"],
        lambda n: {"filter": {"_or": [{"voyages": {"_some": {}}} for _ in range(n)]}},
    ),
    "values": (LIMITS["values"], lambda n: {"filter": {"id": {"_in": list(range(n))}}}),
    "sort keys": (LIMITS["sort keys"], lambda n: {"sort": ["name", "-crew"] * (n // 2) + ["kind"] * (n % 2)}),
    "aggregates": (LIMITS["aggregates"], lambda n: {"aggregate": {"count": ["id"] * (n - 1), "max": "crew"}}),
    "groups": (LIMITS["groups"], lambda n: {"aggregate": {"count": "*"}, "groupBy": ["kind"] * n}),
    "nested filters": (DEEPEST_FILTER, lambda n: {"filter": nested(n, "_and")}),
}


def nested(depth: int, name: str) -> dict[str, Any]:
    """A filter of so many objects within each other."""
    return {name: [nested(depth - 1, name)]} if depth > 1 else {"id": {"_gt": 0}}


@pytest.mark.parametrize("part", MANY)
def test_just_as_much_as_is_allowed(harbour: Harbour, part: str) -> None:
    limit, make = MANY[part]
    assert isinstance(harbour.ask("ships", **make(limit)), list)
    with pytest.raises(InvalidQuery):
        harbour.ask("ships", **make(limit + 1))


def test_nested_queries_count_together(harbour: Harbour) -> None:
    half = {"_or": [{"id": {"_eq": i}} for i in range(LIMITS["conditions"] // 2 + 1)]}
    assert harbour.ask("ships", filter=half)
    with pytest.raises(InvalidQuery):
        harbour.ask("ships", filter=half, fields="voyages.id", deep={"voyages": {"_filter": half}})


def test_wildcards_are_counted_open(harbour: Harbour) -> None:
    with pytest.raises(InvalidQuery):
        harbour.ask("ships", fields="*.*.*.*.*.*.*.*")


@pytest.mark.parametrize("parameter", ["filter", "deep", "fields", "sort", "aggregate", "alias", "meta", "groupBy"])
@pytest.mark.parametrize("as_text", [False, True])
def test_json_as_deep_as_memory(parameter: str, as_text: bool) -> None:
    deepest = DEEPEST_JSON * 5
    value: Any = '[{"a":' * deepest + "1" + "}]" * deepest if as_text else 1
    for _ in range(0 if as_text else deepest):
        value = [{"a": value}]
    if parameter not in ("fields", "sort", "meta", "groupBy"):
        value = f'{{"a":{value}}}' if as_text else {"a": value}
    if as_text and parameter not in ("filter", "deep", "aggregate", "alias"):
        parse({"fields": "*"})  # a list of names that is no JSON is a name
    with pytest.raises(InvalidQuery):
        parse({parameter: value})


@pytest.mark.parametrize("first", [True, False])
def test_whatever_is_allowed_can_be_asked(harbour: Harbour, first: bool) -> None:
    """As deep and as wide as may be, at once: the database limits the depth of an expression, too."""
    tests: list[Any] = [{"name": {"_nin": ["a", "b"]}}, {"_or": [{"year(built)": {"_gt": 1}}, {"id": {"_gt": 0}}]}] * 5
    filter: dict[str, Any] = {"id": {"_gt": 0}}
    for depth in range(13):
        inner = [filter, *tests] if first else [*tests, filter]
        filter = {"_and" if depth % 2 else "_or": inner}
    for _ in range(4):
        filter = {"_and": [{"home": {"fleet": filter}}, *tests]}
    with pytest.raises(InvalidQuery):
        harbour.ask("ships", filter={"_and": [filter] * 6})
    assert isinstance(harbour.ask("ships", filter={"_and": [filter]}), list)

"""Parameters in every form that clients send them."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.errors import InvalidQuery
from rowcast.query.parse import META, Query, parse


@pytest.mark.parametrize(
    ("raw", "attribute", "value"),
    [
        ({}, "fields", ("*",)),
        ({"fields": "a, b.c,json(d, e.f)"}, "fields", ("a", "b.c", "json(d, e.f)")),
        ({"fields": ["a", "b,c"]}, "fields", ("a", "b", "c")),
        (
            {"fields": ["a", {"author": ["name", {"country": ["code"]}]}]},
            "fields",
            ("a", "author.name", "author.country.code"),
        ),
        ({"fields": '["a","b"]'}, "fields", ("a", "b")),
        ({"filter": '{"a":{"_eq":1}}'}, "filter", {"a": {"_eq": 1}}),
        ({"filter": {"a": 1}}, "filter", {"a": 1}),
        ({"filter": None}, "filter", None),
        ({"filter": "null"}, "filter", None),
        ({"sort": "-a,b"}, "sort", ("-a", "b")),
        ({"limit": "2"}, "limit", 2),
        ({"limit": -1}, "limit", -1),
        ({"limit": 2.0}, "limit", 2),
        ({"limit": ""}, "limit", None),
        ({"page": "3"}, "page", 3),
        ({"offset": 0}, "offset", 0),
        ({"search": ""}, "search", None),
        ({"search": 42}, "search", "42"),
        ({"aggregate": '{"count":"*","max":["a","b"]}'}, "aggregate", {"count": ("*",), "max": ("a", "b")}),
        ({"aggregate": {"count": "a,b"}}, "aggregate", {"count": ("a", "b")}),
        ({"groupBy": "a,year(b)"}, "group", ("a", "year(b)")),
        ({"alias": '{"x":"a"}'}, "alias", {"x": "a"}),
        ({"meta": "*"}, "meta", META),
        ({"meta": ["filter_count"]}, "meta", ("filter_count",)),
        ({"export": "csv"}, "export", "csv"),
        ({"backlink": "false"}, "backlink", False),
        ({"versionRaw": ""}, "version_raw", True),
        (
            {"deep": {"a": {"_limit": "2", "b": {"_sort": "-c"}}}},
            "deep",
            {"a": Query(fields=(), limit=2, deep=parse({"deep": {"b": {"_sort": "-c"}}}).deep)},
        ),
        ({"nonsense": 1}, "fields", ("*",)),
    ],
)
def test_every_form_is_understood(raw: dict[str, Any], attribute: str, value: Any) -> None:
    assert getattr(parse(raw), attribute) == value


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"limit": "many"}, '"limit" must be a number'),
        ({"limit": True}, '"limit" must be a number'),
        ({"limit": "1.5"}, '"limit" must be an integer'),
        ({"limit": "1e300"}, '"limit" must be a safe number'),
        ({"limit": -2}, '"limit" must be greater than or equal to -1'),
        ({"offset": -1}, '"offset" must be greater than or equal to 0'),
        ({"page": "-1"}, '"page" must be greater than or equal to 0'),
        ({"filter": "hello"}, "Invalid JSON for filter object"),
        ({"filter": '{"a":'}, "Invalid JSON for filter object"),
        ({"filter": [1]}, "Invalid JSON for filter object"),
        ({"filter": "[" * 5000}, "Invalid JSON for filter object"),
        ({"aggregate": "notjson"}, "Invalid JSON for aggregate object"),
        ({"deep": "x"}, "Invalid JSON for deep object"),
        ({"deep": {"a": 1}}, "Invalid JSON for deep object"),
        ({"alias": {"a.b": "c"}}, '"alias" key can\'t contain a period character `.`'),
        ({"alias": {"a": "b.c"}}, '"alias" value can\'t contain a period character `.`'),
        ({"alias": {"a": 1}}, '"alias" value must be a string'),
        ({"meta": "weather"}, '"meta[0]" must be one of [total_count, filter_count]'),
        ({"export": "pdf"}, '"export" must be one of [csv, csv_utf8, json, xml, yaml]'),
        ({"fields": 1}, '"fields" must be a list of names'),
        ({"fields": [1]}, '"fields" must be a list of names'),
        ({"search": []}, '"search" must be a string'),
        ({"backlink": "maybe"}, '"backlink" must be a boolean'),
    ],
)
def test_what_cannot_be_meant_is_refused(raw: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse(raw)
    assert caught.value.extensions["reason"] == reason


def test_a_query_is_the_key_of_its_plan() -> None:
    raw = {"filter": {"a": {"_in": [1, 2]}}, "deep": {"b": {"_filter": {"c": 1}}}, "alias": {"x": "y"}}
    assert parse(raw) == parse(raw)
    assert hash(parse(raw)) == hash(parse(raw))
    assert len({parse(raw), parse({**raw, "filter": {"a": {"_in": [1, 3]}}})}) == 2

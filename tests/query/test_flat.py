"""Bracket keys of a URL."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.errors import InvalidQuery
from rowcast.query.flat import unflatten


@pytest.mark.parametrize(
    ("pairs", "tree"),
    [
        ([("a", "1")], {"a": "1"}),
        ([("a", "1"), ("a", "2"), ("a", "3")], {"a": ["1", "2", "3"]}),
        (
            [("filter[a][_eq]", "1"), ("filter[b][_in][]", "x"), ("filter[b][_in][]", "y")],
            {"filter": {"a": {"_eq": "1"}, "b": {"_in": ["x", "y"]}}},
        ),
        ([("filter[_or][1][a]", "2"), ("filter[_or][0][a]", "1")], {"filter": {"_or": [{"a": "1"}, {"a": "2"}]}}),
        ([("filter[_or][10][a]", "2"), ("filter[_or][9][a]", "1")], {"filter": {"_or": [{"a": "1"}, {"a": "2"}]}}),
        (
            [("filter[crew][_between][0]", "1"), ("filter[crew][_between][1]", "2")],
            {"filter": {"crew": {"_between": ["1", "2"]}}},
        ),
        ([("sort[]", "-a"), ("sort[]", "b")], {"sort": ["-a", "b"]}),
        ([("deep[a][_filter][year(b)][_eq]", "1")], {"deep": {"a": {"_filter": {"year(b)": {"_eq": "1"}}}}}),
        ([("a", "1"), ("a[b]", "2")], {"a": {"b": "2"}}),
        ([("a[b", "1"), ("]", "2")], {"a[b": "1", "]": "2"}),
    ],
)
def test_pairs_become_a_tree(pairs: list[tuple[str, str]], tree: dict[str, Any]) -> None:
    assert unflatten(pairs) == tree


def test_a_key_nested_too_deep_is_refused() -> None:
    with pytest.raises(InvalidQuery):
        unflatten([("a" + "[b]" * 100, "1")])

"""Filters as Python expressions."""

from __future__ import annotations

import pytest

from rowcast.client import CURRENT_USER, NOW, Condition, F, days, hours, weeks


@pytest.mark.parametrize(
    ("condition", "json"),
    [
        (F.user == "Ben", {"user": {"_eq": "Ben"}}),
        (F.user != "Ben", {"user": {"_neq": "Ben"}}),
        (F.user == None, {"user": {"_null": True}}),  # noqa: E711 - that is how it is asked
        (F.user != None, {"user": {"_nnull": True}}),  # noqa: E711
        (F.rank < 3, {"rank": {"_lt": 3}}),
        (F.rank <= 3, {"rank": {"_lte": 3}}),
        (F.rank > 3, {"rank": {"_gt": 3}}),
        (F.rank >= 3, {"rank": {"_gte": 3}}),
        (F.rank.isin({3}), {"rank": {"_in": [3]}}),
        (F.rank.between(1, 3), {"rank": {"_between": [1, 3]}}),
        (F.text.contains("a"), {"text": {"_contains": "a"}}),
        (F.text.contains("a", ignore_case=True), {"text": {"_icontains": "a"}}),
        (F["text"].endswith("a"), {"text": {"_ends_with": "a"}}),
        (F.text.is_empty(), {"text": {"_empty": True}}),
        (F.owner == CURRENT_USER, {"owner": {"_eq": "$CURRENT_USER"}}),
        (F.mail == CURRENT_USER.email, {"mail": {"_eq": "$CURRENT_USER.email"}}),
        (F.created > NOW - days(1), {"created": {"_gt": "$NOW(-1 day)"}}),
        (
            F.created.between(NOW - weeks(2), NOW + hours(1)),
            {"created": {"_between": ["$NOW(-2 week)", "$NOW(+1 hour)"]}},
        ),
        (F.comments.some(F.text == "a"), {"comments": {"_some": {"text": {"_eq": "a"}}}}),
        (F.created.apply("year") == 2026, {"year(created)": {"_eq": 2026}}),
        (F.author.born.apply("year") == 2026, {"author": {"year(born)": {"_eq": 2026}}}),
        (F["author.name"].startswith("B"), {"author": {"name": {"_starts_with": "B"}}}),
        (~(F.user == "Ben"), {"user": {"_neq": "Ben"}}),
        (~((F.a == 1) & (F.b < 2)), {"_or": [{"a": {"_neq": 1}}, {"b": {"_gte": 2}}]}),
        (F.area.where("_intersects", {"type": "Point"}), {"area": {"_intersects": {"type": "Point"}}}),
    ],
)
def test_each_form(condition: Condition, json: object) -> None:
    assert condition.json == json


def test_chains_are_flat_and_keep_their_order() -> None:
    found = (F.author.name.startswith("B") & (F.created > NOW - days(1))) & (F.a == 1) | (F.b == 2)
    assert found.json == {
        "_or": [
            {
                "_and": [
                    {"author": {"name": {"_starts_with": "B"}}},
                    {"created": {"_gt": "$NOW(-1 day)"}},
                    {"a": {"_eq": 1}},
                ]
            },
            {"b": {"_eq": 2}},
        ]
    }


def test_and_or_not_are_refused_rather_than_misread() -> None:
    with pytest.raises(TypeError, match="combined by &"):
        bool(F.a == 1)
    with pytest.raises(TypeError, match="no field"):
        assert F == 1
    with pytest.raises(TypeError, match="no opposite"):
        _ = ~(F.author.name == "Ben")

"""Filters as Python expressions."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from rowcast.client import (
    CURRENT_USER,
    NOW,
    Condition,
    F,
    create_client,
    days,
    hours,
    minutes,
    months,
    seconds,
    weeks,
    years,
)
from rowcast.client.frames import encode
from rowcast.errors import InvalidPayload
from rowcast.query.operators import KNOWN
from tests.support.server import ADMIN_TOKEN, Server


@pytest.mark.parametrize(
    ("condition", "wanted"),
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
        (F.created < NOW, {"created": {"_lt": "$NOW"}}),
        (F.created < NOW - days(1) - hours(12), {"created": {"_lt": "$NOW(-36 hour)"}}),
        (F.created < NOW - timedelta(days=2), {"created": {"_lt": "$NOW(-2 day)"}}),
        (F.created < NOW + (years(1) - months(2)), {"created": {"_lt": "$NOW(+10 month)"}}),
        (F.created < NOW - seconds(1.5), {"created": {"_lt": "$NOW(-1.5 second)"}}),
        (F.created < NOW - minutes(90), {"created": {"_lt": "$NOW(-90 minute)"}}),
        (F.text.is_null(), {"text": {"_null": True}}),
        (~F.text.is_empty(), {"text": {"_nempty": True}}),
        (F.text.matches("^a"), {"text": {"_regex": "^a"}}),
        (F.text.submitted(), {"text": {"_submitted": True}}),
        (F.area.intersects({"type": "Point"}), {"area": {"_intersects": {"type": "Point"}}}),
        (~F.area.intersects({"type": "Point"}, box=True), {"area": {"_nintersects_bbox": {"type": "Point"}}}),
        (F.text.startswith("a", ignore_case=True), {"text": {"_istarts_with": "a"}}),
        (~F.text.endswith("a", ignore_case=True), {"text": {"_niends_with": "a"}}),
        (~F.text.contains("a"), {"text": {"_ncontains": "a"}}),
        (~F.rank.isin([1]), {"rank": {"_nin": [1]}}),
        (~F.rank.between(1, 2), {"rank": {"_nbetween": [1, 2]}}),
        (~F.comments.some(F.text == "a"), {"comments": {"_none": {"text": {"_eq": "a"}}}}),
        (F.comments.none(F.a.b > 1), {"comments": {"_none": {"a": {"b": {"_gt": 1}}}}}),
        (F.comments.apply("count") > 2, {"count(comments)": {"_gt": 2}}),
        (F.extras.apply("json", "a.b") == 1, {"json(extras, a.b)": {"_eq": 1}}),
        (F["json(extras, a.b)"] == 1, {"json(extras, a.b)": {"_eq": 1}}),
        (F.item["item:books"].title == "x", {"item": {"item:books": {"title": {"_eq": "x"}}}}),
        (F.owner.isin([CURRENT_USER, "u"]), {"owner": {"_in": ["$CURRENT_USER", "u"]}}),
        (F.area.where("_intersects", {"type": "Point"}), {"area": {"_intersects": {"type": "Point"}}}),
    ],
)
def test_each_form(condition: Condition, wanted: object) -> None:
    assert condition.json == wanted


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
    with pytest.raises(TypeError, match=r"behind the relation 'author'.*!= for =="):
        _ = ~(F.author.name == "Ben")
    with pytest.raises(TypeError, match="no opposite of _submitted on a"):
        _ = ~F.a.submitted()
    with pytest.raises(TypeError, match=r"isin takes a list: F\.user\.isin\(\['Ben'\]\)"):
        F.user.isin("Ben")
    with pytest.raises(TypeError, match=r"F\.ok is a field, no condition: write F\.ok == False"):
        _ = ~F.ok
    with pytest.raises(InvalidPayload, match=r"F\.ok is a field.* F\.ok == True"):
        encode({"filter": F.ok})
    with pytest.raises(TypeError, match=r"Write F\.tags\.contains"):
        _ = "a" in F.tags
    with pytest.raises(TypeError, match="not iterable"):
        list(F.tags)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="is a field"):
        _ = F.a == F.b
    with pytest.raises(TypeError, match="do not add up"):
        _ = NOW - months(1) - days(1)
    with pytest.raises(TypeError, match="too long"):
        _ = NOW - timedelta(days=30, seconds=1)


def test_expressions_within_plain_json_and_plain_json_within_expressions() -> None:
    plain = {"rank": {"_gt": 1, "_lt": 5}}
    assert ((F.user == "Ben") & plain).json == {"_and": [{"user": {"_eq": "Ben"}}, plain]}
    assert (plain | (F.user == "Ben")).json == {"_or": [plain, {"user": {"_eq": "Ben"}}]}
    assert ({"_and": [plain]} & (F.a == 1)).json == {"_and": [plain, {"a": {"_eq": 1}}]}
    assert (~Condition({"_or": [F.a == 1, plain]})).json == {
        "_and": [{"a": {"_neq": 1}}, {"_or": [{"rank": {"_lte": 1}}, {"rank": {"_gte": 5}}]}]
    }
    said = {
        "deep": {"books": {"_filter": F.year > 2000}},
        "filter": {"_or": [F.a == 1, {"at": {"_lt": NOW - days(1)}}]},
    }
    assert json.loads(encode(said)) == {
        "deep": {"books": {"_filter": {"year": {"_gt": 2000}}}},
        "filter": {"_or": [{"a": {"_eq": 1}}, {"at": {"_lt": "$NOW(-1 day)"}}]},
    }
    assert json.loads(encode({"by": CURRENT_USER.email, "at": NOW})) == {"by": "$CURRENT_USER.email", "at": "$NOW"}
    assert (
        repr([F.a == 1, NOW - days(1), CURRENT_USER]) == "[Condition({'a': {'_eq': 1}}), $NOW(-1 day), $CURRENT_USER]"
    )


def test_every_operator_has_a_form() -> None:
    """All that the server knows can be said without ``where``, but one that is not in the reference."""
    page = (Path(__file__).parent.parent.parent / "src/rowcast/client/expression.py").read_text()
    assert [name for name in KNOWN - {"json"} if f'"_{name}"' not in page] == []


async def test_a_server_takes_them(guide: Server, notes: Path) -> None:
    """Each form and its opposite part the rows that have a value."""
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        rows = client.items("notes")
        await rows.create_many([{"text": text, "rank": rank} for rank, text in enumerate(["Ab", "ab", "b", "", "c d"])])
        for condition in (
            F.rank == 1,
            F.rank < 2,
            F.rank <= 2,
            F.rank.isin([1, 2]),
            F.rank.between(1, 3),
            F.text.contains("b"),
            F.text.contains("B", ignore_case=True),
            F.text.startswith("a"),
            F.text.startswith("A", ignore_case=True),
            F.text.endswith("b"),
            F.text.endswith("D", ignore_case=True),
            F.text.is_empty(),
            F.text.is_null(),
            (F.rank > 1) & (F.text != "b") | (F.rank == 0),
        ):
            first, second = await rows.count(condition), await rows.count(~condition)
            assert (first + second, first < 5) == (5, True), condition

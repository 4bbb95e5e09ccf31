"""Filters, asked of a real database: which ships are found."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.errors import Forbidden, InvalidQuery
from rowcast.query.resolve import condition
from rowcast.query.tree import Always
from rowcast.query.variables import written
from tests.query.harbour import Harbour

_VALUES = {
    "$CURRENT_USER": "1da00000-5e5e-4a5a-8b5b-0000000000a1",
    "$CURRENT_USER.title": "Aurora",
    "$CURRENT_USER.age": "not a number",
    "$CURRENT_ROLES": ["ferry", "bulk"],
    "$CURRENT_POLICIES": [],
    "$NOW": "2026-11-01T00:00:00.000Z",
    "$NOW(-400 years)": "1626-11-01T00:00:00.000Z",
}


def variables(name: str) -> Any:
    return _VALUES[written(name)]


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        ({}, [1, 2, 3, 4]),
        ({"name": "Aurora"}, [1]),
        ({"name": {"_eq": "Célestine"}}, [3]),
        ({"notes": {"_neq": "The old lady."}}, [3, 4]),
        ({"notes": {"_eq": None}}, [2]),
        ({"notes": {"_neq": None}}, [1, 3, 4]),
        ({"name": {"_contains": "or"}}, [1, 2]),
        ({"name": {"_contains": "OR"}}, [1, 2]),
        ({"name": {"_starts_with": "bor"}}, [2]),
        ({"name": {"_ends_with": "ALIS"}}, [2]),
        ({"name": {"_icontains": "OR"}}, [1, 2]),
        ({"name": {"_contains": "%"}}, []),
        ({"name": {"_contains": "_"}}, []),
        ({"notes": {"_ncontains": "old"}}, [3, 4]),
        ({"name": {"_starts_with": "Bor"}}, [2]),
        ({"name": {"_nistarts_with": "bor"}}, [1, 3, 4]),
        ({"name": {"_iends_with": "IS"}}, [2]),
        ({"name": {"_nends_with": "n"}}, [1, 2, 3]),
        ({"kind": {"_in": "yacht,trawler"}}, [3, 4]),
        ({"kind": {"_nin": ["yacht", "trawler"]}}, [1, 2]),
        ({"crew": {"_in": list(range(30))}}, [1, 3, 4]),
        ({"notes": {"_null": "true"}}, [2]),
        ({"notes": {"_null": False}}, [1, 3, 4]),
        ({"notes": {"_empty": True}}, [2, 4]),
        ({"notes": {"_nempty": True}}, [1, 3]),
        ({"crew": {"_gte": "7", "_lt": 31}}, [1, 4]),
        ({"crew": {"_between": ["7", "24"]}}, [1, 4]),
        ({"crew": {"_nbetween": "7,24"}}, [2, 3]),
        ({"crew": {"_or": [{"_eq": 4}, {"_gt": 30}]}}, [2, 3]),
        ({"tonnage": {"_eq": "1250.50"}}, [1]),
        ({"built": {"_between": ["1990-01-01", "2005-01-01"]}}, [1, 2]),
        ({"launched": {"_eq": "1998-06-01T10:00:00"}}, [1]),
        ({"seen": {"_eq": "2001-02-03T06:05:06+02:00"}}, [1]),
        ({"seen": {"_gt": "2026-01-01T09:00:00Z"}}, [2, 4]),
        ({"departs": {"_lt": "07:00:00"}}, [1]),
        ({"active": {"_eq": "true"}}, [1, 2]),
        ({"active": {"_neq": True}}, [3]),
        ({"active": {"_in": [False]}}, [3]),
        ({"labels": {"_contains": "white"}}, [1]),
        ({"extras": {"_null": True}}, [3, 4]),
        ({"extras": {"_json": {"engine": {"_eq": "diesel"}}}}, [1]),
        ({"extras": {"_json": {"cabins[1]": {"_gte": 20}}}}, [1]),
        ({"json(extras, engine)": {"_starts_with": "ln"}}, [2]),
        ({"year(built)": {"_eq": 1998}}, [1]),
        ({"month(launched)": {"_in": [1, 9]}}, [2, 3]),
        ({"weekday(built)": 6}, [1]),
        ({"hour(seen)": 4}, [1]),
        ({"count(voyages)": {"_gt": 0}}, [1, 2]),
        ({"reg": {"_eq": "5e900000-0000-4000-8000-000000000002"}}, [2]),
        ({"_or": [{"crew": {"_gt": 25}}, {"kind": {"_eq": "yacht"}}]}, [2, 3]),
        ({"_and": [{"crew": {"_gt": 5}}, {"_or": [{"id": 1}, {"id": 4}]}]}, [1, 4]),
        ({"_or": []}, [1, 2, 3, 4]),
        ({"home": {"country": {"_eq": "SE"}}}, [1, 2, 3]),
        ({"home": {"_eq": "KRK"}}, [3]),
        ({"home": {"_null": True}}, [4]),
        ({"home": {"_nnull": True, "name": "Haven"}}, [1, 2]),
        ({"home": {"_none": {"country": "SE"}}}, [4]),
        ({"sister": {"name": "Aurora"}}, [2]),
        ({"sisters": {"name": "Borealis"}}, [1]),
        ({"voyages": {"guests": {"_gt": 100}}}, [1, 2]),
        ({"voyages": {"_some": {"guests": {"_gt": 100}, "remark": {"_contains": "seas"}}}}, [1]),
        ({"voyages": {"_some": {"_and": [{"guests": 64}, {"remark": {"_nnull": True}}]}}}, []),
        ({"voyages": {"_none": {"guests": {"_lt": 100}, "origin": {"country": "SE"}}}}, [2, 3, 4]),
        ({"voyages": {"_null": True}}, [3, 4]),
        ({"voyages": {"_nnull": True}}, [1, 2]),
        ({"people": {"_eq": 4}}, [2]),
        ({"people": {"duty": "bridge", "sailors_id": {"rank": "mate"}}}, [2]),
        ({"voyages": {"cargo": {"item:crates": {"label": "Tea"}}}}, [1]),
        ({"voyages": {"cargo": {"item:barrels": {"litres": {"_gt": 100}}}}}, [1]),
        ({"voyages": {"cargo": {"item": {"_eq": "2"}}}}, [1]),
        ({"$FOLLOW(voyages,ship)": {"guests": {"_gt": 200}}}, [2]),
        ({"$FOLLOW(voyages, ship)": {"_none": {"guests": {"_gt": 0}}}}, [3, 4]),
        ({"owner": "$CURRENT_USER"}, [1]),
        ({"owner": {"_in": ["$CURRENT_USER"]}}, [1]),
        ({"owner": {"_in": ["$CURRENT_USER", "x"]}}, [1]),
        ({"owner": {"_nin": "$CURRENT_USER"}}, []),
        ({"name": {"_eq": "$CURRENT_USER.title"}}, [1]),
        ({"crew": {"_gt": "$CURRENT_USER.age"}}, []),
        ({"kind": {"_in": "$CURRENT_ROLES"}}, [1, 2]),
        ({"kind": {"_eq": "$CURRENT_ROLES"}}, [1, 2]),
        ({"kind": {"_in": ["$CURRENT_ROLES", "yacht"]}}, [1, 2, 3]),
        ({"kind": {"_nin": "$CURRENT_POLICIES"}}, [1, 2, 3, 4]),
        ({"seen": {"_lt": "$NOW"}}, [1, 4]),
        ({"launched": {"_between": ["$NOW(-400 years)", "$NOW"]}}, [1, 2, 3]),
        ({"name": {"_eq": "$5"}}, []),
    ],
)
def test_filters_find_their_rows(harbour: Harbour, filter: dict[str, Any], ids: list[int]) -> None:
    assert harbour.names(filter=filter, variables=variables) == ids


@pytest.mark.parametrize(
    ("filter", "reason"),
    [
        ({"name": {"_gt": "A"}}, '"string" field type does not contain the "_gt" filter operator'),
        ({"name": {"_like": "A"}}, '"string" field type does not contain the "_like" filter operator'),
        ({"home": {"_like": "A"}}, '"string" field type does not contain the "_like" filter operator'),
        ({"id": {"_in": []}}, '"_in" has to be an array of values'),
        ({"id": {"_in": [[1]]}}, '"_in" has to be an array of values'),
        ({"id": {"_eq": "abc"}}, "Invalid numeric value"),
        ({"seen": {"_eq": "soon"}}, "Invalid date value"),
        ({"active": {"_eq": "maybe"}}, "Invalid boolean value"),
        ({"name": {"_eq": ""}}, 'You can\'t filter for an empty string in "_eq". Use "_empty" or "_nempty" instead'),
        ({"name": {"_eq": {"a": 1}}}, 'The filter value for "_eq" has to be a string, number, or boolean'),
        ({"name": ["a"]}, 'The filter value for "_eq" has to be a string, number, or boolean'),
        ({"name": {"_null": "maybe"}}, '"_null" has to be a boolean'),
        ({"crew": {"_between": [1]}}, '"_between" has to be an array of two values'),
        ({"_or": {"a": 1}}, '"_or" has to be an array of filters'),
        ({"_or": [1]}, "The filter has to be an object"),
        ({"name": {"first": 1}}, '"first" is not a filter operator, and "name" is not a relation'),
        ({"extras": {"_json": 1}}, '"_json" has to be an object of paths'),
        ({"year(name)": 1}, 'Invalid function specified "year"'),
        ({"voyages": {"cargo": {"item:ports": {"code": "x"}}}}, '"ports" is not a collection that "item" relates to'),
        ({"$FOLLOW(voyages,origin)": {}}, '"origin" of "voyages" is not a relation to "ships"'),
    ],
)
def test_bad_filters_are_refused(harbour: Harbour, filter: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        harbour.names(filter=filter)
    assert caught.value.extensions["reason"] == reason


def test_boxes_meet(harbour: Harbour) -> None:
    assert harbour.ask("ports", fields="code", filter={"place": {"_intersects_bbox": [10, 50, 12, 60]}}) == [
        {"code": "HVN"}
    ]
    polygon = {"type": "Polygon", "coordinates": [[[20, 59], [23, 59], [23, 61], [20, 59]]]}
    assert harbour.ask("ports", fields="code", filter={"place": {"_intersects_bbox": polygon}}) == [{"code": "KRK"}]
    with pytest.raises(InvalidQuery):
        harbour.ask("ports", filter={"place": {"_intersects": polygon}})


@pytest.mark.parametrize(
    "filter",
    [
        {"nothing": 1},
        {"home": {"nothing": 1}},
        {"voyages": {"_some": {"nothing": 1}}},
        {"count(nothing)": 1},
        {"$FOLLOW(x,y)": {}},
    ],
)
def test_unknown_names_are_forbidden(harbour: Harbour, filter: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        harbour.names(filter=filter)


def test_a_refusal_tells_where_it_was_asked(harbour: Harbour) -> None:
    with pytest.raises(Forbidden) as caught:
        harbour.names(filter={"voyages": {"origin": {"nothing": 1}}})
    assert caught.value.message == (
        'You don\'t have permission to access field "nothing" in collection "ports" or it does not exist. '
        'Queried in "voyages.origin".'
    )


def test_too_wide_and_too_deep_filters_are_refused(harbour: Harbour) -> None:
    nested: dict[str, Any] = {"id": 1}
    for _ in range(100):
        nested = {"_and": [nested]}
    sisters: dict[str, Any] = {"id": 1}
    for _ in range(12):
        sisters = {"sister": sisters}
    for filter in (nested, sisters, {"_or": [{"id": n} for n in range(2000)]}):
        with pytest.raises(InvalidQuery):
            harbour.names(filter=filter)


def test_stored_rules_mean_what_they_say(harbour: Harbour) -> None:
    assert condition(harbour.schema, "ships", {"id": {"_in": []}}) == Always(False)
    assert condition(harbour.schema, "ships", {"id": {"_nin": []}}) == Always(True)
    assert condition(harbour.schema, "ships", None) == Always(True)
    assert condition(harbour.schema, "ships", {"_and": []}) == Always(True)

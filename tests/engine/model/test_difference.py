"""A difference applied to the left value gives the right one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcast.engine.model.difference import MISSING, changed, difference

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "ü"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, JSON)
def test_applying_the_difference_gives_the_other_value(left: Any, right: Any) -> None:
    found = changed(left, difference(left, right))
    assert found == right
    assert difference(found, right) == []


@given(JSON)
def test_equal_values_have_no_difference(value: Any) -> None:
    assert difference(value, value) == []


def test_a_new_and_a_deleted_value_have_no_path() -> None:
    assert difference(MISSING, {"a": 1}) == [{"kind": "N", "rhs": {"a": 1}}]
    assert difference({"a": 1}, MISSING) == [{"kind": "D", "lhs": {"a": 1}}]
    assert changed({"a": 1}, [{"kind": "D", "lhs": {"a": 1}}]) is MISSING


def test_an_edited_member_is_named_by_its_path() -> None:
    assert difference({"meta": {"note": None}}, {"meta": {"note": "x"}}) == [
        {"kind": "E", "path": ["meta", "note"], "lhs": None, "rhs": "x"}
    ]


def test_a_list_is_shortened_from_its_end() -> None:
    assert difference(["a", "b", "c"], ["a"]) == [
        {"kind": "A", "index": 2, "item": {"kind": "D", "lhs": "c"}},
        {"kind": "A", "index": 1, "item": {"kind": "D", "lhs": "b"}},
    ]


def test_a_list_may_be_told_from_its_end() -> None:
    grown = [{"kind": "A", "path": ["x"], "index": i, "item": {"kind": "N", "rhs": i}} for i in (2, 1)]
    assert changed({"x": [0]}, grown) == {"x": [0, 1, 2]}


def test_true_is_not_one() -> None:
    assert difference(1, True) == [{"kind": "E", "lhs": 1, "rhs": True}]


def test_the_value_itself_is_left_alone() -> None:
    value = {"a": [1]}
    changed(value, difference(value, {"a": [1, 2]}))
    assert value == {"a": [1]}


def test_a_change_that_does_not_fit_is_refused() -> None:
    with pytest.raises(LookupError):
        changed({}, [{"kind": "E", "path": ["a", "b"], "rhs": 1}])

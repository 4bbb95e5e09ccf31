"""Payloads against rules: what is broken, and how it is told."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.query.check import matches, violations


@pytest.mark.parametrize(
    ("rule", "payload"),
    [
        ({"state": {"_eq": "new"}}, {"title": "v"}),
        ({"cost": {"_gt": 10}}, {"cost": 11}),
        ({"cost": {"_gt": 10}}, {"cost": "11"}),
        ({"due": {"_gt": "2026-11-23T16:56:32.000Z"}}, {"due": "2191-01-01T00:00:00"}),
        ({"state": {"_in": ["a", "b"]}}, {"state": "b"}),
        ({"note": {"_null": True}}, {"note": None}),
        ({"note": {"_null": False}}, {"note": "x"}),
        ({"note": {"_nnull": True}}, {}),
        ({"note": {"_empty": True}}, {"note": ""}),
        ({"title": {"_icontains": "ok"}}, {"title": "is OK"}),
        ({"title": {"_ncontains": "bad"}}, {"title": None}),
        ({"tags": {"_contains": "b"}}, {"tags": ["a", "b"]}),
        ({"cost": {"_between": [1, 5]}}, {"cost": 5}),
        ({"cost": {"_nbetween": "1,5"}}, {"cost": 6}),
        ({"title": {"_regex": "^[A-Z]{2}\\d+$"}}, {"title": "AB12"}),
        ({"title": {"_regex": "/^ab/i"}}, {"title": "ABc"}),
        ({"note": {"_submitted": True}}, {"note": None}),
        ({"_or": [{"cost": {"_lt": 5}}, {"state": {"_eq": "vip"}}]}, {"cost": 50, "state": "vip"}),
        ({"garage": {"city": {"_eq": "Oslo"}}}, {"garage": {"city": "Oslo"}}),
        ({"garage": {"city": {"_eq": "Oslo"}}}, {}),
        ({"parts": {"_some": {"qty": {"_gt": 1}}}}, {"parts": [{"qty": 1}, {"qty": 2}]}),
        ({"parts": {"_none": {"qty": {"_gt": 3}}}}, {"parts": [{"qty": 1}]}),
        ({"cost": {"_or": [{"_eq": 1}, {"_gt": 5}]}}, {"cost": 6}),
        ({"_and": {"cost": {"_gt": 5}}}, {"cost": 6}),
        ({"state": {"_in": "new, old"}}, {"state": "old"}),
        ({"place": {"_intersects_bbox": {}}}, {"place": 1}),
        (None, {"a": 1}),
    ],
)
def test_good_payloads(rule: Any, payload: dict[str, Any]) -> None:
    assert violations(rule, payload) == []


@pytest.mark.parametrize(
    ("rule", "payload", "told"),
    [
        ({"state": {"_eq": "new"}}, {"state": "old"}, [{"field": "state", "type": "eq", "valid": "new"}]),
        ({"state": "new"}, {"state": "old"}, [{"field": "state", "type": "eq", "valid": "new"}]),
        ({"urgent": {"_eq": True}}, {"urgent": 1}, [{"field": "urgent", "type": "eq", "valid": True}]),
        ({"state": {"_neq": "old"}}, {"state": "old"}, [{"field": "state", "type": "neq", "invalid": "old"}]),
        ({"state": {"_nin": ["a"]}}, {"state": "a"}, [{"field": "state", "type": "nin", "invalid": ["a"]}]),
        ({"cost": {"_between": [1, 5]}}, {"cost": 6}, [{"field": "cost", "type": "lte", "valid": 5}]),
        ({"cost": {"_nbetween": [1, 5]}}, {"cost": 5}, [{"field": "cost", "type": "nbetween", "invalid": [1, 5]}]),
        ({"cost": {"_gte": 0}}, {"cost": None}, [{"field": "cost", "type": "required"}]),
        ({"cost": {"_near": 0}}, {"cost": 0}, [{"field": "cost", "type": "near"}]),
        ({"cost": {"_between": 0}}, {"cost": 0}, [{"field": "cost", "type": "between"}]),
        ({"_and": {"cost": {"_gt": 5}}}, {"cost": 5}, [{"field": "cost", "type": "gt", "valid": 5}]),
        ({"cost": {"_gte": 0}}, {"cost": "x"}, [{"field": "cost", "type": "gte", "valid": 0}]),
        ({"title": {"_icontains": "ok"}}, {"title": "no"}, [{"field": "title", "type": "contains", "substring": "ok"}]),
        (
            {"title": {"_nstarts_with": "J"}},
            {"title": "J1"},
            [{"field": "title", "type": "nstarts_with", "substring": "J"}],
        ),
        ({"title": {"_regex": "^k"}}, {"title": "Kk"}, [{"field": "title", "type": "regex", "invalid": "Kk"}]),
        ({"title": {"_regex": "(["}}, {"title": "x"}, [{"field": "title", "type": "regex", "invalid": "x"}]),
        ({"note": {"_submitted": True}}, {}, [{"field": "note", "type": "required"}]),
        ({"note": {"_nempty": True}}, {"note": ""}, [{"field": "note", "type": "nempty"}]),
        (
            {"_or": [{"cost": {"_lt": 5}}, {"state": {"_eq": "vip"}}]},
            {"cost": 50},
            [{"field": "cost", "type": "lt", "valid": 5}, {"field": "state", "type": "eq", "valid": "vip"}],
        ),
        ({"garage": {"city": {"_eq": "Oslo"}}}, {"garage": 1}, [{"field": "garage", "type": "required"}]),
        ({"parts": {"_some": {"qty": {"_gt": 1}}}}, {"parts": [{"qty": 1}]}, [{"field": "parts", "type": "some"}]),
        ({"parts": {"_none": {"qty": {"_gt": 1}}}}, {"parts": [{"qty": 2}]}, [{"field": "parts", "type": "none"}]),
    ],
)
def test_broken_rules_are_told(rule: Any, payload: dict[str, Any], told: list[dict[str, Any]]) -> None:
    errors = [violation.error().extensions for violation in violations(rule, payload)]
    assert errors == [{"path": [], **each} for each in told]


def test_a_nested_failure_names_its_path() -> None:
    (violation,) = violations({"garage": {"city": {"_eq": "Oslo"}}}, {"garage": {"city": "Rana"}})
    assert violation.error().extensions == {"field": "garage", "path": ["city"], "type": "eq", "valid": "Oslo"}


def test_the_sentence_names_field_and_value() -> None:
    (violation,) = violations({"kind": {"_in": ["red", "blue"]}}, {"kind": "green"})
    assert violation.error().message == 'Validation failed for field "kind". Value has to be one of "red", "blue".'


def test_patterns_of_javascript() -> None:
    assert matches("/^(?<first>a)/", "abc")
    assert not matches("[", "abc")

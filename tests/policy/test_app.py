"""The rules of the Studio are those that the reference announces as its own."""

from __future__ import annotations

from typing import Any

from rowcast.policy.app import APP_RULES
from tests.conformance.replay import load


def recorded() -> list[dict[str, Any]]:
    """The built-in rules, as an event on permissions tells them."""
    (case,) = [case for case in load("live") if case["id"] == "system/permissions"]
    frames = [frame for step in case["expect"]["steps"] for frame in step.get("a", ())]
    (event,) = [frame for frame in frames if frame.get("event") == "create"]
    return [rule for rule in event["data"] if rule.get("system")]


def plain(rule: dict[str, Any]) -> tuple[Any, ...]:
    """What counts of a rule."""
    parts = (rule["permissions"] or None, rule["validation"], rule["presets"], sorted(rule["fields"]))
    return (rule["collection"], rule["action"], repr(parts))


def test_they_are_the_same() -> None:
    assert set(map(plain, APP_RULES)) == set(map(plain, recorded()))

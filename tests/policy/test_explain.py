"""The verdict on one action, from rules and facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from rowcast.policy import Rights
from rowcast.policy.explain import Asked, Held, Standing, judge, readings
from rowcast.schema import Collection, Column, Field, Schema

CODE = Field("jobs", "code", "string", column=Column("code", "jobs", "varchar", is_primary_key=True))
TITLE = Field("jobs", "title", "string", column=Column("title", "jobs", "varchar"))
NOTE = Field("jobs", "note", "string", column=Column("note", "jobs", "varchar"))
SCHEMA = Schema(1, {"jobs": Collection("jobs", "code", {f.name: f for f in (CODE, TITLE, NOTE)})})
OPEN, DONE = {"title": {"_eq": "open"}}, {"title": {"_eq": "done"}}
ANN = Standing("active", False, (Held("p", "Staff", ()),))


def rule(action: str, permissions: Any = None, fields: Sequence[str] = ("*",)) -> dict[str, Any]:
    return {"collection": "jobs", "action": action, "permissions": permissions, "fields": fields, "policy": "p"}


@pytest.mark.parametrize(
    ("rules", "asked", "matches", "cause"),
    [
        ([], Asked("jobs", "read"), [], "no_rule"),
        ([rule("update")], Asked("jobs", "read"), [], "no_rule"),
        ([rule("read")], Asked("jobs", "read"), [None], "granted"),
        ([rule("read", OPEN)], Asked("jobs", "read"), [None], "some_rows"),
        ([rule("read", OPEN)], Asked("jobs", "read", exists=True), [True], "granted"),
        ([rule("read", OPEN)], Asked("jobs", "read", exists=True), [False], "no_row"),
        ([rule("read", OPEN)], Asked("jobs", "read", exists=False), [False], "no_item"),
        ([rule("read")], Asked("nowhere", "read"), [], "no_collection"),
        ([rule("read", {"gone": {"_eq": 1}})], Asked("jobs", "read"), [None], "no_row"),
        ([rule("read")], Asked("jobs", "read", ("gone",)), [None], "no_field"),
        ([rule("read", None, ["title"])], Asked("jobs", "read", ("note",)), [None], "field"),
        (
            [rule("read", OPEN, ["title"]), rule("read", DONE)],
            Asked("jobs", "read", ("note",), exists=True),
            [True, False],
            "some_fields",
        ),
        (
            [rule("update", OPEN, ["title"]), rule("update", DONE)],
            Asked("jobs", "update", ("note",), exists=True),
            [True, False],
            "field_on_row",
        ),
        ([rule("update", OPEN, ["title"])], Asked("jobs", "update", ("title",), exists=True), [True], "granted"),
        ([rule("create", OPEN, ["title"])], Asked("jobs", "create", ("title",)), [None], "granted"),
        ([rule("create", None, ["title"])], Asked("jobs", "create", ("note",)), [None], "field"),
        ([rule("delete", OPEN, [])], Asked("jobs", "delete", ("note",), exists=True), [True], "granted"),
    ],
)
def test_causes(rules: list[dict[str, Any]], asked: Asked, matches: list[bool | None], cause: str) -> None:
    rights = Rights(SCHEMA, rules, key="k")
    verdict = judge(rights, asked, ANN, readings(rights, asked.collection, asked.action, matches))
    assert verdict.cause == cause
    assert verdict.allowed is (cause in ("granted", "some_rows", "some_fields"))
    assert verdict.reason.endswith(".")


def test_who_may_not_ask_at_all() -> None:
    rights = Rights(SCHEMA, [rule("read")], key="k")
    rules = readings(rights, "jobs", "read", [None])
    assert judge(rights, Asked("jobs", "read"), Standing("suspended", True, ()), rules).cause == "inactive"
    strict = Held("p", "Staff", (), enforce_tfa=True)
    assert judge(rights, Asked("jobs", "read"), Standing("active", False, (strict,)), rules).cause == "second_factor"
    assert judge(rights, Asked("jobs", "read"), Standing("active", True, (strict,)), rules).allowed
    assert judge(rights, Asked("jobs", "read"), Standing(None, False, ()), rules).allowed


def test_a_policy_that_is_away_is_named() -> None:
    away = Standing("active", False, (Held("p", "Office", (), ip_access=("10.0.0.0/8",), in_force=False),))
    verdict = judge(Rights(SCHEMA, [], key="k"), Asked("jobs", "read"), away, ())
    assert '"Office"' in verdict.reason


def test_administrators() -> None:
    rights = Rights(SCHEMA, [], key="k", admin=True)
    assert judge(rights, Asked("jobs", "delete"), ANN, ()).cause == "administrator"
    assert judge(rights, Asked("jobs", "read", ("gone",)), ANN, ()).cause == "no_field"
    assert judge(rights, Asked("gone", "read"), ANN, ()).cause == "no_collection"
    assert judge(rights, Asked("jobs", "read", exists=False), ANN, ()).cause == "no_item"

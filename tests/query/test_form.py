"""Forms: what questions share that differ in values alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rowcast.query.form import lift
from rowcast.query.parse import parse
from rowcast.query.resolve import resolve
from rowcast.query.sql import bind, rows
from tests.query.harbour import Harbour, no_variables


def _lifted(harbour: Harbour, raw: dict[str, Any]) -> Any:
    return lift(resolve(harbour.schema, "ships", parse(raw)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"filter": {"id": 1}}, {"filter": {"id": 2}}),
        ({"filter": {"id": {"_in": [1, 2]}}}, {"filter": {"id": {"_in": [3, 4, 1]}}}),
        ({"limit": 1, "offset": 1}, {"limit": 2, "offset": 2}),
        ({"search": "ferry"}, {"search": "yacht"}),
        ({"filter": {"voyages": {"guests": {"_gt": 70}}}}, {"filter": {"voyages": {"guests": {"_gt": 200}}}}),
        (
            {"fields": "id,voyages.guests", "deep": {"voyages": {"_limit": 1}}},
            {"fields": "id,voyages.guests", "deep": {"voyages": {"_limit": 2}}},
        ),
        (
            {"filter": {"_or": [{"name": {"_ncontains": "or"}}, {"active": True}]}},
            {"filter": {"_or": [{"name": {"_ncontains": "a"}}, {"active": False}]}},
        ),
    ],
)
def test_questions_of_one_form_share_a_statement(harbour: Harbour, one: dict[str, Any], other: dict[str, Any]) -> None:
    (form, consts), (same, others) = _lifted(harbour, one), _lifted(harbour, other)
    assert form == same
    assert consts != others
    statement = rows(form, harbour.schema)
    for raw, values in ((one, consts), (other, others)):
        found = next(iter(harbour.database.execute(statement.text, bind(statement, no_variables, values))))[0]
        assert json.loads(found) == harbour.ask("ships", **{"limit": -1, **raw})


def test_what_changes_the_text_stays(harbour: Harbour) -> None:
    assert (
        _lifted(harbour, {"filter": {"name": {"_null": True}}})[0]
        != _lifted(harbour, {"filter": {"name": {"_null": False}}})[0]
    )

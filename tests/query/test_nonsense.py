"""Whatever is asked, the answer is an answer or a refusal: no question reaches the database in a form that fails there."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowcast.errors import RequestError
from rowcast.query.check import violations
from rowcast.query.operators import KNOWN
from tests.query.harbour import MODEL, Harbour

NAMES = [
    *sorted({name for fields in MODEL.values() for name in fields}),
    "*",
    "item:crates",
    "count(voyages)",
    "year(built)",
    "hour(departs)",
    "week(seen)",
    "json(extras, a[0].b)",
    "json(facts, \"')",
    "$FOLLOW(voyages,ship)",
    "a.b",
    "",
    ".",
    "-",
    "(",
    "home.name",
    "voyages.guests",
    "*.*",
    "_some",
    "_none",
    "_and",
    "_or",
]
OPERATORS = [*sorted(f"_{name}" for name in KNOWN), "_some", "_none", "_and", "_or", "_foo", "_"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=4),
    st.sampled_from(
        [
            "$NOW",
            "$NOW(-1 day)",
            "$CURRENT_USER",
            "$CURRENT_ROLES",
            "1,2",
            "true",
            "2020-01-01",
            "1e400",
            "-0",
            "\0",
            "\ud800",
        ]
    ),
)
KEYS = st.sampled_from(NAMES + OPERATORS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
LEAVES = st.dictionaries(
    st.sampled_from(OPERATORS), st.one_of(SCALARS, st.lists(SCALARS, max_size=3), JSON), min_size=1, max_size=2
)
FILTERS = st.recursive(
    st.dictionaries(st.sampled_from(NAMES), LEAVES, max_size=2),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
        st.fixed_dictionaries({"_or": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"_and": st.lists(inner, max_size=3)}),
    ),
    max_leaves=4,
)
PATHS = st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(".".join), max_size=3)
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "fields": st.one_of(PATHS, JSON),
        "filter": st.one_of(FILTERS, FILTERS, JSON),
        "sort": st.one_of(PATHS, JSON),
        "search": SCALARS,
        "limit": SCALARS,
        "offset": SCALARS,
        "page": SCALARS,
        "groupBy": st.one_of(PATHS, JSON),
        "aggregate": st.one_of(
            JSON,
            st.dictionaries(st.sampled_from(["count", "sum", "avg", "min", "max", "countDistinct", "median"]), PATHS),
        ),
        "alias": st.dictionaries(KEYS, st.sampled_from(NAMES), max_size=2),
        "backlink": SCALARS,
        "deep": st.one_of(
            JSON,
            st.dictionaries(
                KEYS, st.fixed_dictionaries({"_filter": FILTERS, "_sort": PATHS, "_limit": SCALARS}), max_size=2
            ),
        ),
    },
)
VARIABLES = {
    "$NOW": "2026-11-01T12:00:00.000Z",
    "$NOW(-1 day)": "2026-10-31T12:00:00.000Z",
    "$CURRENT_USER": None,
    "$CURRENT_ROLES": ["a"],
}


@settings(
    max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.sampled_from(sorted(MODEL)), QUERIES)
def test_every_question_is_answered_or_refused(harbour: Harbour, collection: str, raw: dict[str, Any]) -> None:
    try:
        answer = harbour.ask(collection, variables=VARIABLES.__getitem__, **raw)
    except RequestError:
        return
    assert isinstance(answer, list)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILTERS, st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
def test_every_payload_is_judged(rule: dict[str, Any], payload: dict[str, Any]) -> None:
    for violation in violations(rule, payload):
        assert violation.error().extensions["type"]

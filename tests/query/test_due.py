"""The moment at which time passes a value, against going there millisecond by millisecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rowcast.query.due import passed, passings
from rowcast.query.parse import parse
from rowcast.query.resolve import resolve
from rowcast.query.tree import Variable
from rowcast.query.values import fitting
from rowcast.query.variables import moment
from rowcast.schema import Collection, Column, Field, Schema

NAMES = ("$NOW", "$NOW(-1 day)", "$NOW(+90 minutes)", "$NOW(-1 month)", "$NOW(+1 year)", "$NOW(-2 weeks)")
moments = st.integers(0, 66 * 86_400_000).map(
    lambda after: datetime(2023, 12, 27, tzinfo=UTC) + timedelta(milliseconds=after)
)


def text(variable: Variable, at: datetime) -> str:
    return str(fitting(variable.type, moment(variable.name, at)))


@given(st.sampled_from(NAMES), st.sampled_from(["timestamp", "dateTime", "date"]), moments, moments)
def test_before_it_is_not_passed_and_then_it_is(name: str, kind: str, now: datetime, then: datetime) -> None:
    variable = Variable(name, kind)
    value = max(text(variable, now), text(variable, then))
    at = passed(variable, value, now)
    assert at is not None
    assert at > now
    assert text(variable, at) > text(variable, now)
    assert text(variable, at) >= value
    before = at - timedelta(milliseconds=2)
    if kind == "timestamp":
        assert text(variable, at) > value >= text(variable, before)
    elif before > now:
        assert text(variable, before) < text(variable, at)


def test_what_is_never_reached() -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    assert passed(Variable("$NOW", "timestamp"), "9999-01-01T00:00:00.000Z", now) is None


FIELDS = {"id": "integer", "at": "timestamp", "day": "date", "hour": "time", "done": "boolean"}
EVENTS = Collection(
    "events", "id", {n: Field("events", n, kind, (), Column(n, "events", kind)) for n, kind in FIELDS.items()}
)
SCHEMA = Schema(1, {"events": EVENTS}, ())


def found(**filter_: object) -> list[tuple[str, str]] | None:
    select = resolve(SCHEMA, "events", parse({"fields": ["id"], "filter": filter_}), None, (-1, None, 10))
    known = passings(select)
    return None if known is None else sorted((each.field.name, each.variable.name) for each in known)


def test_which_columns_time_passes() -> None:
    assert found(done={"_eq": True}) == []
    assert found(at={"_lte": "$NOW"}, done={"_eq": True}) == [("at", "$NOW")]
    assert found(at={"_between": ["$NOW(-1 day)", "$NOW"]}) == [("at", "$NOW"), ("at", "$NOW(-1 day)")]
    assert found(_or=[{"at": {"_lt": "$NOW"}}, {"day": {"_gt": "$NOW"}}]) == [("at", "$NOW"), ("day", "$NOW")]


def test_what_cannot_be_told() -> None:
    assert found(hour={"_lt": "$NOW"}) is None

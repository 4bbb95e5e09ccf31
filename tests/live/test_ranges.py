from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rowcast.live.audience import Audience
from rowcast.live.ranges import Ranges
from rowcast.query.split import Range
from tests.live.room import view

bounds = st.one_of(st.none(), st.integers(0, 9))
AUDIENCES = [Audience(view(), "id") for _ in range(400)]


def holds(wanted: Range, value: Any) -> bool:
    return (wanted.low is None or wanted.low <= value) and (wanted.high is None or value <= wanted.high)


@given(st.lists(st.tuples(bounds, bounds), max_size=200), st.sets(st.integers(0, 199)), st.sets(st.integers(0, 199)))
def test_what_a_value_finds_is_what_holds_it(pairs: list[Any], early: set[int], late: set[int]) -> None:
    ranges, wanted = Ranges(is_text=False), dict[Audience, Range]()
    for number, (low, high) in enumerate(pairs):
        audience = AUDIENCES[number]
        wanted[audience] = Range("size", low, high)
        ranges.add(audience, wanted[audience])
        if number in early:
            list(ranges.at(5))
    for number in late & set(range(len(pairs))):
        ranges.remove(AUDIENCES[number])
        del wanted[AUDIENCES[number]]
    for value in (-1, 0, 4, 4.5, 9, 10):
        found = list(ranges.at(value))
        assert len(found) == len(set(found))
        assert set(found) == {audience for audience, each in wanted.items() if holds(each, value)}
    assert set(ranges.at("text")) == set(wanted)


def test_texts() -> None:
    ranges = Ranges(is_text=True)
    days = [f"2026-01-{day:02}" for day in range(1, 29)]
    for audience, day in zip(AUDIENCES, days, strict=False):
        ranges.add(audience, Range("made", low=day))
    assert set(ranges.at("2026-01-03T10:00:00")) == set(AUDIENCES[:3])
    assert set(ranges.at(7)) == set(AUDIENCES[:28])


def test_few_are_looked_at() -> None:
    ranges, steps = Ranges(is_text=False), 0

    class Counted(float):
        def __gt__(self, other: float) -> bool:
            nonlocal steps
            steps += 1
            return float(self) > other

    audiences = [Audience(view(), "id") for _ in range(5000)]
    for number, audience in enumerate(audiences):
        ranges.add(audience, Range("size", number, number + 1))
    list(ranges.at(0))
    assert set(ranges.at(Counted(2500.5))) == {audiences[2500]}
    assert steps < 60

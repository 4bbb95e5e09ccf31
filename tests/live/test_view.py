from __future__ import annotations

from typing import Any

from hypothesis import given

from rowcast.feed import Kind
from rowcast.live import Live
from rowcast.live.audience import Audience
from tests.live.room import Ear, change, commit, row, view
from tests.live.test_live import filters


def test_views_that_differ_in_constants_share_their_form() -> None:
    one, two, three = (view(filter={"user": {"_eq": name}, "size": {"_in": [1, 2]}}) for name in ("ann", "ben", "ann"))
    assert one == three
    assert one != two
    assert one.form is two.form
    assert one.matches is two.matches
    assert Audience(one, "id").encode is Audience(two, "id").encode
    assert view(exact=True) != view()


@given(filters)
def test_the_question_comes_back(condition: Any) -> None:
    seen = view(filter=condition, search="a", limit=3, offset=2, sort="size")
    assert view(filter=condition, search="a", limit=3, offset=2, sort="size") == seen
    assert seen.select.limit == 3
    assert seen.select.offset == 2
    assert "Slot" not in repr(seen.select)


def test_names_are_the_same_everywhere() -> None:
    known = Audience(view(filter={"user": {"_eq": "ann"}}), "id").name
    assert known == "e5356ec91685b6d4"
    assert known != Audience(view(filter={"user": {"_eq": "ben"}}), "id").name
    assert known != Audience(view(filter={"user": {"_eq": "ann"}}, exact=True), "id").name


def test_hundred_classes_of_a_hundred_are_written_a_hundred_times() -> None:
    live = Live()
    ears = [Ear(live, view(filter={"size": {"_gt": n % 100 - 200}}, exact=True)) for n in range(10_000)]
    assert live.publish(commit(change(None, row(1, size=5)))) == []
    counters = live.counters
    assert (counters.matches, counters.encodings, counters.deliveries, counters.asks) == (100, 100, 10_000, 0)
    assert not live.stale
    assert all(len(ear.frames) == 1 for ear in ears)


def test_one_many_and_some() -> None:
    live = Live()
    kinds = (None, Kind.CREATE, None, Kind.DELETE, None)
    ears = [Ear(live, view(fields=["id"]), only=only) for only in kinds]
    audience = ears[0].subscription.audience
    assert audience is not None
    assert len(audience) == len(list(audience)) == 5
    live.publish(commit(change(None, row(1))))
    assert [len(ear.frames) for ear in ears] == [1, 1, 1, 0, 1]
    for ear in (ears[2], ears[0], ears[1]):
        live.leave(ear.subscription)
    live.publish(commit(change(row(1), None), at=2))
    assert [len(ear.frames) for ear in ears] == [1, 1, 1, 1, 2]
    assert len(audience) == 2

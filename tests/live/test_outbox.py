"""Slow readers of exact sets: whatever they miss, they end up with the same rows."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rowcast.feed import Change, Position
from rowcast.live import Answer, Live, Token
from tests.live.room import Ear, change, commit, row, view
from tests.live.test_live import histories


def hold(held: dict[int, Any], told: list[tuple[str, Any]]) -> None:
    for event, data in told:
        for each in data:
            key = each if event == "delete" else each["id"]
            assert (key in held) is (event != "create"), (event, each)
            if event == "delete":
                del held[key]
            else:
                held[key] = each


@given(history=histories(), choked=st.lists(st.booleans(), min_size=5, max_size=5))
def test_the_slow_end_where_the_quick_are(history: list[list[Change]], choked: list[bool]) -> None:
    live = Live(Position("e", 0))
    seen = view(fields=["id", "size", "user"], filter={"size": {"_gte": 1}}, exact=True)
    quick, slow = Ear(live, seen, placed=True), Ear(live, seen, placed=True)
    here, there = dict[int, Any](), dict[int, Any]()
    for at, (changes, stuck) in enumerate(zip(history, choked, strict=False), 1):
        (slow.outbox.choke if stuck else slow.outbox.relieve)()
        live.publish(commit(*changes, at=at))
        hold(here, quick.told())
        hold(there, slow.told())
        assert stuck or here == there
    slow.outbox.relieve()
    hold(there, slow.told())
    assert here == there
    assert slow.outbox.waiting is None


def test_many_changes_of_a_row_are_one_frame_with_a_place() -> None:
    live = Live(Position("e", 0))
    ear = Ear(live, view(exact=True), placed=True)
    ear.outbox.choke()
    live.publish(commit(change(None, row(1, text="a")), change(None, row(2)), at=1))
    for at in range(2, 50):
        live.publish(commit(change(row(1, text="a"), row(1, text=f"a{at}")), at=at))
    live.publish(commit(change(row(2), None), at=50))
    assert ear.frames == []
    ear.outbox.relieve()
    (frame,) = ear.heard()
    assert frame["data"] == [{"id": 1, "text": "a49"}]
    assert frame["event"] == "create"
    assert Token.parse(frame["position"]) == (Position("e", 49), 1, ear.subscription.audience.name)  # type: ignore[union-attr]


def test_others_are_not_gathered() -> None:
    live = Live(Position("e", 0))
    default, unnamed = Ear(live, view()), Ear(live, view(exact=True), uid=None)
    for ear in (default, unnamed):
        ear.outbox.choke()
    live.publish(commit(change(None, row(1))))
    assert [len(ear.frames) for ear in (default, unnamed)] == [1, 1]


def test_whoever_leaves_is_not_sent_what_was_gathered() -> None:
    live = Live(Position("e", 0))
    ear = Ear(live, view(exact=True))
    ear.outbox.choke()
    live.publish(commit(change(None, row(1))))
    ear.outbox.forget(ear.subscription.tail)
    ear.outbox.relieve()
    assert ear.frames == []


def test_what_waits_for_an_answer_keeps_its_place_before_what_is_gathered() -> None:
    live = Live(Position("e", 0))
    ear = Ear(live, view(exact=True))
    asked = Ear(live, view(fields=["team.name"]))
    asked.subscription.outbox = ear.outbox
    asks = live.publish(commit(change(None, row(1))))
    ear.outbox.choke()
    asks += live.publish(commit(change(row(1), row(1, text="x")), at=2))
    assert [frame["event"] for frame in ear.heard()] == ["create"]
    ear.outbox.relieve()
    assert ear.heard() == []
    for number, ask in enumerate(asks):
        live.answer(ask, Answer({"1": b'{"n":%d}' % number}))
    assert [frame["data"] for frame in ear.heard()] == [[{"n": 0}], [{"id": 1, "text": "x"}], [{"n": 1}]]

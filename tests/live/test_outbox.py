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


def test_what_was_gathered_goes_before_what_is_said_of_the_subscription() -> None:
    """Who is told that it has resumed holds everything until there; who begins anew needs nothing of before."""
    live = Live(Position("e", 0))
    resumes, anew = Ear(live, view(exact=True), placed=True), Ear(live, view(exact=True), placed=True)
    for ear in (resumes, anew):
        ear.outbox.choke()
    live.publish(commit(change(None, row(1, text="a")), at=1))
    resumes.outbox.place(b'{"event":"resumed","data":0}', resumes.subscription.tail, anew=False)
    anew.outbox.place(b'{"event":"init","data":0}', anew.subscription.tail, anew=True)
    assert resumes.told() == [("create", [{"id": 1, "text": "a"}]), ("resumed", 0)]
    assert anew.told() == [("init", 0)]
    for ear in (resumes, anew):
        ear.outbox.relieve()
        assert ear.frames == []


def test_the_same_behind_what_is_being_asked_for() -> None:
    live = Live(Position("e", 0))
    asks = Ear(live, view(fields=["id", "team.name"]))
    box, kept = asks.outbox, Ear(live, view(exact=True), "k", placed=True).subscription
    kept.outbox = box
    (ask,) = live.publish(commit(change(None, row(1, text="a")), at=1))
    box.choke()
    box.place(b'{"event":"resumed","data":0}', kept.tail, anew=False)
    live.answer(ask, Answer({"1": b'{"id":1,"team":null}'}))
    assert [event for event, _ in asks.told()] == ["create", "create", "resumed"]
    box.relieve()
    assert asks.frames == []


def test_who_sees_something_else_is_not_told_what_was_asked_for_before() -> None:
    live = Live(Position("e", 0))
    stays, moves = (Ear(live, view(fields=["id", "team.name"])) for _ in range(2))
    (ask,) = live.publish(commit(change(None, row(1)), at=1))
    moves.outbox.send(b'{"event":"reply","data":0}')
    (again,) = live.move(view(fields=["id"], filter={"team": {"name": {"_eq": "x"}}}), "id", moves.subscription)
    assert again.keys == [1]
    live.answer(ask, Answer({"1": b'{"id":1,"team":{"name":"secret"}}'}))
    assert stays.told() == [("create", [{"id": 1, "team": {"name": "secret"}}])]
    assert moves.frames == []
    live.answer(again, Answer({"1": b'{"id":1}'}))
    assert moves.told() == [("create", [{"id": 1}]), ("reply", 0)]
    assert moves.outbox.waiting is None

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rowcast.feed import Change, Kind, Position
from rowcast.live import Answer, Live, Token, replay
from tests.live.room import Ear, Row, change, commit, row, view


def test_each_created_row_is_one_frame_in_the_form_of_the_wire() -> None:
    live = Live()
    ear = Ear(live, view(), uid="7")
    live.publish(commit(change(None, row(1, text="a")), change(None, row(2, text="b"))))
    assert ear.frames == [
        b'{"type":"subscription","event":"create","data":[{"id":1,"text":"a"}],"uid":"7"}',
        b'{"type":"subscription","event":"create","data":[{"id":2,"text":"b"}],"uid":"7"}',
    ]


def test_without_uid_there_is_no_uid() -> None:
    live = Live()
    ear = Ear(live, view(), uid=None)
    live.publish(commit(change(None, row(1, text="a"))))
    assert "uid" not in ear.heard()[0]


def test_updates_of_a_unit_are_one_frame_sorted_by_key_as_text() -> None:
    live = Live()
    ear = Ear(live, view(fields=["id"]))
    first = [change(row(key), row(key, text="x"), unit=1) for key in (9, 10)]
    live.publish(commit(*first, change(row(3), row(3, text="x"), unit=2)))
    assert ear.told() == [("update", [{"id": 10}, {"id": 9}]), ("update", [{"id": 3}])]


def test_deletes_reach_only_those_whose_view_held_the_row() -> None:
    live = Live()
    mine = Ear(live, view(filter={"user": {"_eq": "ann"}}))
    others = Ear(live, view(filter={"user": {"_eq": "ben"}}))
    everybody = Ear(live, view())
    live.publish(commit(change(row(1, user="ann"), None), change(row(2, user="ann"), None)))
    assert mine.told() == everybody.told() == [("delete", [1, 2])]
    assert others.told() == []


def test_a_row_that_enters_is_an_update_and_one_that_leaves_is_silent() -> None:
    live = Live()
    ann = Ear(live, view(filter={"user": {"_eq": "ann"}}))
    ben = Ear(live, view(filter={"user": {"_eq": "ben"}}))
    live.publish(commit(change(row(1, user="ann"), row(1, user="ben", text="t"))))
    assert ben.told() == [("update", [{"id": 1, "text": "t"}])]
    assert ann.told() == []


def test_only_one_kind_of_event() -> None:
    live = Live()
    ears = {kind: Ear(live, view(fields=["id"]), only=kind) for kind in Kind}
    live.publish(commit(change(None, row(1)), at=1))
    live.publish(commit(change(row(1), row(1, text="x")), at=2))
    live.publish(commit(change(row(1), None), at=3))
    assert ears[Kind.CREATE].told() == [("create", [{"id": 1}])]
    assert ears[Kind.UPDATE].told() == [("update", [{"id": 1}])]
    assert ears[Kind.DELETE].told() == [("delete", [1])]


def test_an_item_is_told_as_an_object_and_its_end_as_its_key_in_text() -> None:
    live = Live()
    ear = Ear(live, view(single=True, filter={"id": {"_eq": 0}}))
    live.publish(commit(change(row(0), row(0, text="x")), change(row(1), row(1, text="y")), at=1))
    live.publish(commit(change(row(0), None), at=2))
    assert ear.told() == [("update", {"id": 0, "text": "x"}), ("delete", "0")]


def test_keys_are_told_as_they_were_written() -> None:
    live = Live()
    ear = Ear(live, view())
    with live.spelled("notes", [(5, "5")]):
        live.publish(commit(change(row(5), None)))
    live.publish(commit(change(row(5), None)))
    assert ear.told() == [("delete", ["5"]), ("delete", [5])]


def test_within_a_unit_only_the_outcome_counts() -> None:
    live = Live()
    ear = Ear(live, view())
    made, changed = row(1, text="a"), row(1, text="b")
    live.publish(commit(change(None, made), change(made, changed), change(None, row(2)), change(row(2), None)))
    assert ear.told() == [("create", [{"id": 1, "text": "b"}])]


def test_concealed_values_stay_concealed() -> None:
    live = Live()
    ear = Ear(live, view(fields=["secret"]))
    live.publish(commit(change(None, row(1, secret="x")), change(None, row(2))))
    assert ear.told() == [("create", [{"secret": "**********"}]), ("create", [{"secret": None}])]


def test_limit_and_offset() -> None:
    live = Live()
    one, none, beyond = Ear(live, view(limit=1)), Ear(live, view(limit=0)), Ear(live, view(offset=1, limit=5))
    asks = live.publish(commit(change(None, row(1, text="a"))))
    assert one.told() == [("create", [{"id": 1, "text": "a"}])]
    assert [len(ask.wholes) for ask in asks] == [1, 1]
    for ask in asks:
        live.answer(ask, Answer(wholes=[b"[]"]))
    assert none.told() == beyond.told() == []


def test_ten_thousand_subscribers_of_one_view_cost_one_match_and_one_encoding() -> None:
    live = Live()
    ears = [Ear(live, view(filter={"size": {"_gt": 1}}), uid=f"u{n % 7}") for n in range(10_000)]
    assert live.publish(commit(change(None, row(1, size=5)))) == []
    counters = live.counters
    assert (counters.matches, counters.encodings, counters.deliveries, counters.asks) == (1, 1, 10_000, 0)
    assert all(len(ear.frames) == 1 for ear in ears)
    assert len({id(ear.frames[0]) for ear in ears}) == 7


def test_a_change_looks_its_audience_up() -> None:
    live = Live()
    ears = [Ear(live, view(filter={"user": {"_eq": f"u{n}"}})) for n in range(1000)]
    live.publish(commit(change(None, row(1, user="u7"))))
    assert live.counters.matches == 1
    assert [n for n, ear in enumerate(ears) if ear.frames] == [7]


def test_a_collection_nobody_watches_costs_nothing() -> None:
    live = Live()
    Ear(live, view())
    assert live.publish(commit(change(None, {"id": 1, "name": "x"}, collection="teams"))) == []
    assert live.counters.matches == 0


def test_those_who_leave_hear_nothing_and_leave_nothing_behind() -> None:
    live = Live()
    ear = Ear(live, view(filter={"user": {"_in": ["a", "b"]}}))
    live.leave(ear.subscription)
    live.publish(commit(change(None, row(1, user="a"))))
    assert ear.frames == []
    assert len(live) == 0
    assert live.watched() == frozenset()


def test_what_is_held_is_released_from_a_position_on() -> None:
    live = Live()
    ear = Ear(live, view(fields=["id"]))
    ear.subscription.hold()
    for at in (1, 2, 3):
        live.publish(commit(change(None, row(at)), at=at))
    assert ear.frames == []
    ear.subscription.release(Position("e", 2))
    live.publish(commit(change(None, row(4)), at=4))
    assert [data for _, data in ear.told()] == [[{"id": 3}], [{"id": 4}]]


def test_what_the_row_cannot_tell_is_asked_and_keeps_its_place() -> None:
    live = Live()
    ear = Ear(live, view(fields=["id", "team.name"]))
    (first,) = live.publish(commit(change(None, row(1)), change(None, row(2)), at=1))
    (second,) = live.publish(commit(change(row(1), row(1, text="x")), at=2))
    assert (first.keys, second.keys, first.gone) == ([1, 2], [1], [])
    ear.outbox.send(b'{"event":"reply","data":0}')
    live.answer(second, Answer({"1": b'{"id":1,"team":{"name":"late"}}'}))
    assert ear.frames == []
    live.answer(first, Answer({"2": b'{"id":2,"team":null}'}))
    assert ear.told() == [
        ("create", [{"id": 2, "team": None}]),
        ("update", [{"id": 1, "team": {"name": "late"}}]),
        ("reply", 0),
    ]


def test_deletes_of_relational_views_are_asked_about_the_old_row() -> None:
    live = Live()
    ear = Ear(live, view(filter={"team": {"name": {"_eq": "red"}}}))
    (ask,) = live.publish(commit(change(row(1, team=1), None), change(row(2, team=2), None)))
    assert [gone.key for gone in ask.gone] == [1, 2]
    live.answer(ask, Answer(held=frozenset({"2"})))
    assert ear.told() == [("delete", [2])]


def test_counts_are_asked_for_each_event() -> None:
    live = Live()
    ear = Ear(live, view(fields=["id"], counts=(("total_count", "how many?"),)))
    (ask,) = live.publish(commit(change(None, row(1))))
    live.answer(ask, Answer({"1": b'{"id":1}'}, counts=b'{"total_count":4}'))
    assert ear.heard()[0]["meta"] == {"total_count": 4}


def test_sorted_updates_of_several_rows_are_asked_as_a_whole() -> None:
    live = Live()
    ear = Ear(live, view(fields=["id"], sort=["-size"]))
    assert live.publish(commit(change(row(1), row(1, size=1)))) == []
    (ask,) = live.publish(commit(*(change(row(k), row(k, size=k)) for k in (1, 2)), at=2))
    assert [part.whole for part in ask.parts] == [True]
    live.answer(ask, Answer(wholes=[b'[{"id":2},{"id":1}]']))
    assert ear.told() == [("update", [{"id": 1}]), ("update", [{"id": 2}, {"id": 1}])]


def test_too_much_waiting_overflows() -> None:
    live = Live()
    ear = Ear(live, view(fields=["team.name"]))
    live.publish(commit(change(None, row(1))))
    for _ in range(10_001):
        ear.outbox.send(b"{}")
    assert ear.overflown


# ---- the index and the audiences against the obvious way --------------------------------------------------------------

users = st.sampled_from(["ann", "ben", "", None])
sizes = st.sampled_from([0, 1, 2, None])
rows = st.builds(lambda key, user, size: row(key, user=user, size=size, text="t"), st.integers(0, 4), users, sizes)
tests: st.SearchStrategy[Any] = st.one_of(
    users.filter(bool).map(lambda u: {"user": {"_eq": u}}),
    st.lists(users.filter(bool), min_size=1, max_size=3).map(lambda us: {"user": {"_in": us}}),
    st.sampled_from(["ann", "ben"]).map(lambda u: {"user": {"_neq": u}}),
    st.integers(0, 3).map(lambda n: {"size": {"_gte": n}}),
    st.integers(0, 4).map(lambda n: {"id": {"_eq": n}}),
    st.integers(0, 3).map(lambda n: {"size": {"_lt": n}}),
    st.lists(st.integers(0, 3), min_size=2, max_size=2).map(lambda two: {"size": {"_between": two}}),
    st.booleans().map(lambda b: {"size": {"_null": b}}),
)
filters = st.recursive(
    tests,
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from(["_and", "_or"]).map(lambda name: {name: parts})
    ),
    max_leaves=4,
)


@st.composite
def histories(draw: st.DrawFn) -> list[list[Change]]:
    """Commits that make, change and end a handful of rows."""
    state: dict[int, Row] = {}
    history = []
    for number in range(draw(st.integers(1, 5))):
        changes = []
        for unit in range(draw(st.integers(1, 3))):
            after = draw(rows)
            key = after["id"]
            gone = key in state and draw(st.booleans())
            changes.append(change(state.get(key), None if gone else after, unit=number * 10 + unit))
            if gone:
                del state[key]
            else:
                state[key] = after
        history.append(changes)
    return history


def matches(condition: dict[str, Any], values: Row | None) -> bool:
    """The filter, the obvious way."""
    if values is None:
        return False
    (name, right), *_ = condition.items()
    if name in ("_and", "_or"):
        return (all if name == "_and" else any)(matches(part, values) for part in right)
    (operator, wanted), *_ = right.items()
    value = values[name]
    if operator == "_null":
        return (value is None) is wanted
    if value is None:
        return False
    tests: dict[str, Callable[[], bool]] = {
        "_eq": lambda: value == wanted,
        "_neq": lambda: value != wanted,
        "_in": lambda: value in wanted,
        "_gte": lambda: value >= wanted,
        "_lt": lambda: value < wanted,
        "_between": lambda: wanted[0] <= value <= wanted[1],
    }
    return tests[operator]()


@given(filters=st.lists(filters, min_size=1, max_size=5), history=histories())
@settings(max_examples=150, deadline=None)
def test_every_exact_set_is_what_matches(filters: list[Any], history: list[list[Change]]) -> None:
    live, rows = Live(), dict[int, Row]()
    ears = [
        (each, Ear(live, view(fields=["id", "size"], filter=each, exact=True)), dict[int, Any]()) for each in filters
    ]
    for at, changes in enumerate(history, 1):
        live.publish(commit(*changes, at=at))
        for one in changes:
            rows.pop(int(one.key), None)
            if one.after is not None:
                rows[int(one.key)] = dict(one.after.values)
        for condition, ear, held in ears:
            for event, data in ear.told():
                for each in data:
                    key = each if event == "delete" else each["id"]
                    assert (key in held) is (event != "create")
                    if event == "delete":
                        del held[key]
                    else:
                        assert held.get(key) != each
                        held[key] = each
            assert held == {key: {"id": key, "size": r["size"]} for key, r in rows.items() if matches(condition, r)}


@given(filters=st.lists(filters, min_size=1, max_size=3), history=histories(), exact=st.booleans(), only=st.booleans())
@settings(max_examples=100, deadline=None)
def test_who_comes_back_anywhere_is_told_the_rest(
    filters: list[Any], history: list[list[Change]], exact: bool, only: bool
) -> None:
    live = Live(Position("e", 0))
    kind = Kind.UPDATE if only else None
    ears = [
        Ear(live, view(fields=["id", "size"], filter=each, exact=exact), placed=True, only=kind) for each in filters
    ]
    audiences = [ear.subscription.audience for ear in ears]
    commits = [commit(*changes, at=at) for at, changes in enumerate(history, 1)]
    for one in commits:
        live.publish(one)
    for ear, audience in zip(ears, audiences, strict=True):
        heard = ear.heard()
        assert audience is not None
        for number, frame in enumerate(heard):
            token = Token.parse(frame["position"])
            assert token is not None
            assert token.view == audience.name
            missed = replay(audience, [c for c in commits if c.position > token.position], token.position)
            assert missed is not None
            events = [event for event in missed[token.told :] if kind in (None, event.kind)]
            assert [json.loads(event.frame(ear.subscription.tail)) for event in events] == heard[number + 1 :]


@given(filters=st.lists(filters, min_size=1, max_size=5), history=histories())
@settings(max_examples=150, deadline=None)
def test_every_subscriber_hears_what_it_would_hear_alone(filters: list[Any], history: list[list[Change]]) -> None:
    live = Live()
    ears = [(each, Ear(live, view(fields=["id"], filter=each))) for each in filters]
    for at, changes in enumerate(history, 1):
        assert live.publish(commit(*changes, at=at)) == []
        for condition, ear in ears:
            expected = []
            for one in changes:
                before = None if one.before is None else dict(one.before.values)
                after = None if one.after is None else dict(one.after.values)
                if one.kind is Kind.DELETE:
                    if matches(condition, before):
                        expected.append(("delete", [one.key]))
                elif matches(condition, after):
                    rows_told: list[Any] = [{"id": one.key}]
                    expected.append((one.kind.value, rows_told))
            assert ear.told() == expected


def test_whoever_leaves_while_it_is_told_disturbs_nobody() -> None:
    live = Live()
    ears = [Ear(live, view(fields=["id"])) for _ in range(3)]
    first = ears[0]
    first.outbox.write = lambda _frame: live.leave(first.subscription)
    live.publish(commit(change(None, row(1))))
    assert [len(ear.frames) for ear in ears] == [0, 1, 1]
    live.publish(commit(change(None, row(2)), at=2))
    assert [len(ear.frames) for ear in ears] == [0, 2, 2]

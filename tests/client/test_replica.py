"""The rows of a query, kept by what happens to them, against sorting afresh."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcast.client.order import placing
from rowcast.client.replica import Change, Replica
from rowcast.errors import InvalidConfiguration

KEYS = st.integers(0, 5)
STEPS = st.lists(st.tuples(KEYS, st.none() | st.integers(0, 3), st.sampled_from(["put", "remove"])), max_size=30)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row is what the user gets."""
    return row


@given(STEPS, st.sampled_from([None, "rank", "-rank", "-rank,-id"]))
def test_it_equals_the_query_and_tells_each_change(steps: list[tuple[int, Any, str]], sort: str | None) -> None:
    replica = Replica(plain, key="id", sort=sort)
    model: dict[int, dict[str, Any]] = {}
    follower: dict[int, dict[str, Any]] = {}
    for key, rank, what in steps:
        if what == "put":
            model[key] = {"id": key, "rank": rank}
            changes = list(replica.put([model[key]]))
        else:
            model.pop(key, None)
            changes = list(replica.remove([str(key) if rank else key]))
        follow(follower, changes)
        assert replica.rows == sorted(model.values(), key=placing(sort, "id"))
        assert follower == model


@given(STEPS, STEPS)
def test_becoming_tells_the_difference(before: list[tuple[int, Any, str]], after: list[tuple[int, Any, str]]) -> None:
    first, second = ({key: {"id": key, "rank": rank} for key, rank, _ in steps} for steps in (before, after))
    replica: Replica[Any] = Replica(plain, key="id", sort="rank")
    replica.reset(first.values())
    follower = dict(first)
    follow(follower, list(replica.become(list(second.values()))))
    assert follower == second
    assert replica.rows == sorted(second.values(), key=placing("rank", "id"))
    assert list(replica.become(list(second.values()))) == []


def follow(rows: dict[Any, Any], changes: list[Change[Any]]) -> None:
    """Apply changes as a user would, checking what they say of before."""
    for change in changes:
        if change.kind == "insert":
            assert change.key not in rows
        else:
            assert rows[change.key] == change.old
        if change.kind == "delete":
            del rows[change.key]
        else:
            rows[change.key] = change.row


def test_rows_without_key_are_refused() -> None:
    with pytest.raises(InvalidConfiguration, match="primary key"):
        Replica(plain, key="id", sort=None).reset([{"code": 1}])


def test_a_list_once_given_stays() -> None:
    replica = Replica(plain, key="id", sort=None)
    replica.reset([{"id": 1}])
    rows = replica.rows
    list(replica.put([{"id": 2}]))
    assert rows == [{"id": 1}]
    assert replica.rows is replica.rows
    assert 2 in replica
    assert replica.get(3) is None

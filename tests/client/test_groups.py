"""The result of an aggregation as it is kept."""

from __future__ import annotations

from typing import Any

from rowcast.client.groups import Groups


def groups(group: str | None) -> Groups[Any]:
    """Rows are what the user gets."""
    return Groups(lambda plain: plain, group=group)


def test_rows_in_the_order_of_the_server_and_what_changes() -> None:
    result = groups("user")
    result.reset([{"user": "b", "count": 2}, {"user": "a", "count": 1}])
    first = result.rows
    assert [row["user"] for row in first] == ["b", "a"]
    changes = list(result.put([{"user": "a", "count": 3}, {"user": "b", "count": 2}, {"user": None, "count": 1}]))
    assert [(change.kind, change.key) for change in changes] == [("update", "a"), ("insert", None)]
    assert changes[0].old == {"user": "a", "count": 1}
    assert [row["user"] for row in result.rows] == ["a", "b", None]
    assert first[1]["count"] == 1, "a list once given stays"
    assert {(change.kind, change.key) for change in result.become([])} == {
        ("delete", each) for each in ("a", "b", None)
    }
    assert len(result) == 0


def test_keys_are_what_is_grouped_by() -> None:
    by_two, by_none, by_call = groups("user,year(made)"), groups(None), groups("tags")
    by_two.reset([{"user": "a", "made_year": 2026, "count": 1}])
    by_none.reset([{"count": 5}])
    by_call.reset([{"tags": ["x"], "count": 1}])
    assert by_two.get(("a", 2026)) is not None  # type: ignore[arg-type]
    assert by_none.get(None) == {"count": 5}  # type: ignore[arg-type]
    assert by_call.get('["x"]') is not None

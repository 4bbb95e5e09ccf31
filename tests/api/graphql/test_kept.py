"""What is kept stays within its weight, and what was used last stays longest."""

from __future__ import annotations

import gc

from hypothesis import given
from hypothesis import strategies as st

from rowcast.api.graphql.kept import Kept
from tests.api.graphql.conftest import Asker


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12)), max_size=30))
def test_weight(puts: list[tuple[int, int]]) -> None:
    kept: Kept[int] = Kept(10)
    last: dict[int, int] = {}
    for key, weight in puts:
        kept.put(key, weight, weight)
        last[key] = weight
        found = {each: value for each in range(6) if (value := kept.get(each)) is not None}
        assert sum(found.values()) <= 10
        assert all(last[each] == value for each, value in found.items())
        assert (key in found) == (weight <= 10)


def test_the_last_used_stays() -> None:
    kept: Kept[str] = Kept(2)
    kept.put("a", "A")
    kept.put("b", "B")
    kept.get("a")
    kept.put("c", "C")
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("A", None, "C")


async def test_nothing_keeps_an_engine(ask: Asker) -> None:
    assert await ask.data("reader", "{ books { id } }")
    held = [each for each in gc.get_referrers(ask.engine) if type(each).__module__.startswith("rowcast.api.graphql")]
    assert held == []

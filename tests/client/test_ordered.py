"""Values in order, in pieces, against a list that is sorted afresh."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcast.client import ordered
from rowcast.client.ordered import Ordered

VALUE = st.tuples(st.integers(0, 40))


@given(st.sets(VALUE), st.lists(VALUE, max_size=200))
def test_it_is_in_order(begun: set[tuple[int]], steps: list[tuple[int]]) -> None:
    """A value that is there goes, one that is not comes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered, "PIECE", 3)
        found, model = Ordered(begun), set(begun)
        for value in steps:
            if value in model:
                found.remove(value)
            else:
                found.add(value)
            model ^= {value}
            assert list(found) == sorted(model)


def test_no_piece_is_long() -> None:
    """However many come, each is put into a short list."""
    found: Ordered[tuple[int]] = Ordered()
    for number in range(20 * ordered.PIECE):
        found.add((number * 7919 % 20_011,))
    assert max(map(len, found._pieces)) <= 2 * ordered.PIECE

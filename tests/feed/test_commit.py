"""The values of the change log."""

from __future__ import annotations

import pytest

from rowcast.feed import Image, Position


def test_an_image_is_decoded_whole_or_in_parts() -> None:
    image = Image('{"a":1,"b":{"c":[true]}}')
    assert image.values == {"a": 1, "b": {"c": [True]}}
    assert bytes(image.parts["b"]) == b'{"c":[true]}'
    assert image == Image('{"a":1,"b":{"c":[true]}}')
    assert image != Image("{}")


def test_positions_are_ordered_and_have_one_text() -> None:
    assert Position("e", 9) < Position("e", 10)
    assert str(Position("e", 10)) == "e.10"
    assert Position.parse("e.10") == Position("e", 10)


@pytest.mark.parametrize("text", ["", "e", "e.", "e.x", "e.-1", "e.\u0661", "e." + "9" * 30])
def test_other_texts_are_no_positions(text: str) -> None:
    assert Position.parse(text) is None

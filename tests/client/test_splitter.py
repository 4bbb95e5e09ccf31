"""Frames cut out of what arrives, however it is cut on its way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcast.client.splitter import Splitter

TEXT, PING, PART, LAST = 0x81, 0x89, 0x01, 0x80


def frame(content: bytes, kind: int = TEXT) -> bytes:
    """The frame of a server."""
    size = len(content)
    length = (
        bytes((size,)) if size < 126 else b"\x7e" + size.to_bytes(2) if size < 65536 else b"\x7f" + size.to_bytes(8)
    )
    return bytes((kind,)) + length + content


SIZES = st.sampled_from([0, 1, 125, 126, 127, 300, 65535, 65536])
FRAMES = st.lists(st.tuples(SIZES, st.sampled_from([TEXT, TEXT, TEXT, PING, PART, LAST])), max_size=8)


@given(FRAMES, st.lists(st.integers(0, 200_000), max_size=10))
def test_every_frame_once_and_whole(frames: list[tuple[int, int]], cuts: list[int]) -> None:
    wire = [frame(bytes((number,)) * size, kind) for number, (size, kind) in enumerate(frames)]
    data = b"".join(wire)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    splitter = Splitter(65536)
    found = [piece for start, stop in pairwise(places) for piece in splitter.feed(data[start:stop])]
    texts = [(kind == TEXT, bytes((n,)) * size if kind == TEXT else wire[n]) for n, (size, kind) in enumerate(frames)]
    assert found == texts


@pytest.mark.parametrize("wrong", [frame(b"x" * 11), frame(b"x" * 70_000), b"\x81\x80mask", b"\x81\xfe\x00\x10"])
def test_what_is_against_the_rules_is_handed_on_with_all_that_follows(wrong: bytes) -> None:
    splitter = Splitter(10)
    assert list(splitter.feed(frame(b"a") + wrong + frame(b"b"))) == [(True, b"a"), (False, wrong + frame(b"b"))]
    assert list(splitter.feed(frame(b"c"))) == [(False, frame(b"c"))]


def test_a_long_text_in_many_pieces_is_not_copied_for_each() -> None:
    splitter, text = Splitter(10_000_000), b"x" * 8_000_000
    wire = frame(text)
    found = [each for at in range(0, len(wire), 1000) for each in splitter.feed(wire[at : at + 1000])]
    assert found == [(True, text)]

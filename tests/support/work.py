"""Counts what is done, where a test would else look at the clock: how long that takes is the machine's
business. Must not know what."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Work:
    """``calls``: the functions that were called so far, written in whatever language."""

    def __init__(self) -> None:
        self.calls = 0

    def note(self, _frame: FrameType, event: str, _what: object) -> None:
        if event in ("call", "c_call"):
            self.calls += 1


@contextmanager
def counting_calls() -> Iterator[Work]:
    """The work that this thread does within a block."""
    work, before = Work(), sys.getprofile()
    sys.setprofile(work.note)
    try:
        yield work
    finally:
        sys.setprofile(before)

"""The order of rows by a ``sort``, as the database has it: null first, numbers before texts, texts by code point. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import total_ordering
from typing import Any

import msgspec

Place = tuple[Any, ...]
"""Where a row stands: places compare as the rows stand."""
_NUMBER = (int, float)
_NOTHING = (0, 0)
_CALL = re.compile(r"(.*?)(\w+)\((\w+)\)")


@total_ordering
class Backwards:
    """A value that compares the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Backwards) and bool(self.value == other.value)

    def __lt__(self, other: Backwards) -> bool:
        return bool(other.value < self.value)

    __hash__ = None  # type: ignore[assignment]


def names(sort: Sequence[str] | str | None) -> list[str]:
    """The members of a ``sort``, which may be a comma list."""
    if sort is None:
        return []
    return [each.strip() for each in sort.split(",")] if isinstance(sort, str) else list(sort)


def placing(sort: Sequence[str] | str | None, key: str) -> Callable[[Mapping[str, Any]], Place]:
    """What tells the place of a row. Rows that are equal otherwise stand by their key ``key``. A place is flat, as it is compared
    often: for each step what kind of value it is, and the value, both turned round where it goes down."""
    steps = [(path(name.lstrip("-+")), name.startswith("-")) for name in names(sort)]
    if not any(way == [key] for way, _ in steps):
        steps.append(([key], False))
    ways = [(way[0] if len(way) == 1 else None, way, down) for way, down in steps]

    def place(row: Mapping[str, Any]) -> Place:
        found: list[Any] = []
        for name, way, down in ways:
            value = row.get(name) if name is not None else dig(row, way)
            if value is None:
                found += _NOTHING
            elif isinstance(value, _NUMBER):
                found += (-1, -value) if down else (1, value)
            else:
                text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
                found += (-2, Backwards(text)) if down else (2, text)
        return tuple(found)

    return place


def path(name: str) -> list[str]:
    """Where the value of ``author.name`` or ``year(created)`` stands in a row."""
    call = _CALL.fullmatch(name)
    return (f"{call[1]}{call[3]}_{call[2]}" if call else name).split(".")


def dig(row: Any, steps: Sequence[str]) -> Any:
    """The value that stands there in a row; None where there is none."""
    for name in steps:
        row = row.get(name) if isinstance(row, Mapping) else None
    return row

"""The order of rows by a ``sort``, as the database has it: null first, numbers before texts, texts by code point. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import total_ordering
from typing import Any

import msgspec

Place = tuple[Any, ...]
"""Where a row stands: places compare as the rows stand."""
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
    """What tells the place of a row. Rows that are equal otherwise stand by their key ``key``."""
    steps = [(path(name.lstrip("-+")), name.startswith("-")) for name in names(sort)]
    if not any(way == [key] for way, _ in steps):
        steps.append(([key], False))

    def place(row: Mapping[str, Any]) -> Place:
        return tuple(Backwards(_rank(dig(row, way))) if down else _rank(dig(row, way)) for way, down in steps)

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


def _rank(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    if isinstance(value, int | float):
        return (1, value)
    return (2, value if isinstance(value, str) else msgspec.json.encode(value).decode())

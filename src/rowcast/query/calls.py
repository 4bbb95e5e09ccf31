"""Names that may be function calls (``year(built)``, ``json(extras, a.b)``) and paths made of them. Knows texts only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DATE = frozenset({"year", "month", "week", "day", "weekday"})
CLOCK = frozenset({"hour", "minute", "second"})
FUNCTIONS = {
    "timestamp": DATE | CLOCK,
    "dateTime": DATE | CLOCK,
    "date": DATE,
    "time": CLOCK,
    "json": frozenset({"count", "json"}),
    "alias": frozenset({"count"}),
}

_CALL = re.compile(r"(\w+)\(\s*([^,()]+?)\s*(?:,\s*([^()]*?)\s*)?\)")
_OUTSIDE = {",": re.compile(r",(?![^(]*\))"), ".": re.compile(r"\.(?![^(]*\))")}


@dataclass(frozen=True, slots=True)
class Call:
    """A field name, or a function of a field. ``argument`` is the path of ``json``."""

    field: str
    function: str | None = None
    argument: str | None = None

    @property
    def key(self) -> str:
        """The member's name in the answer: ``built_year``, ``extras_a_b_json``."""
        if self.function is None:
            return self.field
        path = "_" + re.sub(r"\W+", "_", self.argument).strip("_") if self.argument else ""
        return f"{self.field}{path}_{self.function}"


def call(text: str) -> Call:
    """A segment of a path as a call; text that is none is a plain name."""
    match = _CALL.fullmatch(text)
    return Call(match[2], match[1], match[3]) if match else Call(text)


def split(text: str, separator: str) -> Iterator[str]:
    """The parts of a text between separators (comma or period) that stand outside parentheses, without blanks around them."""
    return (part for raw in _OUTSIDE[separator].split(text) if (part := raw.strip()))


def json_path(text: str) -> tuple[str | int, ...]:
    """``a.b[0]`` as members and indexes: ``("a", "b", 0)``."""
    return tuple(int(found[1]) if found[1] else found[2] for found in re.finditer(r"\[(\d{1,9})\]|([^.\[\]]+)", text))

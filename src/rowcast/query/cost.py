"""What one question may cost: counts what it asks for, so that it is refused before the database sees it. Must not know what is
asked.

Every bound is far beyond what a person or a program asks for in earnest, and far below what would hold up the others. How long a
statement may run is the store's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from rowcast.errors import InvalidQuery

Part = Literal["fields", "relations", "aliases", "conditions", "values", "sort keys", "aggregates", "groups"]

LIMITS: Final[Mapping[Part, int]] = {
    "fields": 2000,
    "relations": 200,
    "aliases": 100,
    "conditions": 1000,
    "values": 20_000,
    "sort keys": 50,
    "aggregates": 200,
    "groups": 50,
}
"""The most of each in one question, all its nested parts together. ``relations`` are nested objects and lists, wildcards opened;
``values`` are those in lists of filters."""

DEEPEST_FILTER: Final = 30
"""Objects within each other in one filter, relations included."""

DEEPEST_JSON: Final = 150
"""Objects and lists within each other in any parameter."""


class Budget:
    """Counts for one question."""

    __slots__ = ("_spent",)

    def __init__(self) -> None:
        self._spent: Counter[Part] = Counter()

    def take(self, part: Part, amount: int = 1) -> None:
        """Count so many more. Raises ``InvalidQuery`` when there are too many."""
        self._spent[part] += amount
        if self._spent[part] > LIMITS[part]:
            raise InvalidQuery(f"The query has too many {part}: more than {LIMITS[part]}")


def shallow(value: Any, left: int = DEEPEST_JSON) -> Any:
    """The same value. Raises ``InvalidQuery`` when it is nested deeper than ``left``."""
    below: Iterable[Any]
    if isinstance(value, Mapping):
        below = value.values()
    elif isinstance(value, (list, tuple)):
        below = value
    else:
        return value
    if left == 0:
        raise InvalidQuery("The query is nested too deep")
    for part in below:
        shallow(part, left - 1)
    return value

"""Random values of every type, few enough to meet each other, in wire form and as other programs store them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

WORDS = ("a", "b", "A", "ab", "é", "50%", "x_y", "", "7")
USERS = tuple(f"00000000-0000-4000-8000-00000000000{number}" for number in range(5))
_POOLS: dict[str, tuple[Any, ...]] = {
    "string": WORDS,
    "text": (*WORDS, "a long text with spaces"),
    "integer": (0, 1, 2, 3, 7, -1),
    "bigInteger": (0, 1, 2, 9_007_199_254_740_993, -5),
    "float": (0.0, 0.1, 0.5, 1.0, -2.25, 1e17),
    "decimal": (0.0, 0.1, 12.5, 3.0, 3.33),
    "boolean": (True, False),
    "timestamp": ("2001-02-03T04:05:06.000Z", "2001-02-03T04:05:06.007Z", "2098-01-01T00:00:00.000Z"),
    "dateTime": ("2001-02-03T04:05:06", "2001-02-03T04:05:07", "1999-12-31T23:59:59"),
    "date": ("2001-02-03", "1999-12-31", "2004-02-29"),
    "time": ("04:05:06", "23:59:59", "00:00:00"),
    "json": ({"a": 1}, {"a": "x", "b": [1, 2]}, [], [1, "a"], {}),
    "csv": (["a"], ["a", "b"], []),
    "uuid": USERS,
}
_ODD: dict[str, tuple[Any, ...]] = {
    "timestamp": ("2001-02-03 04:05:06", "2001-02-03"),
    "dateTime": ("2001-02-03 04:05:06",),
    "json": ('{"a": 1 }', "broken"),
    "csv": ("a,b", ""),
    "integer": (2.5,),
    "float": (3,),
}


def wire_value(rng: Random, kind: str) -> Any:
    """A value as a client sends it; sometimes null."""
    return None if rng.random() < 0.12 else rng.choice(_POOLS[kind])


def some_value(rng: Random, kind: str) -> Any:
    """A value, never null."""
    return rng.choice(_POOLS[kind])


def stored_value(rng: Random, kind: str) -> Any:
    """A value as another program may have stored it."""
    if kind in _ODD and rng.random() < 0.2:
        return rng.choice(_ODD[kind])
    value = wire_value(rng, kind)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list) and kind == "csv":
        return ",".join(value)
    return json.dumps(value) if isinstance(value, dict | list) else value


def new_key(rng: Random, kind: str) -> Any:
    """A key for a new row, None where the database gives one."""
    if kind == "integer":
        return None
    return f"k{rng.randrange(1000)}" if kind == "string" else f"10000000-0000-4000-8000-{rng.randrange(16**12):012x}"

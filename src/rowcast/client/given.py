"""Keys, rows and filters as a user has given them, if they can be meant: a server may take the lack of a key for all rows. Must not
know what is done with them. Raises TypeError."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from rowcast.client.expression import Condition, Path
from rowcast.client.models import payload


def key_of(key: Any) -> Any:
    """A key, as it is."""
    if isinstance(key, Condition | Path):
        raise TypeError(
            f"{key!r} is no key; by a condition, rows are found by filter=…, update_where and delete_where."
        )
    if key is None or isinstance(key, bool | float | Mapping | list | tuple | set):
        raise TypeError(f"{key!r} is no key of a row: that is a text or a whole number.")
    return key


def keys_of(keys: Any) -> list[Any]:
    """Several. A text would be taken letter by letter."""
    if isinstance(keys, str | bytes | Mapping | Condition) or not isinstance(keys, Iterable):
        raise TypeError(f"{keys!r} is no list of keys.")
    return [key_of(key) for key in keys]


def row_of(data: Any) -> Any:
    """What is to be written of one row."""
    said = payload(data)
    if not isinstance(said, Mapping):
        raise TypeError(
            f"{data!r} is no row: that is a dict, or an object of a class; of several there is create_many."
        )
    return said


def rows_of(rows: Any) -> list[Any]:
    """Of several."""
    if isinstance(rows, str | bytes | Mapping | Struct) or not isinstance(rows, Iterable):
        raise TypeError(f"{rows!r} is no list of rows.")
    return [row_of(row) for row in rows]


def filter_of(filter: Any) -> Any:
    """A filter, which must be there: without one all rows are meant."""
    if filter is None:
        raise TypeError("There is no filter: say {} if all rows are meant.")
    return filter

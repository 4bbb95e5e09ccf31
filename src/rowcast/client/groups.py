"""The result of an aggregation, kept as it is now. Pure; as the replica of rows it is told and asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from rowcast.client.ask import Key
from rowcast.client.order import dig, names, path
from rowcast.client.replica import Change, Replica, Row


class Groups(Replica[Row]):
    """A row for each group, in the order of the server. A row's key is the value that it is grouped by; of several a tuple, of none
    None. Whatever happens, all rows are told."""

    def __init__(self, make: Callable[[dict[str, Any]], Row], *, group: Sequence[str] | str | None) -> None:
        super().__init__(make, key="", sort=None)
        self._paths = [path(name) for name in names(group)]

    @property
    def rows(self) -> list[Row]:
        """All rows in the order of the server. The list is not changed later."""
        return list(self._rows.values())

    def put(self, rows: Iterable[dict[str, Any]]) -> Iterator[Change[Row]]:
        """There are these rows now and no others."""
        yield from self.become(list(rows))

    def remove(self, keys: Iterable[Key]) -> Iterator[Change[Row]]:
        """Of keys nobody is told."""
        yield from ()

    def reset(self, rows: Iterable[dict[str, Any]]) -> None:
        """There are these rows now and no others, and nobody cares for the difference."""
        for _ in self.become(list(rows)):
            pass

    def become(self, rows: Sequence[dict[str, Any]]) -> Iterator[Change[Row]]:
        """As ``put``."""
        before, plain_before = self._rows, self._plain
        self._plain = {self._key_of(plain): plain for plain in rows}
        self._rows = {
            key: before[key] if plain_before.get(key) == plain else self._make(plain)
            for key, plain in self._plain.items()
        }
        for key in before.keys() - self._rows.keys():
            yield Change("delete", key, None, before[key])
        for key, row in self._rows.items():
            if row is not before.get(key):
                yield Change("update" if key in before else "insert", key, row, before.get(key))

    def _key_of(self, plain: Mapping[str, Any]) -> Any:
        values = [_hashable(dig(plain, each)) for each in self._paths]
        return values[0] if len(values) == 1 else tuple(values) or None


def _hashable(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value

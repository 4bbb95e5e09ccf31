"""The rows of a query, kept by applying what happens to them. Pure: it is told, it asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Literal

from msgspec import Struct
from typing_extensions import TypeVar

from rowcast.client.ask import Key
from rowcast.client.order import Place, placing
from rowcast.client.ordered import Ordered
from rowcast.errors import InvalidConfiguration

Row = TypeVar("Row", default=dict[str, Any])
_KEY = (str, int)


class Change(Struct, Generic[Row], frozen=True):
    """What has changed: a row was inserted, updated (``old`` is the row before) or deleted. ``reset``: more than can be told one by
    one; look at the rows."""

    kind: Literal["insert", "update", "delete", "reset"]
    key: Key | None = None
    row: Row | None = None
    old: Row | None = None


class Replica(Generic[Row]):
    """Rows by key, and in order. ``make`` turns a row as it came into what the user gets."""

    def __init__(self, make: Callable[[dict[str, Any]], Row], *, key: str, sort: Sequence[str] | str | None) -> None:
        self._make, self._key = make, key
        self._place = placing(sort, key)
        self._rows: dict[Key, Row] = {}
        self._plain: dict[Key, dict[str, Any]] = {}
        self._places: dict[Key, Place] = {}
        self._order: Ordered[Place] = Ordered()
        self._list: list[Row] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def get(self, key: Key) -> Row | None:
        """The row with that key; None if there is none."""
        return self._rows.get(key)

    @property
    def rows(self) -> list[Row]:
        """All rows in order. The list is not changed later: another change makes another list."""
        if self._list is None:
            self._list = [self._rows[place[-1]] for place in self._order]
        return self._list

    # ---- what happens -------------------------------------------------------------------------------------------------

    def put(self, rows: Iterable[dict[str, Any]]) -> Iterator[Change[Row]]:
        """These rows are so now."""
        for plain in rows:
            key = self._key_of(plain)
            before = self._plain.get(key)
            if before == plain:
                continue
            old = self._rows.get(key)
            row = self._rows[key] = self._make(plain)
            self._plain[key], self._list = plain, None
            self._put(key, (*self._place(plain), key))
            yield Change("insert" if before is None else "update", key, row, old)

    def remove(self, keys: Iterable[Key]) -> Iterator[Change[Row]]:
        """These rows are gone. Keys may be texts of numbers, as some servers send them."""
        for given in keys:
            key = given if given in self._rows else _other(given)
            if key in self._rows:
                self._order.remove(self._places.pop(key))
                del self._plain[key]
                self._list = None
                yield Change("delete", key, None, self._rows.pop(key))

    def reset(self, rows: Iterable[dict[str, Any]]) -> None:
        """There are these rows now and no others."""
        self._plain = {self._key_of(plain): plain for plain in rows}
        self._rows = {key: self._make(plain) for key, plain in self._plain.items()}
        self._places = {key: (*self._place(plain), key) for key, plain in self._plain.items()}
        self._order = Ordered(self._places.values())
        self._list = None

    def become(self, rows: Sequence[dict[str, Any]]) -> Iterator[Change[Row]]:
        """As ``reset``, telling the difference."""
        kept = {self._key_of(plain) for plain in rows}
        yield from self.remove([key for key in self._rows if key not in kept])
        yield from self.put(rows)

    def _key_of(self, plain: Mapping[str, Any]) -> Key:
        key = plain.get(self._key)
        if not isinstance(key, _KEY):
            raise InvalidConfiguration(f"The rows have no {self._key!r}: say which is the primary key (key=…, --key).")
        return key

    def _put(self, key: Key, place: Place) -> None:
        """The row stands there now: a place ends with the key. Most changes leave a row where it is."""
        before = self._places.get(key)
        if before == place:
            return
        if before is not None:
            self._order.remove(before)
        self._places[key] = place
        self._order.add(place)


def _other(key: Key) -> Key:
    return int(key) if isinstance(key, str) and key.lstrip("-").isdigit() else str(key)

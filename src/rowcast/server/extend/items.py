"""The items of one collection as extensions handle them: the same verbs as the client's. Must not know whether a transaction is
open around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from rowcast.errors import Forbidden
from rowcast.query.parse import Query, parse
from rowcast.schema import Collection

Key = str | int
Row = dict[str, Any]
Data = Mapping[str, Any]
Filter = Mapping[str, Any]

_rows = msgspec.json.Decoder(list[Row]).decode


class Desk(Protocol):
    """Where the verbs are done, as somebody."""

    async def create(self, collection: str, payloads: Sequence[Data]) -> list[Key]:
        """Make rows."""
        ...

    async def update(self, collection: str, keys: Sequence[Key], payload: Data) -> list[Key]:
        """Change rows."""
        ...

    async def delete(self, collection: str, keys: Sequence[Key]) -> list[Key]:
        """Remove rows."""
        ...

    async def read(self, collection: str, query: Query, keys: Sequence[Key] | None = None) -> bytes:
        """The rows as a JSON array."""
        ...

    def collection(self, name: str) -> Collection:
        """What is known of the collection. Raises Forbidden when there is none."""
        ...


class Items:
    """The items of one collection. Every verb checks the rights of the context it comes from, runs its hooks and raises what
    the REST API answers (``rowcast.errors``). Query members are those of the REST API: ``fields``, ``filter``, ``sort``,
    ``limit`` …"""

    __slots__ = ("_desk", "collection")

    def __init__(self, desk: Desk, collection: str) -> None:
        self._desk, self.collection = desk, collection

    async def read(self, **query: Any) -> list[Row]:
        """The items that the query gives."""
        return _rows(await self._desk.read(self.collection, parse(query)))

    async def read_one(self, key: Key, **query: Any) -> Row:
        """The item with that key. Raises Forbidden when there is none or it may not be seen."""
        found = await self.read_many([key], **query)
        if not found:
            raise Forbidden
        return found[0]

    async def read_many(self, keys: Iterable[Key], **query: Any) -> list[Row]:
        """The items with those keys that may be seen."""
        return _rows(await self._desk.read(self.collection, parse({"limit": -1, **query}), list(keys)))

    async def first(self, **query: Any) -> Row | None:
        """The first item that the query gives."""
        found = await self.read(**{**query, "limit": 1})
        return found[0] if found else None

    async def count(self, filter: Filter | None = None) -> int:
        """How many items there are, or match."""
        asked = {"aggregate": {"count": ["*"]}} | ({} if filter is None else {"filter": filter})
        return int((await self.read(**asked))[0]["count"])

    async def read_singleton(self, **query: Any) -> Row | None:
        """The one item of a singleton; None while it was never written."""
        return await self.first(**query)

    async def create(self, data: Data, **query: Any) -> Row:
        """Create an item; the item as it is stored."""
        return (await self.create_many([data], **query))[0]

    async def create_many(self, rows: Iterable[Data], **query: Any) -> list[Row]:
        """Create items, all or none; the items as they are stored."""
        return await self._back(await self._desk.create(self.collection, list(rows)), query)

    async def update(self, key: Key, data: Data, **query: Any) -> Row:
        """Change an item; the item as it is stored then. Raises Forbidden when there is none."""
        changed = await self.update_many([key], data, **query)
        if not changed:
            raise Forbidden
        return changed[0]

    async def update_many(self, keys: Iterable[Key], data: Data, **query: Any) -> list[Row]:
        """Give all those items the same values."""
        return await self._back(await self._desk.update(self.collection, list(keys), data), query)

    async def update_where(self, filter: Filter, data: Data) -> list[Row]:
        """Give all items that match the same values."""
        return await self.update_many(await self._keys(filter), data)

    async def update_singleton(self, data: Data, **query: Any) -> Row:
        """Change the one item of a singleton, or create it."""
        primary = self._desk.collection(self.collection).primary
        there = await self.first(fields=[primary])
        return await (self.create(data, **query) if there is None else self.update(there[primary], data, **query))

    async def delete(self, key: Key) -> None:
        """Delete an item. Raises Forbidden when there is none."""
        if not await self._desk.delete(self.collection, [key]):
            raise Forbidden

    async def delete_many(self, keys: Iterable[Key]) -> None:
        """Delete those items, all or none."""
        await self._desk.delete(self.collection, list(keys))

    async def delete_where(self, filter: Filter) -> None:
        """Delete all items that match."""
        await self.delete_many(await self._keys(filter))

    async def _keys(self, filter: Filter) -> list[Key]:
        primary = self._desk.collection(self.collection).primary
        return [row[primary] for row in await self.read(filter=filter, fields=[primary], limit=-1)]

    async def _back(self, keys: Sequence[Key], query: Mapping[str, Any]) -> list[Row]:
        """The rows that were written, in order; their keys where they may not be read."""
        primary = self._desk.collection(self.collection).primary
        fields = list(query.get("fields", ["*"]))
        try:
            found = await self.read_many(keys, **{**query, "fields": [*fields, primary]}) if keys else []
        except Forbidden:
            found = []
        known = {row[primary]: row for row in found}
        return [known.get(key, {primary: key}) for key in keys]

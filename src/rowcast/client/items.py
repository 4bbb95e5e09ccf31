"""The verbs of one collection, typed by its rows. Must not know whether they travel by socket or by HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, Unpack, overload

import msgspec
from msgspec import Struct
from typing_extensions import TypeVar

from rowcast.client.ask import Ask, Execute, Key, Reply
from rowcast.client.frames import Meta
from rowcast.client.given import filter_of, key_of, keys_of, row_of, rows_of
from rowcast.client.models import Dataclass, from_json, misfit, named
from rowcast.client.query import Filter, Query, wire

Row = TypeVar("Row", default=dict[str, Any])
Data = Mapping[str, Any] | Struct | Dataclass
"""A row to write: a mapping, or an object of a typed class (of which only what differs from its defaults is sent)."""


class Page(Struct, Generic[Row], frozen=True):
    """Rows with the counts that ``meta`` asked for."""

    rows: list[Row]
    meta: Meta

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


class Items(Generic[Row]):
    """One collection. All verbs raise members of ``rowcast.errors``: Forbidden for what may not be seen or does not exist,
    FailedValidation, NotUnique and others for refused rows, ConnectionLost and OutOfTime when there is no answer; TypeError for
    what is no key, no row or no filter, before anything is asked: a server may take the lack of a key for all rows."""

    def __init__(self, collection: str, execute: Execute, model: type[Row] | None = None) -> None:
        self.collection, self._execute, self._model = collection, execute, model
        row: Any = dict[str, Any] if model is None else model
        self._row = msgspec.json.Decoder(row, dec_hook=from_json)
        self._rows = msgspec.json.Decoder(list[row], dec_hook=from_json)

    def __repr__(self) -> str:
        return f"<Items of {self.collection!r}>"

    # ---- reading ------------------------------------------------------------------------------------------------------

    async def read(self, **query: Unpack[Query]) -> list[Row]:
        """The rows of a query; 100 of them if no ``limit`` is given, all with ``limit=-1``."""
        return self._many(await self._ask("read", query=self._query(query)))

    async def read_page(self, **query: Unpack[Query]) -> Page[Row]:
        """As ``read``, with counts: of the collection (``total_count``) and of the filter (``filter_count``) unless ``meta`` says
        otherwise."""
        reply = await self._ask("read", query={"meta": ["total_count", "filter_count"], **self._query(query)})
        return Page(self._many(reply), reply.meta)

    async def read_all(self, *, batch: int = 1000, **query: Unpack[Query]) -> list[Row]:
        """Every row of a query, or ``limit`` of them, ``batch`` at a time, so that no answer is too long. Raises ValueError for a
        batch of none."""
        if batch < 1:
            raise ValueError(f"batch is {batch}; it takes at least 1.")
        found: list[Row] = []
        given, first = query.get("limit"), query.get("offset") or 0
        limit = -1 if given is None else given
        while True:
            size = batch if limit < 0 else min(batch, limit - len(found))
            asked: Any = {**query, "limit": size, "offset": first + len(found)}
            rows = await self.read(**asked) if size else []
            found += rows
            if len(rows) < batch:
                return found

    async def read_one(self, key: Key, **query: Unpack[Query]) -> Row:
        """The row with that key. Raises Forbidden if there is none to be seen."""
        return self._one(await self._ask("read", id=key_of(key), query=self._query(query)))

    async def read_many(self, keys: Iterable[Key], **query: Unpack[Query]) -> list[Row]:
        """The rows with those keys that can be seen."""
        return self._many(await self._ask("read", ids=keys_of(keys), query=self._query(query)))

    async def first(self, **query: Unpack[Query]) -> Row | None:
        """The first row of a query; None if there is none."""
        asked: Any = {**query, "limit": 1}
        return next(iter(await self.read(**asked)), None)

    async def count(self, filter: Filter | None = None) -> int:
        """How many rows there are."""
        query: Query = {"aggregate": {"count": "*"}}
        rows = await self.aggregate(**query if filter is None else {**query, "filter": filter})
        return int(rows[0]["count"]) if rows else 0

    async def aggregate(self, **query: Unpack[Query]) -> list[dict[str, Any]]:
        """``aggregate(aggregate={"sum": "price"}, group="genre")``: one row per group."""
        reply = await self._ask("read", query=wire(query))
        rows: list[dict[str, Any]] = msgspec.json.decode(reply.data or b"[]")
        return rows

    async def read_singleton(self, **query: Unpack[Query]) -> Row:
        """The row of a collection that has but one."""
        return self._one(await self._ask("read", query=self._query(query), single=True))

    # ---- writing ------------------------------------------------------------------------------------------------------

    async def create(self, data: Data, **query: Unpack[Query]) -> Row:
        """A new row; returns it as it is stored."""
        return self._one(await self._ask("create", data=row_of(data), query=self._query(query)))

    async def create_many(self, rows: Iterable[Data], **query: Unpack[Query]) -> list[Row]:
        """New rows, all or none."""
        return self._many(await self._ask("create", data=rows_of(rows), query=self._query(query)))

    async def update(self, key: Key, data: Data, **query: Unpack[Query]) -> Row:
        """Change a row; returns all of it."""
        return self._one(await self._ask("update", id=key_of(key), data=row_of(data), query=self._query(query)))

    async def update_many(self, keys: Iterable[Key], data: Data, **query: Unpack[Query]) -> list[Row]:
        """The same change to several rows."""
        asked = self._query(query)
        return self._many(await self._ask("update", ids=keys_of(keys), data=row_of(data), query=asked))

    async def update_batch(self, rows: Iterable[Data]) -> list[Row]:
        """Each row its own change; each holds its key."""
        return self._many(await self._ask("update", data=rows_of(rows), query=self._query({})))

    async def update_where(self, filter: Filter, data: Data) -> list[Row]:
        """Change all rows that fulfil the filter; ``{}`` is fulfilled by all."""
        asked = self._query({"filter": filter_of(filter), "limit": -1})
        return self._many(await self._ask("update", data=row_of(data), query=asked))

    async def update_singleton(self, data: Data, **query: Unpack[Query]) -> Row:
        """Change the row of a collection that has but one."""
        asked = self._query(query)
        return self._one(await self._ask("update", data=row_of(data), query=asked, single=True))

    async def delete(self, key: Key) -> None:
        """Delete a row. Raises Forbidden for one that may not be deleted; that there is none is no error to who may delete all."""
        await self._ask("delete", id=key_of(key))

    async def delete_many(self, keys: Iterable[Key]) -> None:
        """Delete several rows, all or none."""
        if found := keys_of(keys):
            await self._ask("delete", ids=found)

    async def delete_where(self, filter: Filter) -> None:
        """Delete all rows that fulfil the filter; ``{}`` is fulfilled by all."""
        await self._ask("delete", query=wire({"filter": filter_of(filter), "limit": -1}))

    # ---- the way there and back ---------------------------------------------------------------------------------------

    async def _ask(self, action: Any, **members: Any) -> Reply:
        return await self._execute(Ask(collection=self.collection, action=action, **members))

    def _query(self, query: Mapping[str, Any]) -> dict[str, Any]:
        return wire(query, self._model)

    def _one(self, reply: Reply) -> Row:
        try:
            row: Row = self._row.decode(reply.data or b"null")
        except msgspec.ValidationError as error:
            raise misfit(self._model, error) from error
        return row

    def _many(self, reply: Reply) -> list[Row]:
        try:
            rows: list[Row] = self._rows.decode(reply.data or b"[]")
        except msgspec.ValidationError as error:
            raise misfit(self._model, error) from error
        return rows


class HasItems(ABC):
    """What has collections."""

    @abstractmethod
    async def _execute(self, ask: Ask) -> Reply:
        """Ask."""

    @overload
    def items(self, collection: str) -> Items: ...
    @overload
    def items(self, collection: str, model: type[Row]) -> Items[Row]: ...
    @overload
    def items(self, collection: type[Row]) -> Items[Row]: ...
    def items(self, collection: str | type[Any], model: type[Any] | None = None) -> Items[Any]:
        """The verbs of a collection. Rows are dicts, or of ``model``: a msgspec Struct, a TypedDict or a dataclass, whose members
        are the fields that are asked for; one with ``__collection__`` (see ``collection``) says the collection too. Items of system
        collections (``directus_…``) always travel over HTTP, since the WebSocket does not have them. Raises InvalidConfiguration
        for a class that says none."""
        name, row = (collection, model) if isinstance(collection, str) else named(collection)
        return Items(name, self._execute, row)

"""How a live table begins and is kept up to date, by whichever way the server can. Must not know the connection."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import anyio
import msgspec

from rowcast.client.ask import Ask, Execute
from rowcast.client.effects import Held
from rowcast.client.frames import Frame
from rowcast.client.gate import Gate, begin
from rowcast.client.groups import Groups
from rowcast.client.live import LiveTable, rows_of
from rowcast.client.models import fields_of, from_json, misfit
from rowcast.client.order import names
from rowcast.client.query import wire
from rowcast.client.replica import Replica
from rowcast.errors import RowcastError

_PAUSE = 0.05
"""Seconds in which events are gathered before the query is asked again."""
_LONGEST = 5.0
"""Seconds between two attempts to ask, where the server fails again and again."""


async def open_table(
    gate: Gate,
    execute: Execute,
    spawn: Callable[[Callable[[], Coroutine[Any, Any, None]]], object],
    collection: str,
    query: Mapping[str, Any],
    model: type[Any] | None,
    key: str,
    buffer: int,
) -> LiveTable[Any]:
    """Subscribe and read; the table is kept up to date until it is closed. ``spawn`` starts work that goes on meanwhile."""
    make = (lambda plain: plain) if model is None else _maker(model)
    said = wire(query, model)
    if "aggregate" in said or "groupBy" in said:
        replica: Replica[Any] = Groups(make, group=said.get("groupBy"))
    else:
        replica, said = Replica(make, key=key, sort=query.get("sort")), _complete(said, key)
    keeping = _Keeping(gate, execute, collection, said)
    table: LiveTable[Any] = LiveTable(replica, buffer=buffer, leave=keeping.leave, columns=_columns(said, model))
    try:
        if not await keeping.follow(table):
            await keeping.watch(table, key)
            spawn(keeping.reread)
    except BaseException:  # nobody gets the table, so nobody will close it
        keeping.leave()
        raise
    return table


def _maker(model: type[Any]) -> Callable[[dict[str, Any]], Any]:
    def make(plain: dict[str, Any]) -> Any:
        try:
            return msgspec.convert(plain, model, dec_hook=from_json)
        except msgspec.ValidationError as error:
            raise misfit(model, error) from error

    return make


def _columns(said: Mapping[str, Any], model: type[Any] | None) -> list[str]:
    """What rows have, if that can be told without one."""
    fields = names(said.get("fields")) if model is None else list(fields_of(model))
    is_plain = not any("*" in name or "(" in name for name in fields) and "aggregate" not in said
    return list(dict.fromkeys(name.partition(".")[0] for name in fields)) if is_plain else []


def _complete(query: dict[str, Any], key: str) -> dict[str, Any]:
    """With the fields that tell a row and its place, whichever others are wanted."""
    fields = names(query.get("fields")) or ["*"]
    sorts = [name.lstrip("-+") for name in names(query.get("sort"))]
    needed = [name for name in (key, *sorts) if not ("*" in fields and "." not in name and "(" not in name)]
    return {**query, "fields": [*fields, *(name for name in dict.fromkeys(needed) if name not in fields)]}


class _Keeping:
    """One table's subscription, and the other way for servers that keep no sets."""

    def __init__(self, gate: Gate, execute: Execute, collection: str, query: dict[str, Any]) -> None:
        self._gate, self._execute, self._collection, self._query = gate, execute, collection, query
        self._held: Held | None = None
        self._table: LiveTable[Any] | None = None
        self._dirty = anyio.Event()
        self._over = False

    def leave(self) -> None:
        """End it."""
        self._over = True
        self._dirty.set()
        if self._held is not None:
            self._gate.leave(self._held)

    async def follow(self, table: LiveTable[Any]) -> bool:
        """Subscribe to the set. False, and nothing is open, if the server keeps none: it does not answer with a position."""
        members = {"collection": self._collection, "query": self._query, "live": "set"}
        sink = _Early(table)
        held, _, frame = await begin(self._gate, members, sink, resume=True)
        self._held = held
        if frame.position is None:
            self._gate.leave(held)
            return False
        table.exact = True
        table.start(rows_of(frame))
        held.sink = table
        sink.flush()
        return True

    async def watch(self, table: LiveTable[Any], key: str) -> None:
        """Subscribe to all that happens to the collection, then read."""
        self._table = table
        members = {"collection": self._collection, "query": {"fields": [key], "limit": 1}}
        self._held, _, _ = await begin(self._gate, members, self, resume=False)
        table.start(await self._read())

    async def reread(self) -> None:
        """Read again whenever something has happened."""
        assert self._table is not None
        pause = _PAUSE
        while await self._moved(pause):
            try:
                self._table.become(await self._read())
                pause = _PAUSE
            except RowcastError as error:
                if not error.retry:
                    self.end(error)
                pause = min(2 * pause, _LONGEST)
                self._dirty.set()

    async def _moved(self, pause: float) -> bool:
        """Wait until something has happened, and so many seconds; False at the end."""
        await self._dirty.wait()
        await anyio.sleep(pause)
        self._dirty = anyio.Event()
        return not self._over

    async def _read(self) -> list[dict[str, Any]]:
        reply = await self._execute(Ask(collection=self._collection, action="read", query=self._query))
        rows: list[dict[str, Any]] = msgspec.json.decode(reply.data or b"[]")
        return rows

    def take(self, kind: str, frame: Frame) -> bool:
        """Something has happened."""
        self._dirty.set()
        return False

    async def room(self) -> None:
        """There always is."""

    def end(self, error: RowcastError | None = None) -> None:
        """Nothing more will come."""
        self._over = True
        self._dirty.set()
        if self._table is not None:
            self._table.end(error)


class _Early:
    """Events that come before the table has its first rows."""

    def __init__(self, table: LiveTable[Any]) -> None:
        self._table = table
        self._frames: list[tuple[str, Frame]] = []

    def take(self, kind: str, frame: Frame) -> bool:
        """Keep it for later."""
        self._frames.append((kind, frame))
        return False

    async def room(self) -> None:
        """There always is."""

    def end(self, error: RowcastError | None = None) -> None:
        """See the table."""
        self._table.end(error)

    def flush(self) -> None:
        """Now the table has them."""
        for kind, frame in self._frames:
            self._table.take(kind, frame)

"""Verbs of extensions outside any transaction: each is a mutation or question of its own. Must not know who asked the
extension."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowcast.auth import Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.engine import Engine
from rowcast.engine.read import read, read_keys
from rowcast.engine.update import update
from rowcast.errors import Forbidden
from rowcast.query.parse import Query
from rowcast.schema import Collection

Key = str | int
Who = Callable[[], Awaitable[Actor]]


@dataclass(frozen=True, slots=True)
class Outside:
    """See ``Desk``. ``who``: finds out as whom, when it is needed."""

    engine: Engine
    who: Who

    async def create(self, collection: str, payloads: Sequence[Mapping[str, Any]]) -> list[Key]:
        """See ``Desk.create``."""
        return await create(self.engine, await self.who(), collection, payloads)

    async def update(self, collection: str, keys: Sequence[Key], payload: Mapping[str, Any]) -> list[Key]:
        """See ``Desk.update``."""
        return await update(self.engine, await self.who(), collection, payload, keys=keys)

    async def delete(self, collection: str, keys: Sequence[Key]) -> list[Key]:
        """See ``Desk.delete``."""
        return await delete(self.engine, await self.who(), collection, keys=keys)

    async def read(self, collection: str, query: Query, keys: Sequence[Key] | None = None) -> bytes:
        """See ``Desk.read``."""
        if keys is not None:
            return (await read_keys(self.engine, await self.who(), collection, keys, query)).data
        data = (await read(self.engine, await self.who(), collection, query)).data
        return data if data[:1] == b"[" else b"[" + data + b"]"  # a singleton

    def collection(self, name: str) -> Collection:
        """See ``Desk.collection``."""
        found = self.engine.schema.get(name)
        if found is None:
            raise Forbidden
        return found

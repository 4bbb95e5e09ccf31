"""Bring an item back to how a revision holds it. Must not know who carries the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.read import read_one
from rowcast.engine.update import update
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.query.parse import parse
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int


async def revert(engine: Engine, actor: Actor, revision: Key) -> None:
    """Write the row that the revision kept, as an update of its own. Raises Forbidden when the revision or the item is not to be
    had, InvalidPayload when the revision holds no row, and as ``update``."""
    asked = parse({"fields": ["collection", "item", "data"]})
    answer = await read_one(engine, actor, "directus_revisions", revision, asked)
    found = msgspec.json.decode(answer.data)
    collection = engine.schema.get(found["collection"])
    if collection is None or not isinstance(found["data"], dict):
        raise InvalidPayload("Revision doesn't contain data to revert to")
    if not await update(engine, actor, collection.name, _settable(collection, found["data"]), keys=[found["item"]]):
        raise Forbidden()


def _settable(collection: Collection, row: dict[str, Any]) -> dict[str, Any]:
    """The columns that exist still, without the key and what the database computes."""
    columns = {f.name for f in collection.columns if f.column and not f.column.is_generated} - {collection.primary}
    return {name: value for name, value in row.items() if name in columns}

"""What must happen to a payload before its transaction: guards see it as it was sent, and secrets are hashed in a thread, so that
neither the event loop nor the writer waits for a slow hash. Must not write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.auth.passwords import is_hash
from rowcast.engine.account.hashing import hash_password
from rowcast.engine.guards import GUARDS
from rowcast.errors import InvalidPayload
from rowcast.query.sql.mutate import MASK
from rowcast.schema import Collection, Link, Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.guards import Deed

Payload = Mapping[str, Any]


DEEPEST = 50
"""How many rows may be nested in each other."""


async def prepare(
    engine: Engine, actor: Actor, collection: str, verb: Deed, payload: Payload, depth: int = 0, *, again: bool = False
) -> Payload:
    """The payload as it may enter a transaction, nested ones included. ``again``: parts of it were prepared before, so that hashes
    stay. Raises InvalidPayload when it is nested too deep, and what guards raise."""
    found = engine.schema.collections.get(collection)
    if found is None or not _concerned(engine.schema, found, payload):
        return payload
    if depth > DEEPEST:
        raise InvalidPayload(f"Items are nested in each other more than {DEEPEST} times")
    guard = GUARDS.get(collection)
    if guard is not None:
        payload = await guard.prepare(engine, actor, verb, payload)
    walk = Walk(engine, actor, found, depth, again)
    return {
        name: await walk.value(name, value, payload)
        for name, value in payload.items()
        if not _masked(found, name, value)
    }


@dataclass(frozen=True, slots=True)
class Walk:
    """The values of one payload of ``collection``, which is nested ``depth`` times."""

    engine: Engine
    actor: Actor
    collection: Collection
    depth: int
    again: bool

    async def value(self, name: str, value: Any, payload: Payload) -> Any:
        """The value as it may enter a transaction."""
        field, link = self.collection.fields.get(name), self.engine.schema.link(self.collection.name, name)
        if field is not None and "hash" in field.special and value is not None and value != "":
            return value if self.again and is_hash(str(value)) else await hash_password(str(value))
        if link is None or not isinstance(value, dict | list):
            return value
        if link.kind == "o2m":
            return await self._members(link, value)
        target = link.target if link.kind == "m2o" else payload.get(link.relation.one_collection_field or "")
        return await self._nested(str(target), value)

    async def _members(self, link: Link, value: Any) -> Any:
        target = link.relation.collection
        if isinstance(value, list):
            return [await self._nested(target, item) for item in value]
        return {
            part: [await self._nested(target, item) for item in items] if isinstance(items, list) else items
            for part, items in value.items()
        }

    async def _nested(self, collection: str, value: Any) -> Any:
        found = self.engine.schema.collections.get(collection)
        if found is None or not isinstance(value, dict):
            return value
        verb: Deed = "update" if value.get(found.primary) is not None else "create"
        return await prepare(self.engine, self.actor, collection, verb, value, self.depth + 1, again=self.again)


def is_small(payload: Payload) -> bool:
    """Whether nothing is nested in the payload: then it writes one row (and what hangs on it in the database)."""
    return not any(isinstance(value, dict | list) for value in payload.values())


def _concerned(schema: Schema, collection: Collection, payload: Payload) -> bool:
    """Whether anything in the payload needs a look: mostly not, and then it is not copied."""
    if collection.name in GUARDS:
        return True
    for name, value in payload.items():
        if isinstance(value, dict | list):
            if schema.link(collection.name, name) is not None:
                return True
        elif (field := collection.fields.get(name)) is not None and ("hash" in field.special or field.concealed):
            return True
    return False


def _masked(collection: Collection, name: str, value: Any) -> bool:
    """A concealed value that comes back as it was shown means: as it was."""
    field = collection.fields.get(name)
    return value == MASK and field is not None and field.concealed

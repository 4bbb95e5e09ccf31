"""Who may see which part of the data model; only administrators may change it. Must not know the wire form of anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.errors import Forbidden
from rowcast.policy import Rights
from rowcast.policy.rights import refusal
from rowcast.schema import Field, Relation, Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine


def require_admin(actor: Actor) -> None:
    """Raise Forbidden unless the actor is an administrator."""
    if not actor.admin:
        raise Forbidden


async def require_read(engine: Engine, actor: Actor, collection: str) -> Rights:
    """The actor's rights. Raises Forbidden, naming the action, unless some rows of ``collection`` may be read."""
    rights = await engine.rights(actor)
    if not rights.allows(collection, "read"):
        raise Forbidden(action_refusal("read", collection))
    return rights


def action_refusal(action: str, collection: str) -> str:
    """The sentence that refuses an action on a collection without telling whether it exists."""
    return f'You don\'t have permission to perform "{action}" for collection "{collection}" or it does not exist.'


def require_collection(schema: Schema, rights: Rights, name: str) -> None:
    """Raise Forbidden unless the collection exists and something in it may be read."""
    if name not in schema.collections:
        raise Forbidden(refusal(name))
    if not rights.allows(name, "read"):
        raise Forbidden


def sees_field(rights: Rights, found: Field) -> bool:
    """Whether the actor may read the field."""
    readable = rights.fields(found.collection, "read")
    return readable is None or found.name in readable


def sees_relation(rights: Rights, found: Relation) -> bool:
    """Whether the actor may read the relation's field and what it points to (for a many-to-any: one of its collections)."""
    readable = rights.fields(found.collection, "read")
    if readable is not None and found.field not in readable:
        return False
    return (
        any(rights.allows(name, "read") for name in ((found.related,) if found.related else found.allowed))
        or rights.admin
    )


def sees_folder(schema: Schema, rights: Rights, name: str) -> bool:
    """Whether a folder holds, at any depth, a collection that may be read."""
    if rights.admin:
        return True
    groups = {
        child: (found.meta or {}).get("group")
        for child, found in schema.collections.items()
        if rights.allows(child, "read")
    }
    return any(name in _ancestors(schema, group) for group in groups.values())


def _ancestors(schema: Schema, group: str | None) -> set[str]:
    found: set[str] = set()
    while group is not None and group not in found:
        found.add(group)
        owner = schema.get(group)
        meta = schema.folders.get(group) or (owner.meta if owner else None) or {}
        group = meta.get("group")
    return found

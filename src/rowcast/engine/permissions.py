"""What an actor may do, told to itself: a summary of all collections, and of one item. Must not know HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.mutation.cast import cast_key
from rowcast.errors import Forbidden
from rowcast.policy import Action, Rights
from rowcast.policy.payload import Variables, fill
from rowcast.policy.rights import both, is_true
from rowcast.query.sql import bind, count
from rowcast.query.tree import Always, Condition, Const, Leaf, Ref, Select, Test, Variable
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

ACTIONS: tuple[Action, ...] = ("create", "read", "update", "delete", "share")
ON_ITEMS: tuple[Action, ...] = ("update", "delete", "share")


async def summary(engine: Engine, actor: Actor) -> dict[str, dict[str, Any]]:
    """By collection and action: ``access`` (``none``, ``partial``: some rows, ``full``), the granted ``fields``, and
    ``presets`` with the actor's values. Only collections about which there is any rule. Raises Forbidden for the
    public."""
    if actor.user is None and actor.share is None:
        raise Forbidden
    return await granted(engine, actor)


async def granted(engine: Engine, actor: Actor) -> dict[str, dict[str, Any]]:
    """As ``summary``, of anybody."""
    rights = await engine.rights(actor)
    if rights.admin:
        everything: dict[str, Any] = {action: {"access": "full", "fields": ["*"]} for action in ACTIONS}
        return dict.fromkeys(rights.schema.collections, everything)
    variables = await engine.variables(actor, rights.variables)
    allowed = [name for name in rights.schema.collections if any(rights.allows(name, action) for action in ACTIONS)]
    return {name: {action: _grant(rights, name, action, variables) for action in ACTIONS} for name in allowed}


async def of_item(engine: Engine, actor: Actor, collection: str, key: str | None) -> dict[str, dict[str, bool]]:
    """Whether the actor may update, delete and share one item (of a singleton: the item, whether it was written or
    not). What does not exist may not be touched. Raises Forbidden for the public and when a key is missing."""
    if actor.user is None and actor.share is None:
        raise Forbidden
    rights = await engine.rights(actor)
    found = rights.schema.get(collection)
    if found is not None and key is None and not found.singleton:
        raise Forbidden
    return {action: {"access": await _may(engine, actor, rights, found, key, action)} for action in ON_ITEMS}


async def _may(
    engine: Engine, actor: Actor, rights: Rights, collection: Collection | None, key: str | None, action: Action
) -> bool:
    if collection is None or not rights.allows(collection.name, action):
        return False
    rows = rights.rows(collection.name, action)
    if key is None:
        return is_true(rows) or await exists(engine, actor, rights, collection, rows)
    cast = cast_key(collection.key, key)
    this = Test(Ref(collection.key), "eq", Const(cast))
    return cast is not None and await exists(engine, actor, rights, collection, both(this, rows))


async def exists(engine: Engine, actor: Actor, rights: Rights, collection: Collection, where: Condition) -> bool:
    """Whether there is an item for which the condition holds, with the actor's values for its variables."""
    select = Select(collection.name, (Leaf(collection.primary, Ref(collection.key)),), where)
    statement = count(select, rights.schema)
    names = frozenset(part.name for part in statement.binds if isinstance(part, Variable))
    args = bind(statement, await engine.variables(actor, names))
    return bool((await engine.store.read(statement.text, args))[0][0])


def _grant(rights: Rights, collection: str, action: Action, variables: Variables) -> dict[str, Any]:
    if not rights.allows(collection, action):
        return {"access": "none"}
    rules = rights.granted(collection, action)
    grant: dict[str, Any] = {
        "access": "full" if rights.rows(collection, action) == Always(True) else "partial",
        "fields": _fields(rule.get("fields") for rule in rules),
    }
    presets: dict[str, Any] = {}
    for rule in rules:
        presets.update(fill(rule.get("presets") or {}, variables))
    return {**grant, "presets": presets} if presets else grant


def _fields(lists: Iterable[Iterable[str] | None]) -> list[str]:
    """The union of the field lists, in the order in which they were written."""
    names = list(dict.fromkeys(name for fields in lists for name in fields or ()))
    return ["*"] if "*" in names else names

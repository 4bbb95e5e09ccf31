"""Who may be on a channel, and who may speak there. Must not know who is there.

A channel is named after what it is about: ``messages`` (a collection), ``messages/5`` (one of its rows), or ``#anything``. Entries
among the permissions open more: rules of the collection ``rowcast_channels`` with the action ``read`` (join) or ``create`` (speak),
whose ``permissions`` are a filter on ``name``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal

from rowcast.auth import Actor
from rowcast.engine.mutation.cast import cast_key
from rowcast.engine.permissions import exists
from rowcast.engine.telling.views import UNSEEN
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.policy import Action, Rights
from rowcast.policy.payload import fill
from rowcast.policy.rights import both, mentioned
from rowcast.query.check import violations
from rowcast.query.tree import Const, Ref, Test, Through, Variable
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

ENTRIES = "rowcast_channels"
FREE = "#"
LONGEST = 255
_PEOPLE = frozenset({"directus_users", "directus_roles"})


@dataclass(frozen=True, slots=True)
class Place:
    """What a channel is about. ``collection`` None: nothing but its name; ``key`` None: the whole collection."""

    name: str
    collection: str | None
    key: str | None


def place_of(name: str) -> Place:
    """The place that a name stands for. Raises InvalidPayload for a name that is none."""
    if not 0 < len(name) <= LONGEST or name == FREE or "\0" in name:
        raise InvalidPayload(f'"channel" has to be a name of at most {LONGEST} characters')
    if name.startswith(FREE):
        return Place(name, None, None)
    collection, mark, key = name.partition("/")
    return Place(name, collection, key if mark else None)


async def require_join(engine: Engine, actor: Actor, place: Place) -> None:
    """Raise Forbidden unless the actor may be there: whoever may read what the channel is about; of the public, and of channels
    that are about nothing, those for whom there is an entry."""
    rights = await engine.rights(actor)
    is_open = await _may(engine, actor, rights, place, "read")
    if not is_open or (actor.user is None and not await _has_entry(engine, actor, rights, place.name, "read")):
        raise Forbidden


async def require_speak(engine: Engine, actor: Actor, place: Place) -> None:
    """Raise Forbidden unless the actor, who is there, may speak: whoever may update what the channel is about, and those for whom
    there is an entry."""
    rights = await engine.rights(actor)
    if await _has_entry(engine, actor, rights, place.name, "create"):
        return
    if place.collection is None or not await _may(engine, actor, rights, place, "update"):
        raise Forbidden


async def depends(engine: Engine, actor: Actor, place: Place) -> frozenset[str]:
    """The collections whose rows decide, besides the row itself, whether the actor may be there."""
    rights = await engine.rights(actor)
    found: set[str] = set()
    if place.collection is None or actor.user is None:
        found.update(_led(engine, rights, mentioned(_entries(rights, "read"))))
    if place.collection is not None and place.key is not None:
        found.update(_reached(engine, rights, rights.rows(place.collection, "read")))
    return frozenset(found)


async def _may(engine: Engine, actor: Actor, rights: Rights, place: Place, action: Literal["read", "update"]) -> bool:
    if place.collection is None:
        return await _has_entry(engine, actor, rights, place.name, "read")
    collection = rights.schema.get(place.collection)
    if collection is None or place.collection in UNSEEN or not rights.allows(place.collection, action):
        return False
    return place.key is None or await _may_row(engine, actor, rights, collection, place.key, action)


async def _may_row(
    engine: Engine, actor: Actor, rights: Rights, collection: Collection, key: str, action: Action
) -> bool:
    cast = cast_key(collection.key, key)
    if str(cast) != key:  # one row, one channel
        return False
    this = Test(Ref(collection.key), "eq", Const(cast))
    rows = rights.rows(collection.name, action)
    return await exists(engine, actor, rights, collection, both(this, rows))


async def _has_entry(engine: Engine, actor: Actor, rights: Rights, name: str, action: Action) -> bool:
    """Whether an entry among the permissions is about that name."""
    if rights.admin or actor.share is not None:
        return rights.admin
    filters = _entries(rights, action)
    variables = await engine.variables(actor, frozenset(one for one in mentioned(filters) if "." in one))
    return any(not violations(fill(one, variables), {"name": name}, all_required=True) for one in filters)


def _entries(rights: Rights, action: Action) -> list[Any]:
    """The filters of the entries among the permissions."""
    return [row.get("permissions") or {} for row in rights.granted(ENTRIES, action)]


def _led(engine: Engine, rights: Rights, names: Iterable[str]) -> Iterator[str]:
    """The collections that decide about these variables."""
    dotted = [name for name in names if "." in name]
    if dotted:
        yield from _PEOPLE
        yield from engine.stems.of(rights, dotted)


def _reached(engine: Engine, rights: Rights, node: Any) -> Iterator[str]:
    """The collections that a condition leads through."""
    if isinstance(node, Variable):
        yield from _led(engine, rights, [node.name])
    if isinstance(node, Through):
        yield node.target
        yield node.link.relation.collection
    if isinstance(node, tuple):
        for part in node:
            yield from _reached(engine, rights, part)
    elif is_dataclass(node) and type(node).__module__.startswith("rowcast.query"):
        for each in fields(node):
            yield from _reached(engine, rights, getattr(node, each.name))

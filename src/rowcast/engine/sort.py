"""Move an item to the place of another in the manual order of its collection. Must not know who carries the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.mutation.cast import cast_key
from rowcast.engine.mutation.reach import may_update
from rowcast.engine.mutation.scope import Scope, within
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.query.sql import mutate

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int
Ranks = Sequence[tuple[Key, Any]]


async def sort(engine: Engine, actor: Actor, collection: str, item: Any, to: Any) -> None:
    """Move ``item`` to where ``to`` is; the items between give way by one. Where items have no place yet or share one, all are
    numbered from 1 first. Announced as one update.

    Raises Forbidden (the actor must be allowed to set the sort field of both) and InvalidPayload (no sort field).
    """

    async def work(scope: Scope) -> None:
        found = scope.writing.collection(collection)
        if not scope.rights.allows(collection, "update"):
            what = f'You don\'t have permission to perform "update" for collection "{collection}" or it does not exist.'
            raise Forbidden(what)
        field = found.sort_field
        if field is None or field not in found.fields:
            raise InvalidPayload(f'Collection "{collection}" doesn\'t have a sort field')
        keys = [key for value in (item, to) if (key := cast_key(found.key, value)) is not None]
        await may_update(scope, found, keys, (field,), 2)
        rows = await scope.tx.fetch(scope.writing.text(mutate.ranks, found, field))
        moved = _moved([(row[0], row[1]) for row in rows], *keys) if len(keys) == 2 else None
        if moved is None:
            raise Forbidden()
        if moved:
            scope.step(len(moved))
            await scope.tx.fetch(scope.writing.text(mutate.rank, found, field), (msgspec.json.encode(moved).decode(),))

    await within(engine, actor, work)


def _moved(ranks: Ranks, item: Key, to: Key) -> list[tuple[Key, Any]] | None:
    """The (key, place) of every item whose place changes; None if one of the two is not there."""
    keys = [key for key, _ in ranks]
    if item not in keys or to not in keys:
        return None
    places: list[Any] = [place for _, place in ranks]
    if None in places or len(set(places)) < len(places):
        places = list(range(1, len(places) + 1))
    target = keys.index(to)
    keys.remove(item)
    keys.insert(target, item)
    before = dict(ranks)
    return [(key, place) for key, place in zip(keys, places, strict=True) if before[key] != place]

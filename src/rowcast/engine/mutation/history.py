"""Activity (who did what) and revisions (the row after each change), as far as the collection keeps them. Must not know payload
rules; concealed values never enter a revision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.query.sql.mutate import ACTIVITIES, ACTIVITY, ADOPT, LAST_ACTIVITY, MASK, REVISION, REVISIONS
from rowcast.schema import Collection
from rowcast.store.base import Transaction

if TYPE_CHECKING:
    from rowcast.engine.mutation.plan import WritePlan
    from rowcast.engine.mutation.scope import Scope

_encode = msgspec.json.encode
Entry = tuple[tuple[Any, ...], tuple[Any, ...] | None]
"""An activity, and the revision that belongs to it."""


async def note(scope: Scope, collection: Collection, action: str, key: object) -> None:
    """Write the activity, where the collection keeps any."""
    if collection.accountability is None:
        return
    if scope.is_flat:
        await scope.tx.defer(write_all, (_activity(scope, collection, action, key), None))
    else:
        await scope.tx.fetch(ACTIVITY, _activity(scope, collection, action, key))


async def keep(
    scope: Scope,
    collection: Collection,
    action: str,
    key: object,
    image: str | None,
    delta: str | None,
    parent: int | None,
) -> int | None:
    """Write activity and revision of one changed row. Returns the revision's id; None where the collection keeps none, or where
    nobody needs it (``Scope.is_flat``), so that it is written later together with others."""
    if collection.accountability is None:
        return None
    activity, name = _activity(scope, collection, action, key), str(key)[:255]
    kept = collection.accountability == "all" and image is not None
    if scope.is_flat:
        await scope.tx.defer(write_all, (activity, (collection.name, name, image, delta, parent) if kept else None))
        return None
    rows = await scope.tx.fetch(ACTIVITY, activity)
    if not kept:
        return None
    rows = await scope.tx.fetch(REVISION, (rows[0][0], collection.name, name, image, delta, parent))
    return int(rows[0][0])


async def write_all(tx: Transaction, rows: Sequence[Entry]) -> None:
    """Write activities and their revisions."""
    last = (await tx.fetch(LAST_ACTIVITY))[0][0]
    numbered = [(last + place, *entry) for place, entry in enumerate(rows, 1)]
    await tx.fetch_many(ACTIVITIES, [(number, *activity) for number, activity, _ in numbered])
    revisions = [(number, *revision) for number, _, revision in numbered if revision is not None]
    if revisions:
        await tx.fetch_many(REVISIONS, revisions)


def _activity(scope: Scope, collection: Collection, action: str, key: object) -> tuple[Any, ...]:
    a = scope.actor
    origin = a.origin and a.origin[:255]
    return (action, a.user, scope.now, a.ip, a.user_agent, origin, collection.name, str(key)[:255])


async def adopt(scope: Scope, parent: int | None, children: Sequence[int]) -> None:
    """Make revisions that were written before their parent its children."""
    if parent is not None and children:
        await scope.tx.fetch(ADOPT, (parent, _encode(children).decode()))


def delta_of(plan: WritePlan, payload: Mapping[str, Any], made: Iterable[Any]) -> str:
    """What the mutation set, as JSON text."""
    values = {name: payload[name] for name, _ in plan.given}
    for name in plan.masked:
        if values[name] is not None:
            values[name] = MASK
    values.update(zip((name for name, _ in plan.made), made, strict=False))
    return _encode(values).decode()

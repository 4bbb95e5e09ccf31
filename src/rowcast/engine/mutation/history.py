"""Activity (who did what) and revisions (the row after each change), as far as the collection keeps them. Must not know payload
rules; concealed values never enter a revision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.query.sql.mutate import ACTIVITY, ADOPT, MASK, REVISION
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.mutation.plan import WritePlan
    from rowcast.engine.mutation.scope import Scope

_encode = msgspec.json.encode


async def note(scope: Scope, collection: Collection, action: str, key: object) -> int | None:
    """Write the activity; its id, or None where the collection keeps none."""
    if collection.accountability is None:
        return None
    a = scope.actor
    rows = await scope.tx.fetch(
        ACTIVITY,
        (action, a.user, scope.now, a.ip, a.user_agent, a.origin and a.origin[:255], collection.name, str(key)[:255]),
    )
    return int(rows[0][0])


async def keep(
    scope: Scope,
    collection: Collection,
    action: str,
    key: object,
    image: str | None,
    delta: str | None,
    parent: int | None,
) -> int | None:
    """Write activity and revision of one changed row; the revision's id, or None where the collection keeps none."""
    activity = await note(scope, collection, action, key)
    if activity is None or image is None or collection.accountability != "all":
        return None
    rows = await scope.tx.fetch(REVISION, (activity, collection.name, str(key)[:255], image, delta, parent))
    return int(rows[0][0])


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

"""Shares: made only of items that one may share, never with a role of administrators by others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.engine.guards.admins import require_no_gain
from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.engine.mutation.cast import cast_key
from rowcast.errors import Forbidden
from rowcast.policy.rights import both, refusal
from rowcast.query.sql import bind, count
from rowcast.query.tree import Const, Leaf, Ref, Select, Test

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope


class ShareGuard(Guard):
    """The rules of ``directus_shares``."""

    async def before(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> Payload:
        """The right to share the very item; a share stays with its item."""
        if scope.actor.admin or verb == "delete":
            return payload
        if verb == "create":
            await _require_share(scope, payload.get("collection"), payload.get("item"))
        elif "collection" in payload or "item" in payload:
            raise Forbidden
        if payload.get("role") is not None:
            await require_no_gain(scope, role=str(payload["role"]))
        return payload


async def _require_share(scope: Scope, name: object, item: object) -> None:
    collection = scope.schema.get(name) if isinstance(name, str) else None
    if collection is None:
        raise Forbidden
    scope.rights.require(collection.name, "share")
    key = cast_key(collection.key, item)
    this = Test(Ref(collection.key), "eq", Const(key))
    rows = both(this, both(scope.rights.rows(collection.name, "share"), scope.rights.rows(collection.name, "read")))
    statement = count(Select(collection.name, (Leaf(collection.primary, Ref(collection.key)),), rows), scope.schema)
    if key is None or not (await scope.tx.fetch(statement.text, bind(statement, scope.variables)))[0][0]:
        raise Forbidden(refusal(collection.name))

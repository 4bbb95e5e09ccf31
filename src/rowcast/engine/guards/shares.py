"""Shares: made only of items that one may share, never with a role of administrators by others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.engine.guards.admins import require_no_gain
from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.engine.guards.items import require_item
from rowcast.errors import Forbidden

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope


class ShareGuard(Guard):
    """The rules of ``directus_shares``."""

    async def before(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> Payload:
        """The right to share the very item; a share stays with its item."""
        if verb == "create":
            await require_item(scope, payload.get("collection"), payload.get("item"), "share", "read")
        elif not scope.actor.admin and ("collection" in payload or "item" in payload):
            raise Forbidden
        if payload.get("role") is not None:
            await require_no_gain(scope, role=str(payload["role"]))
        return payload

"""Comments: made only on items that one may read, and never moved to others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.engine.guards.items import require_item
from rowcast.errors import Forbidden

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope


class CommentGuard(Guard):
    """The rules of ``directus_comments``."""

    async def before(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> Payload:
        """The right to read the very item; a comment stays with it."""
        if scope.actor.admin or verb == "delete":
            return payload
        if verb == "create":
            await require_item(scope, payload.get("collection"), payload.get("item"), "read")
        elif "collection" in payload or "item" in payload:
            raise Forbidden
        return payload

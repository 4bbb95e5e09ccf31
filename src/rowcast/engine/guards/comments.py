"""Comments: made only on items that one may read, and never moved to others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.engine.guards.items import require_item
from rowcast.errors import Forbidden, InvalidPayload

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.scope import Scope


class CommentGuard(Guard):
    """The rules of ``directus_comments``."""

    async def prepare(self, engine: Engine, actor: Actor, verb: Deed, payload: Payload) -> Payload:
        """It is on something."""
        if verb == "create":
            for name in ("collection", "item"):
                if name not in payload:
                    raise InvalidPayload(f'"{name}" is required')
        return payload

    async def before(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> Payload:
        """The right to read the very item; a comment stays with it."""
        if scope.actor.admin or verb == "delete":
            return payload
        if verb == "create":
            await require_item(scope, payload.get("collection"), payload.get("item"), "read")
        elif "collection" in payload or "item" in payload:
            raise Forbidden
        return payload

"""Comments: made only on items that there are and that one may read; only administrators move them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.engine.guards.items import require_item
from rowcast.engine.mutation.reach import key_list
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.query.sql.mutate import COMMENTED

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
        """There is such an item, and one may read it; a comment stays with it."""
        if verb == "create":
            await require_item(scope, payload.get("collection"), payload.get("item"), "read")
        elif ("collection" in payload or "item" in payload) and not scope.actor.admin:
            raise Forbidden
        return payload

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """A comment that was moved is on something, too."""
        if verb == "update" and ("collection" in payload or "item" in payload):
            for row in await scope.tx.fetch(COMMENTED, (key_list(keys),)):
                await require_item(scope, *row, "read")

"""Operations of flows: nobody writes one that acts with more rights than those of whoever sets it off, but administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.engine.guards.base import Deed, Guard, Payload
from rowcast.errors import Forbidden

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

_HARMLESS = (None, "$trigger", "$public")


class OperationGuard(Guard):
    """The rules of ``directus_operations``."""

    async def prepare(self, engine: Engine, actor: Actor, verb: Deed, payload: Payload) -> Payload:
        """No borrowed rights."""
        options = payload.get("options")
        who = options.get("permissions") if isinstance(options, Mapping) else None
        if who not in _HARMLESS and not actor.admin:
            raise Forbidden
        return payload

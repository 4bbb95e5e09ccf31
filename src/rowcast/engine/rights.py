"""Loads and keeps the rights of each class of actors. Must not know what rights mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.internal import internal_rows
from rowcast.feed import Commit
from rowcast.policy import Rights
from rowcast.policy.app import APP_RULES

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

ClassKey = tuple[tuple[str, ...], bool, bool]


class RightsCache:
    """(policies, app, admin) → rights. Dropped by any commit on the permissions and by a new schema."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[ClassKey, Rights] = {}
        self._epoch = 0

    def at_hand(self, actor: Actor) -> Rights | None:
        """The rights if they are loaded and of the newest schema."""
        found = self._known.get((actor.policies, actor.app, actor.admin))
        return found if found is not None and found.schema is self._engine.schema else None

    async def load(self, actor: Actor) -> Rights:
        """Read the rules of the actor's policies. What a commit makes stale while it is read is read again."""
        key = (actor.policies, actor.app, actor.admin)
        while True:
            epoch, schema = self._epoch, self._engine.schema
            rows = [] if actor.admin else await self._rows(actor)
            if epoch == self._epoch and schema is self._engine.schema:
                rights = self._known[key] = Rights(schema, rows, key=(key, epoch), admin=actor.admin)
                return rights

    def committed(self, commit: Commit) -> None:
        """Forget everything when a rule has changed."""
        if any(change.collection == "directus_permissions" for change in commit.changes):
            self._known.clear()
            self._epoch += 1

    async def _rows(self, actor: Actor) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = list(APP_RULES) if actor.app else []
        if actor.policies:
            mine = {"policy": {"_in": list(actor.policies)}}
            rows += await internal_rows(self._engine, "directus_permissions", filter=mine, sort="id")
        return rows

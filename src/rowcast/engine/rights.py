"""Loads and keeps the rights of each class of actors. Must not know what rights mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.internal import internal_rows
from rowcast.engine.mutation.cast import cast_key
from rowcast.errors import Forbidden
from rowcast.feed import Commit
from rowcast.policy import Rights
from rowcast.policy.app import APP_RULES
from rowcast.policy.share import ShareRights
from rowcast.schema import Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

ClassKey = tuple[tuple[str, ...], bool, bool, str | None]
_SOURCES = frozenset({"directus_permissions", "directus_shares"})


class RightsCache:
    """(policies, app, admin, share) → rights. Dropped by any commit on permissions or shares and by a new schema."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[ClassKey, Rights] = {}
        self._epoch = 0

    def at_hand(self, actor: Actor) -> Rights | None:
        """The rights if they are loaded and of the newest schema."""
        found = self._known.get((actor.policies, actor.app, actor.admin, actor.share))
        return found if found is not None and found.schema is self._engine.schema else None

    async def load(self, actor: Actor) -> Rights:
        """Read the rules of the actor's policies. What a commit makes stale while it is read is read again."""
        key = (actor.policies, actor.app, actor.admin, actor.share)
        while True:
            epoch, schema = self._epoch, self._engine.schema
            rows = [] if actor.admin else await self._rows(actor)
            if epoch == self._epoch and schema is self._engine.schema:
                rights = await self._of_share(actor, schema, rows, key=(key, epoch)) if actor.share else None
                self._known[key] = rights or Rights(schema, rows, key=(key, epoch), admin=actor.admin)
                return self._known[key]

    def committed(self, commit: Commit) -> None:
        """Forget everything when a rule has changed."""
        if not commit.decisive.isdisjoint(_SOURCES):
            self._known.clear()
            self._epoch += 1

    async def _of_share(self, actor: Actor, schema: Schema, rows: list[Mapping[str, Any]], *, key: object) -> Rights:
        identities = self._engine.identities
        share = await identities.share(actor.share or "")
        if share is None:
            raise Forbidden
        standing = await identities.role(share.role)
        everything = any(policy.admin and policy.id in actor.policies for policy in standing.policies)
        collection = schema.get(share.collection)
        item = cast_key(collection.key, share.item) if collection else None
        return ShareRights(
            schema, None if everything else rows, share.collection, share.item if item is None else item, key=key
        )

    async def _rows(self, actor: Actor) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = list(APP_RULES) if actor.app else []
        if actor.policies:
            mine = {"policy": {"_in": list(actor.policies)}}
            rows += await internal_rows(self._engine, "directus_permissions", filter=mine, sort="id")
        return rows

"""Versions: of items of versioned collections that one may read, each with a key of its own, changed by saving to them alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.engine.guards.items import require_item
from rowcast.errors import Forbidden, InvalidPayload, Unprocessable
from rowcast.query.sql import versions

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.scope import Scope

_FIXED = ("collection", "item")
_BY_HAND = ("delta", "hash")


class VersionGuard(Guard):
    """The rules of ``directus_versions``."""

    async def prepare(self, engine: Engine, actor: Actor, verb: Deed, payload: Payload) -> Payload:
        """A key that does not mean the item itself; nothing that saving and promoting set."""
        from rowcast.engine.versions import MAIN

        if payload.get("key") == "":
            raise InvalidPayload('"key" is not allowed to be empty')
        if payload.get("key") in MAIN:
            raise InvalidPayload(f'"{payload["key"]}" is a reserved version key')
        for name in _BY_HAND:
            if payload.get(name) is not None:
                raise InvalidPayload(f'You can\'t change the "{name}" value manually')
        if verb == "create" and payload.get("item") is None:
            raise InvalidPayload('"item" is required')
        return payload

    async def before(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> Payload:
        """A versioned collection, the right to read the very item; a version stays with it."""
        if verb == "create":
            return await self._create(scope, payload)
        if verb == "update" and not scope.rights.admin and any(name in payload for name in _FIXED):
            raise Forbidden
        return payload

    async def _create(self, scope: Scope, payload: Payload) -> Payload:
        from rowcast.engine.versions import hash_of, image

        name = payload.get("collection")
        if not (await scope.tx.fetch(versions.IS_VERSIONED, (name, True)))[0][0]:
            raise Unprocessable(f'Content Versioning is not enabled for collection "{name}"')
        await require_item(scope, name, payload.get("item"), "read")
        rows = await image(scope, scope.writing.collection(str(name)), payload["item"])
        return {**payload, "item": str(payload["item"]), "hash": hash_of(rows)}

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """One version of each key for an item."""
        if verb != "delete" and "key" in payload:
            for key in keys:
                if (await scope.tx.fetch(versions.IS_TAKEN, (key,)))[0][0]:
                    raise Unprocessable(f'Version "{payload["key"]}" already exists for this item')

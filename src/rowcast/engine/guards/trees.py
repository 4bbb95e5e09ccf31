"""Rows that point to rows of their own table and must never come back to themselves; and folders, which are no more than that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.errors import InvalidPayload
from rowcast.query.sql import trees

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope


async def require_no_loop(scope: Scope, text: str, keys: Sequence[Key], told: str) -> None:
    """Raise InvalidPayload (``told``) if one of the rows leads back to itself. ``text`` is one of ``query.sql.trees``."""
    if (await scope.tx.fetch(text, (msgspec.json.encode(list(keys)).decode(),)))[0][0]:
        raise InvalidPayload(told)


class FolderGuard(Guard):
    """The rules of ``directus_folders``."""

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """A tree: what is in itself would be found nowhere."""
        if payload.get("parent") is not None:
            told = "A folder cannot have a parent that is already a descendant of itself"
            await require_no_loop(scope, trees.FOLDERS, keys, told)

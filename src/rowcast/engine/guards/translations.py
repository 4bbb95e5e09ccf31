"""Translations: one text for each key and language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.errors import InvalidPayload
from rowcast.query.sql.translations import IS_TAKEN

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope


class TranslationGuard(Guard):
    """The rules of ``directus_translations``."""

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """No second text for the same."""
        if verb == "delete" or not {"key", "language"} & payload.keys():
            return
        for key in keys:
            if (await scope.tx.fetch(IS_TAKEN, (key,)))[0][0]:
                raise InvalidPayload("Duplicate key and language combination")

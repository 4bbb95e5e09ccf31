"""Files: where the bytes of a row are is not for its writers to say: else a row could be made that shows another's bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.policy.rights import field_refusal
from rowcast.query.sql import files

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.scope import Scope

_PLACE = ("filename_disk", "storage")


class FileGuard(Guard):
    """The rules of ``directus_files``. Uploads do not come this way: they know what they say."""

    async def prepare(self, engine: Engine, actor: Actor, verb: Deed, payload: Payload) -> Payload:
        """Only administrators say where bytes are, and only by a name within the storage. A row without bytes belongs
        to the first storage."""
        for name in _PLACE:
            if name in payload and not actor.admin:
                raise Forbidden(field_refusal("directus_files", name))
        disk = payload.get("filename_disk")
        if disk is not None and (
            not isinstance(disk, str) or disk.startswith(".") or not disk.isprintable() or "/" in disk
        ):
            raise InvalidPayload('"filename_disk" has to be a plain name')
        if verb == "create" and payload.get("storage") is None:
            return {**payload, "storage": engine.files.default}
        return payload

    async def before(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> Payload:
        """Let go of a deleted file where settings and users show it."""
        if verb == "delete":
            for key in keys:
                for text in files.FORGET_FILE:
                    await scope.tx.fetch(text, (key,))
        return payload

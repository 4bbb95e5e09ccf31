"""What a guard of a system collection may do around writes of its rows. Must not know any particular collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from rowcast.auth import Actor

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.scope import Scope

Key = str | int
Deed = Literal["create", "update", "delete"]
Payload = Mapping[str, Any]


class Guard:
    """Rules of one system collection that no permission can lift. Override what is needed; an exception refuses the write."""

    async def prepare(self, engine: Engine, actor: Actor, verb: Deed, payload: Payload) -> Payload:
        """Before the transaction, on the event loop, with the payload as it was sent (passwords in clear): for checks of form.
        Returns the payload to go on with. Called for nested payloads too."""
        return payload

    async def before(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> Payload:
        """In the transaction, when rights are checked and presets filled in. ``keys`` are those of the rows (create: none);
        ``payload`` is what will be set (delete: empty). Returns the payload to go on with. Only ``scope.tx`` may be awaited."""
        return payload

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """In the transaction, when the rows are written: for checks of the state as a whole (is there still an administrator?)."""

"""One question about items as a value, and its answer: what the verbs of ``items`` have in common, whichever way they travel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from rowcast.client.frames import Meta

Action = Literal["create", "read", "update", "delete"]
Key = str | int


class Ask(Struct, frozen=True, kw_only=True):
    """Which of ``id``, ``ids``, ``data`` and ``query`` are given decides the form. ``single``: the collection has one row only."""

    collection: str
    action: Action
    id: Key | UnsetType = UNSET
    ids: Sequence[Key] | UnsetType = UNSET
    data: Any = UNSET
    query: dict[str, Any] | UnsetType = UNSET
    single: bool = False


class Reply(Struct, frozen=True):
    """Rows (or keys, for a delete) as JSON; None where the server sends none."""

    data: Raw | None
    meta: Meta = Meta()

    def json(self) -> Any:
        """What it says, decoded; None where the server sends nothing."""
        return None if self.data is None else msgspec.json.decode(self.data)


Execute = Callable[[Ask], Awaitable[Reply]]

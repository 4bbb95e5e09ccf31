"""What a flow is, as the database holds it. Must not run anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rowcast.engine.internal import internal_rows

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

FLOWS, OPERATIONS = "directus_flows", "directus_operations"


@dataclass(frozen=True, slots=True)
class Operation:
    """One step. ``resolve`` and ``reject`` are the ids of what follows when it went well, and when not."""

    id: str
    key: str
    type: str
    options: Mapping[str, Any]
    resolve: str | None
    reject: str | None


@dataclass(frozen=True, slots=True)
class Flow:
    """An active flow. ``first`` is the id of its first operation; ``accountability``: ``all`` keeps each run with its data,
    ``activity`` that there was one."""

    id: str
    name: str
    trigger: str | None
    accountability: str | None
    options: Mapping[str, Any]
    first: str | None
    operations: Mapping[str, Operation] = field(default_factory=dict)

    def names(self, option: str) -> tuple[str, ...]:
        """An option that is a list of names, or one."""
        value = self.options.get(option)
        return tuple(map(str, value)) if isinstance(value, list) else (str(value),) if value else ()


async def load(engine: Engine) -> dict[str, Flow]:
    """All active flows by id."""
    steps: dict[str, dict[str, Operation]] = {}
    for row in await internal_rows(
        engine, OPERATIONS, fields=["id", "key", "type", "options", "resolve", "reject", "flow"]
    ):
        operation = Operation(
            row["id"], row["key"], row["type"], _object(row["options"]), row["resolve"], row["reject"]
        )
        steps.setdefault(row["flow"], {})[operation.id] = operation
    asked = ["id", "name", "trigger", "accountability", "options", "operation"]
    rows = await internal_rows(engine, FLOWS, fields=asked, filter={"status": {"_eq": "active"}})
    return {
        row["id"]: Flow(
            row["id"],
            row["name"],
            row["trigger"],
            row["accountability"],
            _object(row["options"]),
            row["operation"],
            steps.get(row["id"], {}),
        )
        for row in rows
    }


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

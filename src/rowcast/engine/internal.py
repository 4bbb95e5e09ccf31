"""Reads for the program's own needs, by the same question tree as everybody's, without rights. Must not write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.query.parse import parse
from rowcast.query.resolve import resolve
from rowcast.query.sql import bind, rows

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

_decode = msgspec.json.Decoder(list[dict[str, Any]]).decode
LIMITS = (-1, None, 10)


async def internal_rows(engine: Engine, collection: str, **query: Any) -> list[dict[str, Any]]:
    """The rows that a query (REST parameters as arguments: ``filter``, ``fields``, ``sort`` …) gives, decoded; no limit unless
    one is asked for. Concealed fields come as they are stored."""
    schema = engine.schema
    select = resolve(schema, collection, parse({"limit": -1, **query}), None, LIMITS)
    statement = rows(select, schema, reveal=True)
    found = await engine.store.read(statement.text, bind(statement, _no_variables))
    return _decode(found[0][0])


async def internal_row(engine: Engine, collection: str, **query: Any) -> dict[str, Any] | None:
    """The first row of ``internal_rows``, or None."""
    found = await internal_rows(engine, collection, **{**query, "limit": 1})
    return found[0] if found else None


def _no_variables(name: str) -> Any:
    raise LookupError(name)

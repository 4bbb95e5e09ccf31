"""Groups: what stands in another thing of its kind, collections in collections and fields in fields, never in itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rowcast.errors import InvalidPayload
from rowcast.schema import Schema

Meta = Mapping[str, Any] | None


def require_no_circle(schema: Schema, collections: Iterable[str], fields: Iterable[tuple[str, str]] = ()) -> None:
    """Raise InvalidPayload if one of these collections or fields stands, at any depth, in itself."""
    for name in collections:
        if _is_circled(name, lambda each: _collection(schema, each)):
            raise InvalidPayload(f'Collection "{name}" can\'t be grouped in itself')
    for owner, name in fields:
        if _is_circled(name, lambda each, owner=owner: _field(schema, owner, each)):  # type: ignore[misc]
            raise InvalidPayload(f'Field "{name}" in collection "{owner}" can\'t be grouped in itself')


def _collection(schema: Schema, name: str) -> Meta:
    found = schema.get(name)
    return found.meta if found is not None else schema.folders.get(name)


def _field(schema: Schema, owner: str, name: str) -> Meta:
    collection = schema.get(owner)
    found = collection.fields.get(name) if collection is not None else None
    return found.meta if found is not None else None


def _is_circled(name: str, meta: Callable[[str], Meta]) -> bool:
    """Whether the groups of ``name`` lead back to it."""
    seen: set[str] = set()
    group = (meta(name) or {}).get("group")
    while isinstance(group, str) and group != name and group not in seen:
        seen.add(group)
        group = (meta(group) or {}).get("group")
    return group == name

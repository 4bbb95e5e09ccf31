"""Which members of a ``meta`` object are columns of the metadata tables. Must not know what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rowcast.errors import InvalidPayload
from rowcast.schema.system import system

_IDENTITY = {
    "directus_collections": frozenset({"collection", "system"}),
    "directus_fields": frozenset({"id", "collection", "field", "system"}),
    "directus_relations": frozenset({"id", "many_collection", "many_field", "one_collection", "system"}),
}
"""What clients send back as they have read it, although it follows from where the object stands."""


def own_members(table: str, meta: Mapping[str, Any], *, lenient: bool = False) -> dict[str, Any]:
    """The members that can be written. Raises InvalidPayload for one that the table does not have; ``lenient`` leaves it out
    (snapshots of other versions)."""
    known = {column.name for column in system().tables[table].columns}
    unknown = [name for name in meta if name not in known and name not in _IDENTITY[table]]
    if unknown and not lenient:
        raise InvalidPayload(f'"meta.{unknown[0]}" is not allowed')
    return {name: value for name, value in meta.items() if name in known and name not in _IDENTITY[table]}

"""What clients send to change the data model, checked for its form and turned into frozen values. Must not know what exists.

Every refusal is an InvalidPayload that names the member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowcast.errors import InvalidPayload
from rowcast.schema.types import TYPES

ALIAS_TYPES = frozenset({"alias", "o2m", "m2m", "m2a", "o2a", "files", "translations"})
_ACCEPTED = TYPES | ALIAS_TYPES
NAME_LENGTH = 64
_RESERVED = ("directus_", "rowcast_", "sqlite_")

Meta = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldPayload:
    """A field as it is asked for. ``column`` None: an alias; ``meta`` None: no row of ``directus_fields``."""

    name: str
    type: str | None
    column: Mapping[str, Any] | None
    meta: Meta | None


@dataclass(frozen=True, slots=True)
class CollectionPayload:
    """A collection as it is asked for. Without ``table`` it is a folder; ``meta`` None: the table is not tracked."""

    name: str
    table: bool
    meta: Meta | None
    fields: tuple[FieldPayload, ...]


@dataclass(frozen=True, slots=True)
class RelationPayload:
    """A relation as it is asked for; ``key`` None: no foreign key in the database."""

    collection: str
    field: str
    related: str | None
    key: Mapping[str, Any] | None
    meta: Meta


def collection_payload(raw: Any) -> CollectionPayload:
    """The body of a new collection."""
    body = mapping(raw, "value")
    name = _collection_name(body)
    table, meta = optional(body, "schema"), optional(body, "meta")
    if table is None and meta is None:
        meta = {}
    return CollectionPayload(
        name, table is not None, meta, tuple(field_payload(part) for part in _list(body, "fields"))
    )


def field_payload(raw: Any) -> FieldPayload:
    """The body of a new field."""
    body = mapping(raw, "value")
    kind, meta = field_type(body), optional(body, "meta")
    is_column = kind is not None and kind not in ALIAS_TYPES
    if not is_column and meta is None:
        meta = {}
    return FieldPayload(name(body, "field"), kind, (optional(body, "schema") or {}) if is_column else None, meta)


def field_type(body: Mapping[str, Any]) -> str | None:
    """The member ``type``; None when it is not said."""
    kind = body.get("type")
    if kind is not None and not (isinstance(kind, str) and kind in _ACCEPTED):
        raise InvalidPayload(f'"type" must be one of [{", ".join([*sorted(_ACCEPTED), "null"])}]')
    return kind


def relation_payload(raw: Any) -> RelationPayload:
    """The body of a new relation."""
    body = mapping(raw, "value")
    collection, field = name(body, "collection"), name(body, "field")
    related = body.get("related_collection")
    if related is not None and not isinstance(related, str):
        raise InvalidPayload('"related_collection" must be a string')
    key = optional(body, "schema") if "schema" in body else {}
    return RelationPayload(
        collection, field, related, key if related is not None else None, optional(body, "meta") or {}
    )


def mapping(raw: Any, member: str) -> Mapping[str, Any]:
    """``raw`` itself if it is an object."""
    if not isinstance(raw, Mapping):
        raise InvalidPayload(f'"{member}" must be of type object')
    return raw


def several(raw: Any) -> Sequence[Any]:
    """``raw`` itself if it is a list."""
    if not isinstance(raw, list):
        raise InvalidPayload('"value" must be an array')
    return raw


def several_names(raw: Any) -> Sequence[str]:
    """``raw`` itself if it is a list of names."""
    if not all(isinstance(part, str) for part in several(raw)):
        raise InvalidPayload('"value" must be an array of strings')
    return several(raw)


def optional(body: Mapping[str, Any], member: str) -> Mapping[str, Any] | None:
    """A member that is an object, null or left out."""
    value = body.get(member)
    return None if value is None else mapping(value, member)


def name(body: Mapping[str, Any], member: str) -> str:
    """A member that names a field or collection of any origin."""
    value = body.get(member)
    if value is None:
        raise InvalidPayload(f'"{member}" is required')
    if not isinstance(value, str):
        raise InvalidPayload(f'"{member}" must be a string')
    if not value.strip():
        raise InvalidPayload(f'"{member}" is not allowed to be empty')
    if len(value) > NAME_LENGTH:
        raise InvalidPayload(f'"{member}" length must be less than or equal to {NAME_LENGTH} characters long')
    if not value.isprintable():
        raise InvalidPayload(f'"{member}" contains characters that are not allowed in a name')
    return value


def _collection_name(body: Mapping[str, Any]) -> str:
    value = body.get("collection")
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise InvalidPayload('"collection" must be a non-empty string')
    found = name(body, "collection")
    for prefix in _RESERVED:
        if found.lower().startswith(prefix):
            raise InvalidPayload(f'"collection" can\'t start with "{prefix}"')
    return found


def _list(body: Mapping[str, Any], member: str) -> Sequence[Any]:
    value = body.get(member)
    if value is not None and not isinstance(value, list):
        raise InvalidPayload(f'"{member}" must be an array')
    return value or ()

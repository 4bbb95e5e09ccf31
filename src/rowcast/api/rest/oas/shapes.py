"""Items as JSON schemas: from a field of the data model to what its value looks like on the wire. Must not know paths or rights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from rowcast.schema import Collection, Field, Schema

Json = dict[str, Any]
Names = Callable[[str], str | None]
"""The component that describes the items of a collection; None where the one who asks may not read them."""

_TYPES: dict[str, Json] = {
    "integer": {"type": "integer"},
    "bigInteger": {"type": "integer", "format": "int64"},
    "float": {"type": "number"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "string": {"type": "string"},
    "text": {"type": "string"},
    "hash": {"type": "string", "description": "Stored as a hash, never shown."},
    "uuid": {"type": "string", "format": "uuid"},
    "timestamp": {"type": "string", "format": "date-time"},
    "dateTime": {"type": "string", "example": "2026-01-31T14:00:00"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "example": "14:00:00"},
    "csv": {"type": "array", "items": {"type": "string"}},
    "binary": {"type": "string"},
}
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


def component(name: str) -> str:
    """What the component of a collection may be called: ``blog posts`` → ``ItemsBlogPosts``, ``directus_users`` → ``Users``."""
    system = name.startswith("directus_")
    words = _UNSAFE.split(name.removeprefix("directus_").replace("_", " "))
    return ("" if system else "Items") + "".join(word[:1].upper() + word[1:] for word in words if word)


def item(schema: Schema, collection: Collection, fields: Iterable[str], names: Names) -> Json:
    """One item with these of its fields."""
    shown = {name: value(schema, collection.fields[name], names) for name in fields}
    return {"type": "object", "properties": shown, "x-collection": collection.name}


def value(schema: Schema, field: Field, names: Names) -> Json:
    """The value of one field: of a relation, the key or the related item."""
    found = _related(schema, field, names) or _plain(field)
    note = (field.meta or {}).get("note")
    if note and "$ref" not in found:
        found = {**found, "description": str(note)}
    return {**found, "nullable": True} if _is_nullable(field) else found


def key(collection: Collection) -> Json:
    """A primary key of the collection."""
    return _plain(collection.key)


def needed(collection: Collection) -> list[str]:
    """The fields without which nothing can be created: neither empty, nor filled in by the database or the server."""
    return [field.name for field in collection.columns if _is_needed(field)]


def _plain(field: Field) -> Json:
    found = dict(_TYPES.get(field.type, {}))
    if field.type.startswith("geometry"):
        found = {"type": "object", "description": "GeoJSON"}
    column = field.column
    if column is not None and field.type == "string" and column.max_length:
        found["maxLength"] = column.max_length
    return found


def _related(schema: Schema, field: Field, names: Names) -> Json | None:
    link = schema.link(field.collection, field.name)
    if link is None:
        return None
    if link.kind == "a2o":
        keys = [{"type": "string"}, {"type": "integer"}]
        return {"oneOf": [*keys, *_references([names(each) for each in link.relation.allowed])]}
    target = schema.get(link.target or "")
    if target is None:
        return None
    one = {"anyOf": [key(target), *_references([names(target.name)])]}
    return {"type": "array", "items": one} if link.kind == "o2m" else one


def _references(components: Iterable[str | None]) -> list[Json]:
    return [{"$ref": f"#/components/schemas/{name}"} for name in components if name]


def _is_nullable(field: Field) -> bool:
    return field.column is not None and field.column.is_nullable and not field.column.is_primary_key


def _is_needed(field: Field) -> bool:
    column = field.column
    if column is None or column.is_nullable or column.default_value is not None or column.is_generated:
        return False
    return not column.has_auto_increment and not set(field.special) & {
        "uuid",
        "date-created",
        "user-created",
        "cast-boolean",
    }

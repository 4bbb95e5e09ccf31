"""The wire form of the data model: collections, fields and relations as clients see them. Must not know who asks or how the
model is changed.

All functions return fresh JSON-ready values; ``None`` where there is no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields as members
from typing import Any

from rowcast.schema import Collection, Column, Field, ForeignKey, Relation, Schema
from rowcast.schema.system import system

Wire = dict[str, Any]

_SYSTEM_COLLECTION: Wire = {
    "hidden": False,
    "singleton": False,
    "icon": None,
    "note": None,
    "translations": None,
    "display_template": None,
    "accountability": "all",
}
_SYSTEM_FIELD: Wire = {
    "special": None,
    "interface": None,
    "options": None,
    "display": None,
    "display_options": None,
    "readonly": False,
    "hidden": False,
    "sort": None,
    "width": "full",
    "translations": None,
    "note": None,
    "conditions": None,
    "required": False,
    "group": None,
    "validation": None,
    "validation_message": None,
    "searchable": True,
}
_COLUMN = tuple(member.name for member in members(Column))


def collection(schema: Schema, name: str) -> Wire | None:
    """``{collection, meta, schema}``; ``schema`` null for a folder, ``meta`` null for a table that is not tracked."""
    found = schema.get(name)
    if found is not None:
        return {"collection": name, "meta": _collection_meta(found), "schema": {"name": name}}
    folder = schema.folders.get(name)
    return None if folder is None else {"collection": name, "meta": dict(folder), "schema": None}


def collection_names(schema: Schema) -> list[str]:
    """The collections in the order of the wire: own ones and folders by name, then the system's."""
    own = [name for name, found in schema.collections.items() if not found.system]
    return sorted([*own, *schema.folders]) + [name for name, found in schema.collections.items() if found.system]


def field(found: Field) -> Wire:
    """``{collection, field, type, schema, meta}``; ``schema`` null for an alias."""
    return {
        "collection": found.collection,
        "field": found.name,
        "type": found.type,
        "schema": None if found.column is None else _column(found.column),
        "meta": _field_meta(found),
    }


def fields(schema: Schema, name: str) -> Iterator[Field]:
    """The fields of a collection: columns in the order of the table, then aliases."""
    every = schema.collections[name].fields.values()
    yield from (found for found in every if found.column is not None)
    yield from (found for found in every if found.column is None)


def relation(found: Relation) -> Wire:
    """``{collection, field, related_collection, schema, meta}``; ``schema`` null without a foreign key."""
    return {
        "collection": found.collection,
        "field": found.field,
        "related_collection": found.related,
        "schema": None if found.foreign_key is None else _foreign_key(found.foreign_key),
        "meta": None if found.meta is None else dict(found.meta),
    }


def find_relation(schema: Schema, name: str, field_name: str) -> Relation | None:
    """The relation whose many side is that field."""
    return next((found for found in schema.relations if (found.collection, found.field) == (name, field_name)), None)


def is_system_field(schema: Schema, found: Field) -> bool:
    """Whether the program itself owns the field: one of a system collection that nobody added to it."""
    return schema.collections[found.collection].system and found.name in system().fields[found.collection]


def is_system_relation(schema: Schema, found: Relation) -> bool:
    """Whether the program itself owns the relation: its field is a system field."""
    owner = schema.get(found.collection)
    many = None if owner is None else owner.fields.get(found.field)
    return many is not None and is_system_field(schema, many)


def _collection_meta(found: Collection) -> Wire | None:
    if not found.system:
        return None if found.meta is None else dict(found.meta)
    own = {
        "collection": found.name,
        "singleton": found.singleton,
        "accountability": found.accountability,
        "system": True,
    }
    return {**_SYSTEM_COLLECTION, **(found.meta or {}), **own}


def _field_meta(found: Field) -> Wire | None:
    if found.meta is None:
        return None
    own = {"collection": found.collection, "field": found.name}
    return {**_SYSTEM_FIELD, **found.meta, **own} if found.meta.get("system") else dict(found.meta)


def _column(column: Column) -> Wire:
    return {name: getattr(column, name) for name in _COLUMN}


def _foreign_key(key: ForeignKey) -> Wire:
    return {
        "constraint_name": key.constraint_name,
        "table": key.table,
        "column": key.column,
        "foreign_key_table": key.foreign_table,
        "foreign_key_column": key.foreign_column,
        "on_update": key.on_update,
        "on_delete": key.on_delete,
    }

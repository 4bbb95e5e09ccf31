"""Makes a ``Schema`` of what the database has (columns, foreign keys) and what the metadata rows say. Pure: rows come as the
database stores them (booleans as 0/1, JSON and lists as text)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rowcast.schema.model import ALIAS, Collection, Column, Field, ForeignKey, Relation, Schema
from rowcast.schema.system import PREFIX, FieldFact, system
from rowcast.schema.types import field_type

MetaRow = Mapping[str, Any]


def assemble(
    version: int,
    columns: Iterable[Column],
    foreign_keys: Iterable[ForeignKey],
    collection_rows: Iterable[MetaRow],
    field_rows: Iterable[MetaRow],
    relation_rows: Iterable[MetaRow],
) -> Schema:
    """The data model. Tables without a primary key of one column are left out, and so are tables that only the reference has;
    a table without a row of metadata is a collection all the same."""
    tables = _by_table(columns)
    metas = {row["collection"]: decode(row, "directus_collections") for row in collection_rows}
    fields = _by_collection(decode(row, "directus_fields") for row in field_rows)
    collections = {
        name: _collection(name, tables[name], metas.get(name), fields.get(name, []))
        for name in sorted(tables)
        if _is_collection(name, tables[name])
    }
    folders = {name: meta for name, meta in metas.items() if name not in tables}
    relations = _relations(collections, list(foreign_keys), relation_rows)
    return Schema(version, collections, tuple(relations), folders)


def decode(row: MetaRow, collection: str) -> dict[str, Any]:
    """A row of a system table in wire form: booleans, JSON and lists decoded by the types of its fields."""
    facts = system().fields[collection]
    return {name: _decode(facts[name].type if name in facts else "string", value) for name, value in row.items()}


def _decode(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "boolean":
        return bool(value)
    if kind == "csv":
        return [part for part in str(value).split(",") if part]
    if kind == "json" and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _by_table(columns: Iterable[Column]) -> dict[str, list[Column]]:
    tables: dict[str, list[Column]] = {}
    for column in columns:
        tables.setdefault(column.table, []).append(column)
    return tables


def _by_collection(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["collection"], []).append(row)
    return found


def _is_collection(name: str, columns: list[Column]) -> bool:
    known = not name.startswith(PREFIX) or name in system().tables
    return known and sum(column.is_primary_key for column in columns) == 1


def _collection(name: str, columns: list[Column], meta: MetaRow | None, rows: list[dict[str, Any]]) -> Collection:
    facts = system().fields.get(name, {})
    hidden = system().ignored.get(name, ())
    by_name = {row["field"]: row for row in rows}
    fields = {
        column.name: _field(name, column.name, column, facts.get(column.name), by_name.get(column.name))
        for column in columns
        if column.name not in hidden
    }
    for alias, fact in facts.items():
        if fact.type == ALIAS:
            fields[alias] = _field(name, alias, None, fact, by_name.get(alias))
    for row in rows:
        if row["field"] not in fields and ALIAS_MARKS.intersection(row["special"] or ()):
            fields[row["field"]] = _field(name, row["field"], None, None, row)
    primary = next(column.name for column in columns if column.is_primary_key)
    return _with_meta(name, primary, fields, meta)


ALIAS_MARKS = frozenset({"alias", "no-data", "o2m", "m2m", "m2a", "files", "translations", "group"})
"""A field without a column is an alias when its ``special`` holds one of these."""


def _field(
    collection: str, name: str, column: Column | None, fact: FieldFact | None, row: dict[str, Any] | None
) -> Field:
    if fact is not None:
        meta = row or _system_meta(collection, name, fact)
        return Field(collection, name, fact.type, fact.special, column, meta)
    special = tuple((row or {}).get("special") or ())
    kind = field_type(column.data_type, column.max_length, special) if column else ALIAS
    return Field(collection, name, kind, special, column, row)


def _system_meta(collection: str, name: str, fact: FieldFact) -> dict[str, Any]:
    return {
        "collection": collection,
        "field": name,
        "special": list(fact.special) or None,
        "hidden": fact.hidden,
        "readonly": fact.readonly,
        "system": True,
    }


def _with_meta(name: str, primary: str, fields: dict[str, Field], meta: MetaRow | None) -> Collection:
    fact = next((fact for fact in system().collections if fact.collection == name), None)
    if fact is not None:
        return Collection(name, primary, fields, True, fact.singleton, fact.accountability, None, meta)
    row = meta or {"singleton": False, "accountability": "all", "sort_field": None}
    return Collection(name, primary, fields, False, row["singleton"], row["accountability"], row["sort_field"], meta)


def _relations(
    collections: Mapping[str, Collection], foreign_keys: list[ForeignKey], rows: Iterable[MetaRow]
) -> Iterable[Relation]:
    keys = {(key.table, key.column): key for key in foreign_keys}
    described = [{"one_deselect_action": "nullify", **row, "system": True} for row in system().relations]
    described += [decode(row, "directus_relations") for row in rows]
    seen: set[tuple[str, str]] = set()
    for row in described:
        many = collections.get(row["many_collection"])
        if many is None or row["many_field"] not in many.fields:
            continue
        relation = _relation(row, keys.get((many.name, row["many_field"])))
        if relation.allowed or relation.related in collections:
            seen.add((many.name, row["many_field"]))
            yield relation
    for place, key in keys.items():
        if place not in seen and key.table in collections and key.foreign_table in collections:
            yield Relation(key.table, key.column, key.foreign_table, foreign_key=key)


def _relation(row: MetaRow, key: ForeignKey | None) -> Relation:
    allowed = tuple(row.get("one_allowed_collections") or ())
    related = row.get("one_collection") or (key.foreign_table if key and not allowed else None)
    return Relation(
        collection=row["many_collection"],
        field=row["many_field"],
        related=related,
        one_field=row.get("one_field"),
        junction_field=row.get("junction_field"),
        sort_field=row.get("sort_field"),
        deselect_action=row.get("one_deselect_action") or "nullify",
        one_collection_field=row.get("one_collection_field"),
        allowed=allowed,
        foreign_key=key,
        meta=row,
    )

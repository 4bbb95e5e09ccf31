"""The triggers that keep the change log. Knows which tables are logged and the SQL of it; must not know who listens.

Of several triggers on a table SQLite runs the newest first. Ours are made anew whenever there is a newer one of somebody else's, so
that the log has what a statement did before it has what triggers made of it.

A row whose primary key changes is logged as the end of the old row and the beginning of the new one: whoever holds rows by key
has then nothing special to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import apsw

from rowcast.query.sql.wire import wire
from rowcast.schema import Collection, Schema
from rowcast.store.sqlite.connection import ask, literal, quote
from rowcast.store.sqlite.displaced import triggers as noting
from rowcast.store.sqlite.displaced import uniques

UNLOGGED = frozenset({"directus_sessions", "directus_migrations"})
"""Never logged."""

ON_DEMAND = frozenset({"directus_activity", "directus_revisions"})
"""Logged only while somebody watches: each mutation appends to them."""

_PREFIX = "rowcast_log_"
_OURS = f"SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name GLOB '{_PREFIX}*'"
_LATE = f"""SELECT name FROM sqlite_schema ours WHERE type = 'trigger' AND name GLOB '{_PREFIX}*' AND EXISTS (
 SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name NOT GLOB '{_PREFIX}*'
 AND tbl_name = ours.tbl_name COLLATE NOCASE AND rowid > ours.rowid)"""
"""Those of our triggers that others were made after."""

_PAIRS = 50  # json_object takes at most 127 arguments in older builds that other programs may write with


def install(connection: apsw.Connection, schema: Schema, watched: Iterable[str] = ()) -> frozenset[str]:
    """Make the triggers be what the schema needs. Returns the collections that had not all of them: what happened to their rows
    meanwhile is not in the log."""
    names = (set(schema.collections) - UNLOGGED - ON_DEMAND) | (set(watched) & set(schema.collections))
    triggers = {name: dict(_triggers(connection, schema.collections[name])) for name in sorted(names)}
    wanted = {trigger: text for each in triggers.values() for trigger, text in each.items()}
    present = dict(ask(connection, _OURS))
    for name in present.keys() - wanted.keys():
        connection.execute(f"DROP TRIGGER {quote(name)}")
    late = {name for (name,) in ask(connection, _LATE)}
    changed = [name for name, text in wanted.items() if present.get(name) != text or name in late]
    for name in changed:
        connection.execute(f"DROP TRIGGER IF EXISTS {quote(name)}")
        connection.execute(wanted[name])
    return frozenset(name for name, each in triggers.items() if each.keys() - present.keys()) - ON_DEMAND


def remove(connection: apsw.Connection, table: str) -> None:
    """Drop the triggers of a table, so that it can be rebuilt unnoticed."""
    for event in ("create", "update", "delete", "rename", "displace", "oust"):
        connection.execute(f"DROP TRIGGER IF EXISTS {quote(_PREFIX + event + '_' + table)}")


def _triggers(connection: apsw.Connection, collection: Collection) -> Iterator[tuple[str, str]]:
    old, new = _image(collection, "OLD"), _image(collection, "NEW")
    key = quote(collection.primary)
    same = f"OLD.{key} IS NEW.{key} COLLATE BINARY"
    created = f"({literal(collection.name)}, NEW.{key}, 'create', NULL, {new})"
    updated = f"({literal(collection.name)}, NEW.{key}, 'update', {old}, {new})"
    deleted = f"({literal(collection.name)}, OLD.{key}, 'delete', {old}, NULL)"
    yield _trigger(collection, "create", "INSERT", "", created)
    yield _trigger(collection, "update", "UPDATE", f"WHEN {same} ", updated)
    yield _trigger(collection, "delete", "DELETE", "", deleted)
    yield _trigger(collection, "rename", f"UPDATE OF {key}", f"WHEN NOT ({same}) ", f"{deleted}, {created}")
    unique, table = uniques(connection, collection), quote(collection.name)
    for event, on, note in noting(collection, unique, _image(collection, "it")):
        name = f"{_PREFIX}{event}_{collection.name}"
        yield name, f"CREATE TRIGGER {quote(name)} BEFORE {on} ON {table} BEGIN {note} END"


def _trigger(collection: Collection, event: str, on: str, when: str, values: str) -> tuple[str, str]:
    name = f"{_PREFIX}{event}_{collection.name}"
    insert = f"INSERT INTO rowcast_changes(collection, key, op, before, after) VALUES {values};"
    return name, f"CREATE TRIGGER {quote(name)} AFTER {on} ON {quote(collection.name)} {when}BEGIN {insert} END"


def _image(collection: Collection, row: str) -> str:
    """SQL text of the row as a JSON object, made of several where it has many columns."""
    pairs = [f"{literal(f.name)}, {wire(f, f'{row}.{quote(f.name)}')}" for f in collection.columns]
    parts = [f"json_object({', '.join(pairs[at : at + _PAIRS])})" for at in range(0, len(pairs), _PAIRS)]
    if len(parts) == 1:
        return parts[0]
    names = [f"part{index}" for index in range(len(parts))]
    inner = ", ".join(f"{part} AS {name}" for part, name in zip(parts, names, strict=True))
    members = " || ',' || ".join(f"substr({name}, 2, length({name}) - 2)" for name in names)
    return f"(SELECT '{{' || {members} || '}}' FROM (SELECT {inner}))"

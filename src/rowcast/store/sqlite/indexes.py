"""The indexes that the platform keeps for itself: what its own questions order and join by. Knows which columns those are; they
are not part of the data model, and nobody is told of them.

Times of creation are what lists are sorted by; columns that point to other rows are what nested lists are looked up by; users are
looked up by their address, whatever its case; files by their name on the disk.

Rows of the same moment stand by their key in an answer. So the index of a time of creation has the key behind it, backwards: read
from its end it gives the newest first in just that order, and new rows are added near its end.
"""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from rowcast.schema import Schema
from rowcast.store.sqlite.connection import ask, quote

PREFIX = "rowcast_by_"
SYSTEM = {
    f"{PREFIX}directus_users.email": ("directus_users", 'lower("email")'),
    f"{PREFIX}directus_files.filename_disk": ("directus_files", quote("filename_disk")),
}

_LEADING = """SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c
 WHERE m.type = 'table' AND c.seqno = 0 AND i.partial = 0 AND i.name NOT GLOB 'rowcast_by_*'"""
_OURS = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name GLOB 'rowcast_by_*'"


def keep(connection: apsw.Connection, schema: Schema) -> bool:
    """Make the indexes be what the schema needs, in a transaction; True if one had to be made or dropped."""
    present = dict(ask(connection, _OURS))
    leading = set(ask(connection, _LEADING))
    wanted = {
        f"{PREFIX}{table}.{column}": (table, columns)
        for table, column, columns in _columns(schema)
        if (table, column) not in leading
    }
    wanted |= {name: place for name, place in SYSTEM.items() if place[0] in schema.collections}
    texts = {name: f"CREATE INDEX {quote(name)} ON {quote(table)}({keys})" for name, (table, keys) in wanted.items()}
    for name in present:
        if present[name] != texts.get(name):
            connection.execute(f"DROP INDEX {quote(name)}")
    for name, text in texts.items():
        if present.get(name) != text:
            connection.execute(text)
    return present != texts


def _columns(schema: Schema) -> Iterator[tuple[str, str, str]]:
    """(table, column, what is indexed) of what is worth an index in the user's collections."""
    joined = {(relation.collection, relation.field) for relation in schema.relations if relation.one_field}
    for collection in schema.collections.values():
        for field in () if collection.system else collection.columns:
            if "date-created" in field.special:
                yield collection.name, field.name, f"{quote(field.name)}, {quote(collection.primary)} DESC"
            elif (collection.name, field.name) in joined:
                yield collection.name, field.name, quote(field.name)

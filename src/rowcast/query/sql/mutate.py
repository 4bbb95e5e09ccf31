"""The texts of insert, update, delete and of the small look-ups that go with them. Knows tables and columns; must not know
payloads, rights or when a text runs.

A list of keys is always one bind: the keys as JSON text, so that one text serves any number of them. Texts are made once per
(collection, columns) by the caller's plan, never per request.
"""

from __future__ import annotations

from collections.abc import Sequence

from rowcast.query.sql.wire import wire
from rowcast.schema import Collection, Field

MASK = "**********"
_AMONG = "IN (SELECT value FROM json_each(?))"


def quote(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def image(collection: Collection) -> str:
    """The whole row as one JSON object of its columns in wire form, concealed ones masked."""
    return "json_object(" + ",".join(f"{_literal(f.name)},{_member(f)}" for f in collection.columns) + ")"


def insert(collection: Collection, columns: Sequence[str], *, with_image: bool = True) -> str:
    """Insert one row. Binds: the columns' values. Returns (key, image) or (key)."""
    if columns:
        names, marks = ",".join(map(quote, columns)), ",".join("?" * len(columns))
        values = f"({names}) VALUES ({marks})"
    else:
        values = "DEFAULT VALUES"
    return f"INSERT INTO {quote(collection.name)} {values} {_returning(collection, with_image)}"


def update(collection: Collection, columns: Sequence[str], *, with_image: bool = True) -> str:
    """Give the rows of some keys the same values. Binds: the values, the keys. Returns (key, image) or (key) of each row that
    exists. Without columns the rows stay as they are, but count as changed. The image is bytes: in columns that stay as they are
    other programs may have left what is no UTF-8, which a driver would not read as text."""
    sets = ",".join(f"{quote(name)}=?" for name in columns) or f"{_key(collection)}={_key(collection)}"
    made = f",CAST({image(collection)} AS BLOB)" if with_image else ""
    where = f"WHERE {_by_keys(collection)} {_returning(collection, False)}{made}"
    return f"UPDATE {quote(collection.name)} SET {sets} {where}"


def delete(collection: Collection) -> str:
    """Delete the rows of some keys. Binds: the keys. Returns (key) of each row that existed."""
    return f"DELETE FROM {quote(collection.name)} WHERE {_by_keys(collection)} {_returning(collection, False)}"


def pointers(collection: Collection, column: str) -> str:
    """(key, value of ``column``) of the rows of some keys. Binds: the keys."""
    return f"SELECT {_key(collection)},{quote(column)} FROM {quote(collection.name)} WHERE {_by_keys(collection)}"


def holders(collection: Collection, column: str) -> str:
    """(key) of the rows whose ``column`` holds a value. Binds: the value. Used to clear up what names a removed collection."""
    return (
        f"SELECT {_key(collection)} FROM {quote(collection.name)} WHERE {quote(column)}=? ORDER BY {_key(collection)}"
    )


def highest(collection: Collection, sort: str, column: str) -> str:
    """(the highest value of ``sort``) among the rows whose ``column`` holds a value. Binds: the value."""
    return f"SELECT max({quote(sort)}) FROM {quote(collection.name)} WHERE {quote(column)}=?"


def row(collection: Collection) -> str:
    """(image) of the rows of some keys. Binds: the keys."""
    return f"SELECT {image(collection)} FROM {quote(collection.name)} WHERE {_by_keys(collection)}"


def first_key(collection: Collection) -> str:
    """(key) of the first row: the one row of a singleton."""
    return f"SELECT {_key(collection)} FROM {quote(collection.name)} ORDER BY {_key(collection)} LIMIT 1"


def keys(collection: Collection) -> str:
    """(key) of all rows."""
    return f"SELECT {_key(collection)} FROM {quote(collection.name)} ORDER BY {_key(collection)}"


def existing(collection: Collection) -> str:
    """(key) of those rows that exist among some keys. Binds: the keys."""
    return f"SELECT {_key(collection)} FROM {quote(collection.name)} WHERE {_by_keys(collection)}"


def ranks(collection: Collection, sort: str) -> str:
    """(key, value of ``sort``) of all rows in that order, those without a value last."""
    key, place = _key(collection), quote(sort)
    return f"SELECT {key},{place} FROM {quote(collection.name)} ORDER BY {place} IS NULL,{place},{key}"


def rank(collection: Collection, sort: str) -> str:
    """Give rows their value of ``sort``. Binds: JSON text of the list of [key, value]. Returns (key)."""
    pairs = "SELECT json_extract(value,'$[0]') k,json_extract(value,'$[1]') v FROM json_each(?)"
    table, key = quote(collection.name), _key(collection)
    return f"UPDATE {table} SET {quote(sort)}=pair.v FROM ({pairs}) pair WHERE {table}.{key}=pair.k RETURNING {key}"


def _into(table: str, *columns: str) -> str:
    return f"INSERT INTO {quote(table)} ({','.join(map(quote, columns))}) VALUES ({','.join('?' * len(columns))})"


_DEED = ("action", "user", "timestamp", "ip", "user_agent", "origin", "collection", "item")

ACTIVITY = _into("directus_activity", *_DEED) + ' RETURNING "id"'
"""Note who did what. Returns (id)."""

ACTIVITIES = _into("directus_activity", "id", *_DEED)
"""Like ``ACTIVITY``, with the id as the first bind. Returns nothing."""

REVISIONS = _into("directus_revisions", "activity", "collection", "item", "data", "delta", "parent")
"""Like ``REVISION``. Returns nothing."""

REVISION = REVISIONS + ' RETURNING "id"'
"""Keep a row as it is after a change. Returns (id)."""

LAST_ACTIVITY = (
    "SELECT max(coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'directus_activity'), 0), "
    'coalesce((SELECT max("id") FROM "directus_activity"), 0))'
)
"""Returns (the highest id that an activity ever had)."""

ADOPT = f'UPDATE "directus_revisions" SET "parent"=? WHERE "id" {_AMONG} RETURNING "id"'
"""Make revisions children of another. Binds: the parent's id, the ids."""


COMMENTED = f'SELECT "collection","item" FROM "directus_comments" WHERE "id" {_AMONG}'
"""(collection, item) of some comments. Binds: their ids."""


def _returning(collection: Collection, with_image: bool) -> str:
    return f"RETURNING {_key(collection)}" + ("," + image(collection) if with_image else "")


def _by_keys(collection: Collection) -> str:
    return f"{_key(collection)} {_AMONG}"


def _key(collection: Collection) -> str:
    return quote(collection.primary)


def _member(field: Field) -> str:
    column = quote(field.name)
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE {_literal(MASK)} END" if field.concealed else wire(field, column)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

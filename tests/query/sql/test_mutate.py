"""The texts of mutations run on SQLite, whatever the names."""

from __future__ import annotations

import apsw
import msgspec

from rowcast.query.sql import mutate
from rowcast.schema import Collection, Column, Field

ODD = 'it\'s "odd"'


def field(name: str, kind: str, *special: str) -> Field:
    return Field(ODD, name, kind, special, Column(name, ODD, "text"))


COLLECTION = Collection(
    ODD,
    "k y",
    {f.name: f for f in (field("k y", "integer"), field('a"b', "boolean"), field("s'x", "string", "conceal"))},
)


def database() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    table, key = mutate.quote(ODD), mutate.quote("k y")
    connection.execute(f"""CREATE TABLE {table} ({key} INTEGER PRIMARY KEY, "a""b" BOOLEAN, "s'x" TEXT)""")
    return connection


def test_insert_update_and_delete_give_keys_and_rows() -> None:
    run = database().execute
    [(key, row)] = run(mutate.insert(COLLECTION, ['a"b', "s'x"]), (1, "secret")).fetchall()
    assert (key, msgspec.json.decode(str(row))) == (1, {"k y": 1, 'a"b': True, "s'x": mutate.MASK})
    assert run(mutate.insert(COLLECTION, [], with_image=False)).fetchall() == [(2,)]
    rows = run(mutate.update(COLLECTION, ['a"b']), (0, "[1,2,3]")).fetchall()
    assert [key for key, _ in rows] == [1, 2]
    assert isinstance(rows[1][1], bytes)
    assert msgspec.json.decode(rows[1][1]) == {"k y": 2, 'a"b': False, "s'x": None}
    assert run(mutate.update(COLLECTION, [], with_image=False), ("[2]",)).fetchall() == [(2,)]
    assert run(mutate.existing(COLLECTION), ("[2,9]",)).fetchall() == [(2,)]
    assert run(mutate.delete(COLLECTION), ("[1,9]",)).fetchall() == [(1,)]
    assert run(mutate.first_key(COLLECTION)).fetchall() == [(2,)]


def test_look_ups_about_children() -> None:
    run = database().execute
    for value in (5, 5, 7):
        run(mutate.insert(COLLECTION, ['a"b'], with_image=False), (value,))
    assert run(mutate.pointers(COLLECTION, 'a"b'), ("[1,3]",)).fetchall() == [(1, 5), (3, 7)]
    assert run(mutate.highest(COLLECTION, "k y", 'a"b'), (5,)).fetchall() == [(2,)]
    assert run(mutate.ranks(COLLECTION, 'a"b')).fetchall() == [(1, 5), (2, 5), (3, 7)]
    assert run(mutate.rank(COLLECTION, 'a"b'), ("[[1,9],[3,8]]",)).fetchall() == [(1,), (3,)]
    assert run(mutate.ranks(COLLECTION, 'a"b')).fetchall() == [(2, 5), (3, 8), (1, 9)]

"""Taking a definition apart and putting it together changes nothing that SQLite can see."""

from __future__ import annotations

import apsw
import pytest

from rowcast.store.sqlite.definition import parse

TABLES = [
    "CREATE TABLE t(a)",
    "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT NOT NULL DEFAULT 'x,)(' , c DEFAULT -1)",
    'CREATE TABLE t("a b" VARCHAR(12) UNIQUE ON CONFLICT REPLACE, [c] DECIMAL(10, 2) DEFAULT (1 + 2), `d` )',
    "CREATE TABLE t(a INT CONSTRAINT k PRIMARY KEY DESC, b INT CONSTRAINT n NOT NULL ON CONFLICT FAIL) WITHOUT ROWID",
    "CREATE TABLE t(a INT REFERENCES u(x) ON DELETE SET NULL ON UPDATE NO ACTION NOT DEFERRABLE, b INT NOT NULL)",
    "CREATE TABLE t(a INT REFERENCES u DEFERRABLE INITIALLY DEFERRED CHECK (a > 0), b NULL)",
    "CREATE TABLE t(a INT, b INT AS (a * 2) STORED, c INT GENERATED ALWAYS AS (a) VIRTUAL NOT NULL) STRICT",
    "CREATE TABLE t(a, b AS (a * 2))",
    "CREATE TABLE t(a TEXT, b TEXT /* , c */, -- d\n CHECK (a <> 'x'), FOREIGN KEY (a, b) REFERENCES u(x, y) ON DELETE CASCADE)",
    "CREATE TABLE t(a TEXT DEFAULT CURRENT_TIMESTAMP COLLATE NOCASE, PRIMARY KEY (a COLLATE BINARY))",
    "CREATE TABLE t(a DOUBLE PRECISION DEFAULT +1.5, b UNSIGNED BIG INT DEFAULT NULL, CONSTRAINT q UNIQUE (a, b))",
]


def described(sql: str) -> list[object]:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE u(x PRIMARY KEY, y)")
    connection.execute(sql)
    texts = ["PRAGMA table_xinfo(t)", "PRAGMA foreign_key_list(t)", "PRAGMA index_list(t)", "PRAGMA table_list(t)"]
    return [connection.execute(text).fetchall() for text in texts]


@pytest.mark.parametrize("sql", TABLES)
def test_there_and_back(sql: str) -> None:
    again = parse(sql).create("t")
    assert described(again) == described(sql)
    assert parse(again) == parse(sql)


def test_a_column_is_taken_out_with_what_needs_it() -> None:
    table = parse(
        "CREATE TABLE t(a, b, c CHECK (c < b), UNIQUE (b, c), CHECK (b > 0), FOREIGN KEY (b) REFERENCES u(x), CHECK (c > 'b'))"
    )
    assert table.without_column("b").create("t") == 'CREATE TABLE "t" ("a", "c", CHECK (c > \'b\'))'


def test_a_foreign_key_is_found_in_both_places() -> None:
    table = parse("CREATE TABLE t(a INT REFERENCES u(x) ON DELETE CASCADE NOT NULL, FOREIGN KEY (a) REFERENCES u(x))")
    assert table.without_constraint("FOREIGN", "a").create("t") == 'CREATE TABLE "t" ("a" INT NOT NULL)'

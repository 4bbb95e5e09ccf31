"""Rows in which another program has stored what is no UTF-8 can be changed and deleted like others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from rowcast.auth import SYSTEM
from rowcast.engine.delete import delete
from rowcast.engine.update import update
from tests.engine.shop import Shop


async def test_a_row_with_text_that_is_none(shop: Shop, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db", timeout=60)) as other:
        other.execute("INSERT INTO authors(id, name, email) VALUES(1, CAST(x'61FF' AS TEXT), CAST(x'FE' AS TEXT))")
        other.execute("INSERT INTO books(id, title, pages, author) VALUES(1, 'b', CAST(x'FF31' AS TEXT), 1)")
        other.commit()
    await update(shop.engine, SYSTEM, "authors", {"active": False}, keys=[1])
    await update(shop.engine, SYSTEM, "books", {"title": "c", "author": {"id": 1, "email": "x"}}, keys=[1])
    assert await shop.rows("authors", "name", "email", "active") == [("a\ufffd", "x", 0)]
    with closing(sqlite3.connect(tmp_path / "shop.db", timeout=60)) as other:
        assert other.execute("SELECT hex(name) FROM authors").fetchall() == [("61FF",)]
    assert [data["name"] for _, _, data, *_ in await shop.revisions("authors")] == ["a\ufffd", "a\ufffd"]
    await delete(shop.engine, SYSTEM, "books", keys=[1])
    await delete(shop.engine, SYSTEM, "authors", keys=[1])
    assert await shop.rows("authors", "id") == await shop.rows("books", "id") == []

"""What cannot be meant is refused before the server hears of it, which may take it for something else: no key for all rows."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.client import F, Reply, create_client
from rowcast.client.ask import Ask
from rowcast.client.items import Items


async def nobody(ask: Ask) -> Reply:
    """No server."""
    raise AssertionError(f"it was asked {ask}")


ITEMS: Any = Items("messages", nobody)
NO_KEYS = [None, True, 1.5, {"id": 1}, [1], (1,), F.id == 1, F.id]
NO_ROWS = [None, "a", [{"text": "a"}], 3]


@pytest.mark.parametrize("key", NO_KEYS, ids=repr)
async def test_no_key(key: Any) -> None:
    for verb in (ITEMS.read_one, ITEMS.delete):
        with pytest.raises(TypeError, match="no key"):
            await verb(key)
    with pytest.raises(TypeError, match="no key"):
        await ITEMS.update(key, {"text": "a"})
    for several in ([key], [1, key]):
        for verb in (ITEMS.read_many, ITEMS.delete_many):
            with pytest.raises(TypeError, match="no key"):
                await verb(several)
        with pytest.raises(TypeError, match="no key"):
            await ITEMS.update_many(several, {"text": "a"})


@pytest.mark.parametrize("keys", ["12", b"12", {1: 2}, 12, None, F.id == 1], ids=repr)
async def test_no_keys(keys: Any) -> None:
    """Two rows are not meant by a text of two letters."""
    for verb in (ITEMS.read_many, ITEMS.delete_many):
        with pytest.raises(TypeError, match="no list of keys"):
            await verb(keys)
    with pytest.raises(TypeError, match="no list of keys"):
        await ITEMS.update_many(keys, {"text": "a"})


@pytest.mark.parametrize("row", NO_ROWS, ids=repr)
async def test_no_row(row: Any) -> None:
    """A list would be stored, and come back as what is no row."""
    for verb in (ITEMS.create, ITEMS.update_singleton):
        with pytest.raises(TypeError, match="no row"):
            await verb(row)
    for verb in (ITEMS.create_many, ITEMS.update_batch):
        with pytest.raises(TypeError, match="no row"):
            await verb([{"text": "a"}, row])
    for verb in (ITEMS.update, ITEMS.update_where, ITEMS.update_many):
        with pytest.raises(TypeError, match="no row"):
            await verb([1] if verb == ITEMS.update_many else {} if verb == ITEMS.update_where else 1, row)


@pytest.mark.parametrize("rows", [{"text": "a"}, "ab", None], ids=repr)
async def test_no_rows(rows: Any) -> None:
    for verb in (ITEMS.create_many, ITEMS.update_batch):
        with pytest.raises(TypeError, match="no list of rows"):
            await verb(rows)


async def test_no_filter() -> None:
    """All rows are never meant by the lack of one."""
    with pytest.raises(TypeError, match="no filter"):
        await ITEMS.update_where(None, {"text": "a"})
    with pytest.raises(TypeError, match="no filter"):
        await ITEMS.delete_where(None)


async def test_a_table_that_is_not_awaited() -> None:
    opening: Any = create_client("http://a").live("messages")
    with pytest.raises(AttributeError, match=r"no 'rows' .*await client\.live"):
        _ = opening.rows
    with pytest.raises(TypeError, match=r"await client\.live"):
        async for _ in opening:
            pass
    assert "await client.live" in repr(opening)

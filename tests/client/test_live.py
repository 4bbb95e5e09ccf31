"""Live tables against a real server, whether it keeps sets or not."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import ClassVar

import anyio
import pytest
from msgspec import Struct

from rowcast.client import F, create_client
from rowcast.errors import InvalidConfiguration
from tests.client.resuming import remembering
from tests.support.patience import PATIENCE
from tests.support.server import ADMIN_TOKEN, Server


class Note(Struct, kw_only=True):
    """Two fields of a note."""

    __collection__: ClassVar[str] = "notes"
    text: str | None = None
    rank: int | None = None


async def test_a_window_follows_what_enters_moves_and_leaves(guide: Server, notes: Path) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        rows = client.items("notes")
        made = await rows.create_many([{"rank": rank} for rank in (5, 1, 9, 3, 7)])
        table = await client.live("notes", filter=F.rank > 2, sort="-rank", limit=3, fields=["rank"])

        async def become(*ranks: int) -> None:
            with anyio.fail_after(PATIENCE):
                await table.until(lambda found: [row["rank"] for row in found] == list(ranks))

        await become(9, 7, 5)
        await rows.update(made[3]["id"], {"rank": 8})
        await become(9, 8, 7)
        await rows.delete(made[2]["id"])
        await become(8, 7, 5)
        await rows.update(made[4]["id"], {"rank": 0})
        await become(8, 5)
        await rows.create({"rank": 10})
        await become(10, 8, 5)
        assert [row["rank"] for row in await rows.read(filter=F.rank > 2, sort="-rank", limit=3)] == [10, 8, 5]
        await table.aclose()
        await rows.create({"rank": 11})
        assert len(table) == 3
        changes = [change async for change in table]
        assert len(changes) >= 5


async def test_rows_of_a_class_and_data_frames(guide: Server, notes: Path) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        made = await client.items(Note).create(Note(text="a", rank=1))
        assert made == Note(text="a", rank=1)
        async with client.live(Note, sort="rank") as table:
            assert table.rows == [Note(text="a", rank=1)]
            await client.items(Note).create({"text": "b", "rank": 0})
            change = await anext(table)
            assert (change.kind, change.row, change.old) == ("insert", Note(text="b", rank=0), None)
            assert [note.text for note in table] == ["b", "a"]
            assert table.to_polars().to_dicts() == [{"text": "b", "rank": 0}, {"text": "a", "rank": 1}]
            assert table.to_pandas()["rank"].sum() == 1
        async with client.subscribe(Note, event="create") as events:
            await client.items(Note).create(Note(text="c"))
            assert (await anext(events)).rows == [Note(text="c")]


class Dated(Struct):
    """A message with its time."""

    __collection__: ClassVar[str] = "messages"
    date_created: datetime
    text: str


async def test_data_frames_have_their_columns_and_times(guide: Server) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        none = F.text == "such a text is nowhere"
        for table in (
            await client.live("messages", filter=none, fields=["text", "user"]),
            await client.live(Dated, filter=none),
        ):
            wanted = {"text", "user", "id"} if "user" in table.to_polars().columns else {"text", "date_created"}
            assert set(table.to_polars().columns) == set(table.to_pandas().columns) == wanted
        assert (await client.live("messages", filter=none)).to_polars().columns == [], "nobody knows"
        made = await client.items("messages").create({"text": "dated"})
        dated = await client.live(Dated, filter=F.id == made["id"])
        assert str(dated.to_polars()["date_created"].dtype).startswith("Datetime")
        assert str(dated.to_pandas()["date_created"].dtype).startswith("datetime64")
        await client.items("messages").delete(made["id"])


async def test_changes_that_nobody_takes_become_one(guide: Server) -> None:
    async with remembering() as (memory, base), create_client(base, token="t") as client:
        table = await client.live("c", buffer=2)
        for key in range(5):
            memory.put({"id": key, "rank": 0})
        with anyio.fail_after(PATIENCE):
            await table.until(lambda rows: len(rows) == 5)
        assert [(await anext(table)).kind] == ["reset"]
        memory.remove(0)
        assert (await anext(table)).kind == "delete"


async def test_another_primary_key_is_to_be_named(guide: Server, notes: Path) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        await client.items("notes").create({"text": "a", "rank": 4})
        table = await client.live("notes", key="rank", fields=["text"])
        assert (table.get(4) or {})["text"] == "a"
        users = await client.live("directus_users", fields=["email"], sort="email")
        assert users.rows[0]["email"] == "admin@example.com"


async def test_aggregates_are_kept_too(guide: Server, notes: Path) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        rows = client.items("notes")
        made = await rows.create_many([{"text": text, "rank": rank} for rank, text in enumerate("aab")])
        by_text = await client.live("notes", aggregate={"count": "*", "sum": "rank"}, group="text", sort="text")
        count = await client.live("notes", aggregate={"count": "*"}, filter=F.rank > 0)
        assert by_text.exact
        assert [(row["text"], int(row["count"])) for row in by_text.rows] == [("a", 2), ("b", 1)]
        assert int(count.rows[0]["count"]) == 2
        await rows.update(made[0]["id"], {"text": "c", "rank": 5})
        with anyio.fail_after(PATIENCE):
            await by_text.until(lambda found: [row["text"] for row in found] == ["a", "b", "c"])
            await count.until(lambda found: int(found[0]["count"]) == 3)
        changes = [await anext(by_text) for _ in range(2)]
        assert [(change.kind, change.key) for change in changes] == [("update", "a"), ("insert", "c")]
        assert (by_text.get("c") or {})["sum"] == {"rank": 5}
        await rows.delete_where(F.rank > 0)
        with anyio.fail_after(PATIENCE):
            await by_text.until(lambda found: found == [])
            await count.until(lambda found: int(found[0]["count"]) == 0)


async def test_aggregates_of_a_server_without_sets_are_asked_again() -> None:
    async with remembering(plain=True) as (memory, base), create_client(base, token="t") as client:
        table = await client.live("c", aggregate={"count": "*"}, group="rank")
        assert (table.rows, table.exact) == ([], False)
        memory.put({"id": 1, "rank": 7})  # that server answers with rows, whatever is asked
        with anyio.fail_after(PATIENCE):
            await table.until(lambda rows: len(rows) == 1)
        assert (await anext(table)).key == 7


class Wrong(Struct):
    """A note, as it is not."""

    __collection__: ClassVar[str] = "notes"
    rank: str


async def test_what_could_not_begin_holds_nothing(guide: Server, notes: Path) -> None:
    """Otherwise it would be told of each change for ever, and with ``wait`` hold up the connection."""
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        await client.items("notes").create({"rank": 1})
        for begin in (
            client.live("notes", buffer=0).__aenter__,
            client.subscribe(Wrong, buffer=1, when_full="wait").__aenter__,
            client.live(Wrong).__aenter__,
            client.live("notes", key="text").__aenter__,
        ):
            with pytest.raises(InvalidConfiguration):
                await begin()
        assert client._link is not None
        assert client._link.session.subscriptions == {}
        with anyio.fail_after(PATIENCE):
            for rank in range(5):
                await client.items("notes").create({"rank": rank})

"""Activities and revisions that are written together: each belongs to its item, in the order of the mutations."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.update import update
from tests.engine.shop import Shop

HISTORY = """SELECT a.id, a.action, a.collection, a.item, r.collection, r.item, r.data, r.delta, r.parent
 FROM directus_activity a LEFT JOIN directus_revisions r ON r.activity = a.id
 WHERE a.collection IN ('stamps', 'books', 'reviews', 'halfway') ORDER BY a.id"""


async def history(shop: Shop) -> list[tuple[Any, ...]]:
    """(action, collection, item, label or title in the revision) of all that happened, in order."""
    rows = await shop.engine.store.read(HISTORY)
    for number, _, collection, item, of, revised, *_ in rows:
        assert number > 0
        assert revised is None or (of, revised) == (collection, item)
    found = [msgspec.json.decode(row[6]) if row[6] else {} for row in rows]
    return [
        (row[1], row[2], row[3], data.get("label") or data.get("title")) for row, data in zip(rows, found, strict=True)
    ]


async def test_mutations_of_one_group_keep_their_order_and_their_items(shop: Shop) -> None:
    """Plain ones, whose history waits for the others', and nested ones, whose does not, in one row."""
    engine = shop.engine
    keys = [row[0] for row in await asyncio.gather(*[create(engine, SYSTEM, "halfway", {"label": n}) for n in "ab"])]
    await asyncio.gather(
        create(engine, SYSTEM, "books", {"title": "plain"}),
        create(engine, SYSTEM, "books", {"title": "nested", "reviews": [{"stars": 1}]}),
        update(engine, SYSTEM, "halfway", {"label": "c"}, keys=keys),
        create(engine, SYSTEM, "books", [{"title": "one"}, {"title": "two"}]),
        delete(engine, SYSTEM, "halfway", keys=[keys[0]]),
    )
    assert await history(shop) == [
        ("create", "halfway", "1", None),
        ("create", "halfway", "2", None),
        ("create", "books", "1", "plain"),
        ("create", "books", "2", "nested"),
        ("create", "reviews", "1", None),
        ("update", "halfway", "1", None),
        ("update", "halfway", "2", None),
        ("create", "books", "3", "one"),
        ("create", "books", "4", "two"),
        ("delete", "halfway", "1", None),
    ]


async def test_ids_are_never_given_twice(shop: Shop) -> None:
    """Neither after the last ones were deleted nor after their sequence was lost."""
    engine = shop.engine

    async def ids() -> list[int]:
        return [row[0] for row in await engine.store.read("SELECT id FROM directus_activity ORDER BY id")]

    await create(engine, SYSTEM, "halfway", {"label": "a"})
    last = (await ids())[-1]
    await engine.store.write(lambda tx: tx.fetch("DELETE FROM directus_activity WHERE id = ?", (last,)))
    await create(engine, SYSTEM, "halfway", {"label": "b"})
    assert (await ids())[-1] == last + 1
    await engine.store.write(lambda tx: tx.fetch("DELETE FROM sqlite_sequence WHERE name = 'directus_activity'"))
    await create(engine, SYSTEM, "halfway", {"label": "c"})
    assert (await ids())[-1] == last + 2


async def test_who_watches_the_history_sees_it_with_its_mutation(shop: Shop) -> None:
    engine = shop.engine
    await engine.store.watch("directus_activity", True)
    shop.commits.clear()
    await asyncio.gather(*[create(engine, SYSTEM, "halfway", {"label": n}) for n in "abc"])
    seen = [(c.unit, c.collection, str(c.key)) for commit in shop.commits for c in commit.changes]
    units = [unit for unit, *_ in seen]
    assert [collection for _, collection, _ in seen] == ["halfway", "directus_activity"] * 3
    assert units == [0, 0, 1, 1, 2, 2] or len(shop.commits) > 1


async def test_a_bad_one_leaves_no_history(shop: Shop) -> None:
    engine = shop.engine
    rows: list[dict[str, Any]] = [{"title": "a"}, {"title": None}, {"title": "b"}]
    found = await asyncio.gather(*[create(engine, SYSTEM, "books", row) for row in rows], return_exceptions=True)
    assert [isinstance(each, Exception) for each in found] == [False, True, False]
    assert [row[3] for row in await history(shop)] == ["a", "b"]
    assert [row[2] for row in await history(shop)] == [str(found[0][0]), str(found[2][0])]  # type: ignore[index]

"""How many statements each verb costs, whatever is asked or written (the table in ``docs/limits.md``).

Counted are the statements of readings and mutations; one that is run for many rows at once counts once. A transaction has a few
more for all mutations that share it: begin, the reading of the log, commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.read import read, read_keys, read_one
from rowcast.engine.sort import sort
from rowcast.engine.transfer.exporting import export
from rowcast.engine.update import update, update_batch, upsert_singleton
from rowcast.query.parse import Query, parse
from rowcast.store.sqlite.reader import Reader
from rowcast.store.sqlite.transaction import SqliteTransaction
from tests.engine.people import People, allow
from tests.engine.shop import Shop
from tests.support.unhurried import unhurried

__all__ = ["unhurried"]
pytestmark = pytest.mark.usefixtures("unhurried")

HISTORY = 3
"""The last activity, activities, revisions: for all rows that are written together."""

Count = Callable[[Awaitable[Any]], Awaitable[int]]


@pytest.fixture
def cost(monkeypatch: pytest.MonkeyPatch) -> Count:
    """The number of statements that a verb runs."""
    texts: list[str] = []

    def counting(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def run(self: Any, text: str, *args: Any, **more: Any) -> Any:
            texts.append(text)
            return real(self, text, *args, **more)

        monkeypatch.setattr(owner, name, run)

    counting(Reader, "run")
    counting(SqliteTransaction, "fetch")
    counting(SqliteTransaction, "fetch_many")

    async def count(verb: Awaitable[Any]) -> int:
        texts.clear()
        await verb
        return len(texts)

    return count


async def stock(shop: Shop) -> None:
    """Three books with all kinds of relations."""
    book = {
        "title": "b",
        "author": {"name": "n"},
        "reviews": [{"stars": 1}],
        "genres": [{"genres_slug": {"slug": "s"}}],
    }
    await create(shop.engine, SYSTEM, "books", [book, {"title": "c"}, {"title": "d"}])
    await create(
        shop.engine, SYSTEM, "letters", {"subject": "l", "parts": [{"collection": "quotes", "item": {"words": "w"}}]}
    )


READS: list[tuple[str, dict[str, Any]]] = [
    ("books", {}),
    ("books", {"fields": ["*"]}),
    ("books", {"fields": ["*.*.*.*"]}),
    ("books", {"fields": ["author.books.reviews.book.genres.genres_slug.label"]}),
    ("letters", {"fields": ["parts.item:quotes.words", "parts.item:photos.caption"]}),
    (
        "books",
        {"filter": {"author": {"books": {"_none": {"reviews": {"stars": {"_gt": 3}}}}}}, "sort": ["-author.name"]},
    ),
    ("books", {"search": "x", "fields": ["id", "count(reviews)"], "deep": {"reviews": {"_limit": 1}}}),
    ("books", {"aggregate": {"count": "*", "max": ["pages"]}, "groupBy": ["author"]}),
    ("site", {}),
]


@pytest.mark.parametrize(("collection", "query"), READS)
async def test_a_reading_is_one_statement(shop: Shop, cost: Count, collection: str, query: dict[str, Any]) -> None:
    await stock(shop)
    asked = parse(query)
    assert await cost(read(shop.engine, SYSTEM, collection, asked)) == 1
    counted = parse({**query, "meta": "*"})
    assert await cost(read(shop.engine, SYSTEM, collection, counted)) == 3


async def test_readings_by_key_and_files(shop: Shop, cost: Count) -> None:
    await stock(shop)
    assert await cost(read_one(shop.engine, SYSTEM, "books", 1, parse({"fields": "*.*.*"}))) == 1
    assert await cost(read_keys(shop.engine, SYSTEM, "books", [1, 2, 3], Query())) == 1
    assert await cost(export(shop.engine, SYSTEM, "books", parse({"export": "csv", "fields": "*.*"}))) == 1


async def test_rights_cost_no_statement(people: People, cost: Count) -> None:
    mine = {"owner": {"_eq": "$CURRENT_USER"}, "title": {"_neq": "$CURRENT_USER.role.name"}}
    rules = [allow(action, permissions=mine, fields=["title", "id"]) for action in ("read", "update", "create")]
    ann = await people.user("ann", await people.role("writers", await people.policy("p", *rules)))
    actor = await people.who("tok-ann")
    key = await people.item(owner=ann, title="t")
    await read(people.engine, actor, "articles", Query())
    assert await cost(read(people.engine, actor, "articles", parse({"filter": {"title": "t"}}))) == 1
    assert await cost(read_one(people.engine, actor, "articles", key, Query())) == 1
    assert await cost(create(people.engine, actor, "articles", {"title": "u"})) == 1 + HISTORY


async def test_rights_of_a_change_are_one_statement_more(people: People, cost: Count) -> None:
    rules = [allow(action, permissions={"title": {"_neq": "x"}}) for action in ("read", "update", "delete")]
    await people.user("ann", None, await people.policy("p", *rules))
    actor: Actor = await people.who("tok-ann")
    keys: Sequence[Any] = [await people.item(title="t") for _ in range(3)]
    engine = people.engine
    await read(engine, actor, "articles", Query())
    assert await cost(update(engine, actor, "articles", {"title": "v"}, keys=keys)) == 1 + 1 + HISTORY
    assert await cost(update(engine, actor, "articles", {"title": "w"}, query=Query())) == 1 + 1 + 1 + HISTORY
    assert await cost(delete(engine, actor, "articles", keys=keys)) == 1 + 1 + 2


@pytest.mark.parametrize(("collection", "history"), [("stamps", HISTORY), ("halfway", 2), ("quiet", 0)])
async def test_own_columns(shop: Shop, cost: Count, collection: str, history: int) -> None:
    """The rows, and together for all of them: the last activity, their activities and their revisions."""
    engine = shop.engine
    assert await cost(create(engine, SYSTEM, collection, {"label": "a"})) == 1 + history
    assert await cost(create(engine, SYSTEM, collection, [{"label": "b"}, {"label": "c"}])) == 2 + history
    keys = [row[0] for row in await shop.rows(collection, "id")]
    assert await cost(update(engine, SYSTEM, collection, {"label": "d"}, keys=keys)) == 1 + history
    assert await cost(update(engine, SYSTEM, collection, {"label": "e"}, query=Query())) == 2 + history
    assert (
        await cost(update_batch(engine, SYSTEM, collection, [{"id": key, "label": "f"} for key in keys])) == 3 + history
    )
    assert await cost(delete(engine, SYSTEM, collection, keys=keys)) == 1 + min(history, 2)


async def test_mutations_that_share_a_transaction_share_their_history(shop: Shop, cost: Count) -> None:
    async def all_of_them() -> None:
        await asyncio.gather(*[create(shop.engine, SYSTEM, "stamps", {"label": str(n)}) for n in range(20)])

    await create(shop.engine, SYSTEM, "stamps", {"label": "first"})
    assert await cost(all_of_them()) == 20 + HISTORY


async def test_a_singleton(shop: Shop, cost: Count) -> None:
    """Whether it is there has to be asked."""
    for heading in ("a", "b"):
        assert await cost(upsert_singleton(shop.engine, SYSTEM, "site", {"heading": heading})) == 1 + 1 + HISTORY


@pytest.mark.parametrize(
    ("payload", "more"),
    [
        ({"author": {"name": "n"}}, 3 + 1),
        ({"reviews": [{"stars": 1}]}, 3),
        ({"reviews": [{"stars": 1}, {"stars": 2}]}, 6),
        ({"genres": [{"genres_slug": {"slug": "s"}}]}, 3 + 3 + 1 + 1),
        ({"reviews": {"create": [{"stars": 1}], "update": [], "delete": []}}, 3 + 1),
        ({"reviews": {"create": [{"stars": 1}, {"stars": 2}]}}, 6 + 1),
    ],
)
async def test_nested_rows_cost_what_they_cost_alone(
    shop: Shop, cost: Count, payload: dict[str, Any], more: int
) -> None:
    """And: revisions of rows that are written before the row around them are given to it by one statement, a key that is given is
    looked up, and so is the last place where rows are sorted."""
    assert await cost(create(shop.engine, SYSTEM, "books", {"title": "t", **payload})) == 3 + more


async def test_sorting(shop: Shop, cost: Count) -> None:
    await create(shop.engine, SYSTEM, "books", [{"title": str(n)} for n in range(20)])
    assert await cost(sort(shop.engine, SYSTEM, "books", 1, 15)) == 2


@pytest.mark.parametrize(
    ("payload", "more"),
    [
        ({"reviews": [{"id": 1, "stars": 5}, {"stars": 1}]}, 1 + 1 + 3 + 3),
        ({"reviews": []}, 1 + 1 + 1),
        ({"reviews": {"update": [{"id": 1, "stars": 5}]}}, 1 + 3),
        ({"reviews": {"delete": [1]}}, 1 + 1 + 1),
    ],
)
async def test_nested_changes(shop: Shop, cost: Count, payload: dict[str, Any], more: int) -> None:
    """A list: whom the given keys belong to, and which rows are there, that may have to go. The detailed form: the first only."""
    await stock(shop)
    assert await cost(update(shop.engine, SYSTEM, "books", payload, keys=[1])) == 3 + more

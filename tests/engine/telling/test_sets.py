"""Exact subscriptions hold what a fresh question gives, whatever happens: random histories against the obvious way."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.engine import Engine
from rowcast.engine.model.collections import delete_collections
from rowcast.engine.model.fields import create_field, delete_fields
from rowcast.engine.read import read
from rowcast.engine.update import update
from rowcast.errors import Forbidden, InvalidQuery, OutOfTime, RowcastError
from rowcast.query.parse import parse
from tests.engine.listeners import Ear, Mirror, settled
from tests.engine.people import People, allow
from tests.engine.shop import Shop
from tests.support.patience import until

Query = dict[str, Any]
QUERIES: list[Query] = [
    {"fields": ["id", "title"]},
    {"fields": ["title"], "filter": {"pages": {"_gt": 4}}},
    {"fields": ["id", "pages"], "filter": {"title": {"_in": ["a", "b"]}}},
    {"fields": ["id", "title"], "sort": ["-pages", "title"]},
    {"fields": ["id", "pages"], "sort": ["-pages"], "limit": 3},
    {"fields": ["id"], "sort": ["title"], "limit": 2, "offset": 1},
    {"fields": ["id"], "limit": 2},
    {"fields": ["id", "title", "author.name"]},
    {"fields": ["id"], "filter": {"author": {"name": {"_in": ["x", "y"]}}}},
    {"fields": ["id", "reviews.stars"], "filter": {"pages": {"_lt": 7}}},
    {"fields": ["id", "count(reviews)"]},
    {"fields": ["id"], "filter": {"reviews": {"_some": {"stars": {"_gt": 3}}}}},
    {"fields": ["id"], "filter": {"reviews": {"_none": {"stars": {"_gt": 3}}}}},
    {"fields": ["id", "title"], "sort": ["author.name", "-id"], "limit": 3},
    {"fields": ["id"], "filter": {"count(reviews)": {"_gt": 0}}},
    {"fields": ["id"], "search": "a"},
    {"fields": ["id"], "filter": {"pages": {"_null": True}}},
]
NUMBERS: list[Query] = [
    {"aggregate": {"count": "*"}},
    {"aggregate": {"sum": ["pages"]}, "groupBy": ["title"]},
    {"aggregate": {"count": ["id"]}, "filter": {"author": {"name": {"_eq": "x"}}}},
]


async def fresh(engine: Engine, actor: Actor, collection: str, query: Query) -> list[Any]:
    question = {"limit": -1, **query}
    if "aggregate" not in query:
        question["fields"] = ["id", *query["fields"]]
    found: list[Any] = json.loads((await read(engine, actor, collection, parse(question))).data)
    return found


class Story:
    """Random changes of books, authors and reviews."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine, self.random = engine, random.Random(seed)
        self.keys: dict[str, list[Any]] = {"books": [], "authors": [], "reviews": []}

    async def step(self) -> None:
        """One mutation."""
        collection = self.random.choice(["books", "books", "authors", "reviews"])
        keys = self.keys[collection]
        what = self.random.random()
        if what < 0.45 or not keys:
            rows = [self._row(collection) for _ in range(self.random.choice([1, 1, 3]))]
            keys += await create(self.engine, SYSTEM, collection, rows)
        elif what < 0.8:
            some = self.random.sample(keys, min(len(keys), self.random.choice([1, 1, 4])))
            await update(self.engine, SYSTEM, collection, self._row(collection), keys=some)
        else:
            gone = [keys.pop(self.random.randrange(len(keys)))]
            await delete(self.engine, SYSTEM, collection, keys=gone)

    def _row(self, collection: str) -> dict[str, Any]:
        pick = self.random.choice
        if collection == "authors":
            return {"name": pick("xyz")}
        if collection == "reviews":
            return {"stars": pick([1, 3, 5]), "book": pick([*self.keys["books"], None])}
        author = pick([*self.keys["authors"], None])
        return {"title": pick("abc"), "pages": pick([None, *range(9)]), "author": author}


@pytest.mark.parametrize("seed", range(4))
async def test_every_set_equals_a_fresh_question_after_every_step(shop: Shop, seed: int) -> None:
    story, mirror = Story(shop.engine, seed), Mirror(Ear(shop.engine, SYSTEM))
    for _ in range(10):
        await story.step()
    for number, query in enumerate(QUERIES + NUMBERS):
        await mirror.ear.subscribe("books", str(number), exact=True, **query)
    for _ in range(60):
        await story.step()
        await settled(shop.engine)
        mirror.listen()
        for number, query in enumerate(QUERIES):
            rows = await fresh(shop.engine, SYSTEM, "books", query)
            assert mirror.sets[str(number)] == {row["id"]: row for row in rows}, query
        for number, query in enumerate(NUMBERS, len(QUERIES)):
            assert mirror.answers[str(number)] == await fresh(shop.engine, SYSTEM, "books", query), query


@pytest.mark.parametrize("seed", range(2))
async def test_bursts_newcomers_and_leavers(shop: Shop, seed: int) -> None:
    story, chance = Story(shop.engine, seed), random.Random(seed)
    mirrors = [Mirror(Ear(shop.engine, SYSTEM)) for _ in range(3)]
    for _ in range(25):
        mirror, number = chance.choice(mirrors), chance.randrange(len(QUERIES))
        steps = [story.step() for _ in range(4)]
        query = QUERIES[number]
        await asyncio.gather(*steps, mirror.ear.subscribe("books", str(number), exact=True, **query))
        await settled(shop.engine)
        for one in mirrors:
            one.listen()
            for uid, rows in one.sets.items():
                known = await fresh(shop.engine, SYSTEM, "books", QUERIES[int(uid)])
                assert rows == {row["id"]: row for row in known}, QUERIES[int(uid)]


async def test_an_order_that_changes_is_an_update(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    keys = await create(shop.engine, SYSTEM, "books", [{"title": "t", "pages": n} for n in range(3)])
    await ear.subscribe("books", exact=True, fields=["id"], sort=["pages"], limit=3)
    await update(shop.engine, SYSTEM, "books", {"pages": 9}, keys=keys[:1])
    await settled(shop.engine)
    assert ear.told() == [("init", [{"id": key} for key in keys]), ("update", [{"id": keys[0]}])]


async def test_a_window_slides(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    keys = await create(shop.engine, SYSTEM, "books", [{"title": "t", "pages": n} for n in range(3)])
    await ear.subscribe("books", exact=True, fields=["id"], sort=["-pages"], limit=2)
    new = await create(shop.engine, SYSTEM, "books", {"title": "t", "pages": 7})
    await settled(shop.engine)
    await delete(shop.engine, SYSTEM, "books", keys=new)
    await settled(shop.engine)
    assert ear.told()[1:] == [
        ("delete", [keys[1]]),
        ("create", [{"id": new[0]}]),
        ("delete", new),
        ("create", [{"id": keys[1]}]),
    ]


async def test_what_does_not_show_is_not_told(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    key = (await create(shop.engine, SYSTEM, "books", {"title": "t"}))[0]
    for number, query in enumerate([QUERIES[0], QUERIES[7], NUMBERS[0]]):
        await ear.subscribe("books", str(number), exact=True, **query)
    ear.heard()
    await update(shop.engine, SYSTEM, "books", {"pages": 5}, keys=[key])
    await settled(shop.engine)
    assert ear.heard() == []


async def test_an_item(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    key = (await create(shop.engine, SYSTEM, "books", {"title": "t"}))[0]
    await ear.subscribe("books", item=key, exact=True, fields=["title"])
    await update(shop.engine, SYSTEM, "books", {"title": "u"}, keys=[key])
    await delete(shop.engine, SYSTEM, "books", keys=[key])
    for uid, fields in (("plain", ["id"]), ("nested", ["author.name"])):
        with pytest.raises(Forbidden):
            await ear.subscribe("books", uid, item=999, exact=True, fields=fields)
    seen = {"id": key, "title": "t"}
    assert ear.told() == [("init", seen), ("update", {**seen, "title": "u"}), ("delete", key)]


async def test_views_that_rows_decide_ask_nothing(shop: Shop) -> None:
    engine = shop.engine
    ears = [Ear(engine, SYSTEM) for _ in range(50)]
    for ear in ears:
        await ear.subscribe("books", exact=True, fields=["id", "title"], filter={"pages": {"_gt": 1}})
    reads, counters = count_reads(engine), engine.broadcast.live.counters
    before = (counters.matches, counters.encodings)
    await create(engine, SYSTEM, "books", {"title": "t", "pages": 5})
    assert (counters.matches - before[0], counters.encodings - before[1], len(reads)) == (1, 1, 0)
    assert all(len(ear.told()) == 2 for ear in ears)


async def test_a_relational_view_asks_once_per_commit(shop: Shop) -> None:
    engine = shop.engine
    author = (await create(engine, SYSTEM, "authors", {"name": "x"}))[0]
    await create(engine, SYSTEM, "books", {"title": "t", "author": author})
    ears = [Ear(engine, SYSTEM) for _ in range(50)]
    for ear in ears:
        await ear.subscribe("books", exact=True, fields=["id", "author.name"])
    reads = count_reads(engine)
    await update(engine, SYSTEM, "authors", {"name": "y"}, keys=[author])
    await settled(engine)
    assert len(reads) == 1
    assert {ear.told()[-1][0] for ear in ears} == {"update"}
    await update(engine, SYSTEM, "authors", {"email": "a@example.com"}, keys=[author])
    await settled(engine)
    assert len(reads) == 1


async def test_what_cannot_be_held(people: People) -> None:
    await people.user("ann", None, await people.policy("titles", allow("read", fields=["title"])))
    ear = Ear(people.engine, await people.who("tok-ann"))
    with pytest.raises(Forbidden):
        await ear.subscribe("articles", exact=True, fields=["title"])
    with pytest.raises(InvalidQuery):
        await Ear(people.engine, SYSTEM).subscribe("articles", exact=True, alias={"id": "title"}, fields=["id"])


def count_reads(engine: Engine) -> list[str]:
    """The statements that are read from now on."""
    texts: list[str] = []
    for name in ("read", "snapshot"):
        real = getattr(engine.store, name)

        async def counted(text: str, args: Any = (), real: Any = real) -> Any:
            texts.append(text)
            return await real(text, args)

        setattr(engine.store, name, counted)
    return texts


# ---- rights -----------------------------------------------------------------------------------------------------------


async def test_rows_and_fields_that_are_taken_away_leave(people: People) -> None:
    engine = people.engine
    policy = await people.policy("p", allow("read"))
    rule = (await people.rows("SELECT id FROM directus_permissions WHERE policy = ?", [policy]))[0][0]
    user = await people.user("ann", None, policy)
    mine, other = await people.item(title="m", owner=user), await people.item(title="o")
    mirrors = [Mirror(Ear(engine, await people.who("tok-ann"))) for _ in range(20)]
    for mirror in mirrors:
        await mirror.ear.subscribe("articles", exact=True, fields=["*"])
        await mirror.ear.subscribe("articles", "w", exact=True, fields=["*"], sort=["-id"], limit=5)
    reads = count_reads(engine)

    async def expect(rows: dict[Any, Any]) -> None:
        await settled(engine)
        for mirror in mirrors:
            mirror.listen()
            assert mirror.sets == {"s": rows, "w": rows}

    await people.change("directus_permissions", rule, permissions={"owner": {"_eq": "$CURRENT_USER"}})
    await expect({mine: {"id": mine, "title": "m", "owner": user}})
    await people.change("directus_permissions", rule, fields=["id", "title"])
    await expect({mine: {"id": mine, "title": "m"}})
    assert len([text for text in reads if "articles" in text]) <= 12
    await people.change("directus_permissions", rule, permissions={})
    await expect({mine: {"id": mine, "title": "m"}, other: {"id": other, "title": "o"}})
    await people.change("directus_permissions", rule, action="update")
    await expect({})
    await people.item(title="unseen")
    await people.change("directus_permissions", rule, action="read")
    await settled(engine)
    mirrors[0].listen()
    assert [row["title"] for row in mirrors[0].sets["s"].values()] == ["m", "o", "unseen"]


@pytest.mark.parametrize("seed", range(3))
async def test_rights_and_rows_that_change_at_once(people: People, seed: int) -> None:
    engine, chance = people.engine, random.Random(seed)
    policy = await people.policy("p", allow("read"))
    rule = (await people.rows("SELECT id FROM directus_permissions WHERE policy = ?", [policy]))[0][0]
    user = await people.user("ann", None, policy)
    actor = await people.who("tok-ann")
    keys = [await people.item(title=chance.choice("abc"), owner=chance.choice([user, None])) for _ in range(6)]
    rules: list[Any] = [
        {},
        {"owner": {"_eq": "$CURRENT_USER"}},
        {"title": {"_in": ["a", "b"]}},
        {"title": {"_neq": "c"}},
    ]
    queries: list[Query] = [{"fields": ["*"]}, {"fields": ["*"], "sort": ["-title"], "limit": 4}]
    mirrors = [Mirror(Ear(engine, actor)) for _ in range(2)]
    for mirror in mirrors:
        for number, query in enumerate(queries):
            await mirror.ear.subscribe("articles", str(number), exact=True, **query)
    for _ in range(25):
        works: list[Any] = []
        for _ in range(4):
            what = chance.random()
            if what < 0.4:
                grant = {
                    "permissions": chance.choice(rules),
                    "action": chance.choice(["read", "read", "read", "update"]),
                }
                fields = chance.choice([["*"], ["id", "title"]])
                works.append(people.change("directus_permissions", rule, **grant, fields=fields))
            elif what < 0.8:
                works.append(people.change("articles", chance.choice(keys), title=chance.choice("abc")))
            else:
                works.append(people.item(title=chance.choice("abc"), owner=chance.choice([user, None])))
        await asyncio.gather(*works)
        await settled(engine)
        for mirror in mirrors:
            mirror.listen()
            for number, query in enumerate(queries):
                try:
                    rows = await fresh(engine, actor, "articles", query)
                except RowcastError:
                    rows = []
                assert mirror.sets[str(number)] == {row["id"]: row for row in rows}, query


# ---- coming back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exact", [True, False])
async def test_who_comes_back_is_told_what_it_missed(shop: Shop, exact: bool) -> None:
    engine = shop.engine
    gone, stayed = Ear(engine, SYSTEM), Ear(engine, SYSTEM)
    query: Query = {"fields": ["id", "title"], "filter": {"pages": {"_gt": 1}}}
    for ear in (gone, stayed):
        await ear.subscribe("books", exact=exact, resume=True, **query)
    await create(engine, SYSTEM, "books", [{"title": "a", "pages": n} for n in range(4)])
    heard = gone.heard()
    gone.close()
    keys = await create(engine, SYSTEM, "books", [{"title": "b", "pages": n} for n in range(5)])
    await update(engine, SYSTEM, "books", {"pages": 0}, keys=keys[:3])
    await delete(engine, SYSTEM, "books", keys=keys[2:4])
    everything = stayed.heard()
    reads = count_reads(engine)
    for known in range(1, len(heard) + 1):
        ear = Ear(engine, SYSTEM)
        await ear.subscribe("books", exact=exact, since=heard[known - 1]["position"], **query)
        *missed, resumed = ear.heard()
        assert missed == everything[known:]
        assert resumed["event"] == "resumed"
        assert resumed["uid"] == "s"
        await create(engine, SYSTEM, "books", {"title": "c", "pages": 9})
        everything += stayed.heard()
        assert ear.heard() == everything[-1:]
    assert [text for text in reads if "books" in text] == []


async def test_who_has_missed_nothing_resumes_any_view(shop: Shop) -> None:
    ear, query = Ear(shop.engine, SYSTEM), QUERIES[7]
    await ear.subscribe("books", "stays", exact=True, **query)
    await ear.subscribe("books", exact=True, resume=True, **query)
    place = ear.heard()[-1]["position"]
    await ear.subscribe("books", exact=True, since=place, **query)
    assert [frame["event"] for frame in ear.heard()] == ["resumed"]
    await create(shop.engine, SYSTEM, "books", {"title": "a"})
    await settled(shop.engine)
    ear.heard()
    await ear.subscribe("books", exact=True, since=place, **query)
    assert [frame["event"] for frame in ear.heard()] == ["init"]


@pytest.mark.parametrize("since", ["", "nonsense", "other.5~0011223344556677", "x+1~"])
async def test_an_unknown_place_begins_anew(shop: Shop, since: str) -> None:
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("books", since=since, fields=["id"])
    (frame,) = ear.heard()
    assert frame["event"] == "init"
    assert frame["position"]


async def test_other_rights_begin_anew(people: People) -> None:
    policy = await people.policy("p", allow("read"))
    rule = (await people.rows("SELECT id FROM directus_permissions WHERE policy = ?", [policy]))[0][0]
    await people.user("ann", None, policy)
    ear = Ear(people.engine, await people.who("tok-ann"))
    await ear.subscribe("articles", resume=True, fields=["id"])
    place = ear.heard()[0]["position"]
    await people.change("directus_permissions", rule, permissions={"title": {"_eq": "x"}})
    await ear.subscribe("articles", since=place, fields=["id"])
    assert [frame["event"] for frame in ear.heard()] == ["init"]


async def test_without_asking_there_are_no_positions(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("books", exact=True, fields=["id"])
    await create(shop.engine, SYSTEM, "books", {"title": "a"})
    assert all("position" not in frame for frame in ear.heard())


# ---- related rows in the default mode ---------------------------------------------------------------------------------


async def test_subscribers_hear_of_related_rows_that_they_see(shop: Shop) -> None:
    engine, ear = shop.engine, Ear(shop.engine, SYSTEM)
    author = (await create(engine, SYSTEM, "authors", {"name": "x"}))[0]
    books = await create(engine, SYSTEM, "books", [{"title": t, "author": author} for t in "ab"])
    await ear.subscribe("books", "names", fields=["id", "author.name"])
    await ear.subscribe("books", "own", fields=["id", "author"])
    await ear.subscribe("books", "filter", fields=["id"], filter={"author": {"name": {"_eq": "y"}}})
    await ear.subscribe("books", "stars", fields=["id", "reviews.stars"])
    ear.heard()
    await update(engine, SYSTEM, "authors", {"name": "y"}, keys=[author])
    frames = {frame["uid"]: frame for frame in ear.heard()}
    assert frames["names"]["data"] == [{"id": key, "author": {"name": "y"}} for key in books]
    assert frames["filter"]["data"] == [{"id": key} for key in books]
    assert set(frames) == {"names", "filter"}
    await update(engine, SYSTEM, "authors", {"email": "x@example.com"}, keys=[author])
    assert ear.heard() == []
    review = (await create(engine, SYSTEM, "reviews", {"stars": 1, "book": books[0]}))[0]
    assert [(f["uid"], f["event"], f["data"][0]["id"]) for f in ear.heard()] == [("stars", "update", books[0])]
    await update(engine, SYSTEM, "reviews", {"book": books[1]}, keys=[review])
    assert [[row["id"] for row in frame["data"]] for frame in ear.heard()] == [books]


async def test_ten_thousand_come_back_without_a_question(shop: Shop) -> None:
    engine = shop.engine
    queries: list[Query] = [{"fields": ["id", "title"], "filter": {"pages": {"_gt": n % 100}}} for n in range(10_000)]
    first = [Ear(engine, SYSTEM) for _ in range(100)]
    for ear, query in zip(first, queries, strict=False):
        await ear.subscribe("books", exact=True, resume=True, **query)
    places = [ear.heard()[-1]["position"] for ear in first]
    for ear in first:
        ear.close()
    for number in range(20):
        await create(engine, SYSTEM, "books", {"title": "t", "pages": number * 5})
    reads = count_reads(engine)
    ears = [Ear(engine, SYSTEM) for _ in range(10_000)]
    for number, ear in enumerate(ears):
        await ear.subscribe("books", exact=True, since=places[number % 100], **queries[number])
    assert reads == []
    for number, ear in enumerate(ears):
        *missed, resumed = ear.heard()
        assert resumed["event"] == "resumed"
        assert [frame["event"] for frame in missed] == ["create"] * sum(n * 5 > number % 100 for n in range(20))


async def test_the_data_model_changes(people: People) -> None:
    engine = people.engine
    key = await people.item(title="t")
    mirror = Mirror(Ear(engine, await people.who("tok-admin")))
    await mirror.ear.subscribe("articles", exact=True, fields=["*"])
    await mirror.ear.subscribe("articles", "w", exact=True, fields=["*"], limit=3)
    await create_field(engine, SYSTEM, "articles", {"field": "size", "type": "integer", "schema": {}, "meta": {}})
    await settled(engine)
    mirror.listen()
    seen = {key: {"id": key, "title": "t", "owner": None, "size": None}}
    assert mirror.sets == {"s": seen, "w": seen}
    await delete_fields(engine, SYSTEM, "articles", ["size"])
    await people.change("articles", key, title="u")
    await settled(engine)
    mirror.listen()
    seen = {key: {"id": key, "title": "u", "owner": None}}
    assert mirror.sets == {"s": seen, "w": seen}
    await delete_collections(engine, SYSTEM, ["articles"])
    await settled(engine)
    mirror.listen()
    assert mirror.sets == {"s": {}, "w": {}}


async def test_a_reading_that_fails_is_made_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database was too slow once, and nothing else happens."""
    engine, mirror = shop.engine, Mirror(Ear(shop.engine, SYSTEM))
    await mirror.ear.subscribe("books", exact=True, fields=["id", "title"], limit=3)
    snapshot, failures = engine.store.snapshot, [OutOfTime(), RuntimeError("the disk is gone")]

    async def fails(text: str, args: Any = ()) -> Any:
        if failures:
            raise failures.pop(0)
        return await snapshot(text, args)

    monkeypatch.setattr(engine.store, "snapshot", fails)
    monkeypatch.setattr("rowcast.engine.telling.refresh._SOON", 0.01)
    [key] = await create(engine, SYSTEM, "books", {"title": "a"})
    await until(lambda: not failures and not engine.broadcast.refresher._retries)
    await settled(engine)
    mirror.listen()
    assert mirror.sets["s"] == {key: {"id": key, "title": "a"}}

"""Create, update and delete of single rows on a real database: keys, defaults, specials, checks, history, announcements."""

from __future__ import annotations

import re

import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.update import update, update_batch, upsert_singleton
from rowcast.errors import (
    FailedValidation,
    Forbidden,
    InvalidForeignKey,
    InvalidPayload,
    NotUnique,
    RowcastError,
)
from rowcast.query.parse import parse
from tests.engine.shop import Shop

WRITER = "11111111-1111-4111-8111-111111111111"


async def test_each_of_many_is_announced_for_itself_and_keys_go_on(shop: Shop) -> None:
    assert await create(shop.engine, SYSTEM, "authors", {"id": 50, "name": "Ada"}) == [50]
    assert await create(shop.engine, SYSTEM, "authors", [{"name": "Bo"}, {"name": "Cy"}]) == [51, 52]
    assert shop.events() == [("authors", "create", [50]), ("authors", "create", [51]), ("authors", "create", [52])]
    assert await shop.rows("authors", "id", "active") == [(50, 1), (51, 1), (52, 1)]


async def test_one_fault_undoes_all(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "authors", {"name": "Ada", "email": "a@b"})
    with pytest.raises(NotUnique) as caught:
        await create(shop.engine, SYSTEM, "authors", [{"name": "Good"}, {"name": "Bad", "email": "a@b"}])
    assert caught.value.extensions == {"collection": "authors", "field": "email", "value": "a@b"}
    assert len(await shop.rows("authors", "id")) == 1
    assert len(await shop.revisions("authors")) == 1


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"email": "x"}, FailedValidation),
        ({"name": None}, FailedValidation),
        ({"name": "x", "shoe_size": 44}, Forbidden),
        ({"name": "x", "active": "maybe"}, InvalidPayload),
        ({"name": "x", "books": "text"}, InvalidPayload),
        ({"name": "x", "books": {"create": "x"}}, InvalidPayload),
        ({"name": "x", "books": {"drop": []}}, InvalidPayload),
    ],
)
async def test_what_is_wrong_is_refused_and_nothing_is_stored(
    shop: Shop, payload: dict[str, object], error: type[RowcastError]
) -> None:
    with pytest.raises(error):
        await create(shop.engine, SYSTEM, "authors", payload)
    assert await shop.rows("authors", "id") == []


async def test_update_by_keys_query_and_batch(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", [{"title": str(n), "pages": n} for n in range(1, 5)])
    shop.events()
    engine = shop.engine
    assert await update(engine, SYSTEM, "books", {"pages": 9}, keys=[2, "1", 99]) == [2, 1]
    few = parse({"filter": {"pages": {"_lt": 9}}, "sort": ["-id"], "limit": 1})
    assert await update(engine, SYSTEM, "books", {"pages": 8}, query=few) == [4]
    assert await update_batch(engine, SYSTEM, "books", [{"id": 3, "title": "c"}, {"id": 4, "title": "d"}]) == [3, 4]
    assert shop.events() == [
        ("books", "update", [1, 2]),
        ("books", "update", [4]),
        ("books", "update", [3]),
        ("books", "update", [4]),
    ]
    assert await shop.rows("books", "id", "title", "pages") == [(1, "1", 9), (2, "2", 9), (3, "c", 3), (4, "d", 8)]
    with pytest.raises(InvalidPayload):
        await update_batch(engine, SYSTEM, "books", [{"title": "no key"}])
    with pytest.raises(FailedValidation):
        await update(engine, SYSTEM, "books", {"title": None}, keys=[1])


async def test_delete_by_keys_and_query(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "quiet", [{"label": str(n)} for n in range(5)])
    shop.events()
    assert await delete(shop.engine, SYSTEM, "quiet", keys=[1, 2, 77]) == [1, 2]
    assert await delete(shop.engine, SYSTEM, "quiet", query=parse({"filter": {"id": {"_gt": 3}}})) == [4, 5]
    assert shop.events() == [("quiet", "delete", [1, 2]), ("quiet", "delete", [4, 5])]
    assert await delete(shop.engine, SYSTEM, "quiet", keys=[]) == []


async def test_specials_fill_and_keep(shop: Shop) -> None:
    writer = Actor(user=WRITER, admin=True)
    await create(shop.engine, writer, "stamps", {"label": "a", "made": "2020-01-02T03:04:05Z", "serial": None})
    [(key, made, changed, maker, serial)] = await shop.rows("stamps", "id", "made", "changed", "maker", "serial")
    assert re.fullmatch(r"[0-9a-f-]{36}", key)
    assert re.fullmatch(r"[0-9a-f-]{36}", serial)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made)
    assert not made.startswith("2020")
    assert (changed, maker) == (None, WRITER)
    await update(shop.engine, SYSTEM, "stamps", {"label": "b"}, keys=[key])
    [(made_after, changed_after, maker_after)] = await shop.rows("stamps", "made", "changed", "maker")
    assert (made_after, maker_after) == (made, WRITER)
    assert changed_after >= made


async def test_secrets_are_hashed_and_never_in_a_revision(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "stamps", {"secret": "open sesame", "hidden": "a hidden one"})
    [(key, secret, hidden)] = await shop.rows("stamps", "id", "secret", "hidden")
    assert secret.startswith("$argon2id$")
    await update(shop.engine, SYSTEM, "stamps", {"hidden": "**********", "label": "x"}, keys=[key])
    assert await shop.rows("stamps", "hidden", "label") == [(hidden, "x")]
    for _, _, data, delta, _ in await shop.revisions("stamps"):
        assert data["hidden"] == "**********"
        assert "a hidden one" not in str(delta)


async def test_history_follows_the_collection(shop: Shop) -> None:
    writer = Actor(admin=True, ip="10.0.0.1", user_agent="test", origin="https://here")
    for name in ("quiet", "halfway", "authors"):
        payload = {"name": "x"} if name == "authors" else {"label": "x"}
        await create(shop.engine, writer, name, payload)
    await update(shop.engine, writer, "authors", {"email": "e"}, keys=[1])
    await delete(shop.engine, writer, "authors", keys=[1])
    activity = await shop.rows(
        "directus_activity", "id", "action", "collection", "item", "ip", "user_agent", "origin", where="ip IS NOT NULL"
    )
    told = ("10.0.0.1", "test", "https://here")
    assert [row[1:] for row in activity] == [
        ("create", "halfway", "1", *told),
        ("create", "authors", "1", *told),
        ("update", "authors", "1", *told),
        ("delete", "authors", "1", *told),
    ]
    first, second = await shop.revisions("authors")
    assert first[3] == {"name": "x"}
    assert second[2] == {"id": 1, "name": "x", "email": "e", "active": True}
    assert second[3] == {"email": "e"}
    assert await shop.revisions("halfway") == []


async def test_singleton_is_created_once(shop: Shop) -> None:
    assert await upsert_singleton(shop.engine, SYSTEM, "site", {"heading": "a"}) == 1
    assert await upsert_singleton(shop.engine, SYSTEM, "site", {"heading": "b"}) == 1
    assert await shop.rows("site", "id", "heading") == [(1, "b")]


async def test_a_dangling_key_names_its_field(shop: Shop) -> None:
    with pytest.raises(InvalidForeignKey) as caught:
        await create(shop.engine, SYSTEM, "books", {"title": "Ghost", "author": 9999})
    assert caught.value.extensions == {"collection": "books", "field": "author", "value": 9999}


async def test_of_several_keys_the_dangling_one_is_named(shop: Shop) -> None:
    book = (await create(shop.engine, SYSTEM, "books", {"title": "Ghost"}))[0]
    for keys, field in (
        ({"books_id": 9999, "genres_slug": None}, "books_id"),
        ({"genres_slug": "none"}, "genres_slug"),
    ):
        with pytest.raises(InvalidForeignKey) as caught:
            await create(shop.engine, SYSTEM, "books_genres", {"books_id": book, **keys})
        named = {"books_id": book, **keys}[field]
        assert caught.value.extensions == {"collection": "books_genres", "field": field, "value": named}
    linked = {"genres": [{"genres_slug": "none"}]}
    with pytest.raises(InvalidForeignKey) as caught:
        await update(shop.engine, SYSTEM, "books", linked, keys=[book])
    assert caught.value.extensions["field"] == "genres_slug"


async def test_the_batch_limit_counts_every_row(shop: Shop) -> None:
    with pytest.raises(InvalidPayload, match="50"):
        await create(shop.engine, SYSTEM, "quiet", [{"label": "x"}] * 51)
    assert await shop.rows("quiet", "id") == []


async def test_strangers_may_not_write(shop: Shop) -> None:
    stranger = Actor()
    with pytest.raises(Forbidden):
        await create(shop.engine, stranger, "authors", {"name": "x"})
    with pytest.raises(Forbidden):
        await update(shop.engine, stranger, "authors", {"name": "x"}, keys=[1])
    with pytest.raises(Forbidden):
        await delete(shop.engine, stranger, "authors", keys=[1])
    with pytest.raises(Forbidden):
        await create(shop.engine, SYSTEM, "nowhere", {"name": "x"})


async def test_a_row_keeps_its_key(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", {"title": "a", "pages": 1})
    assert await update(shop.engine, SYSTEM, "books", {"id": 7, "pages": 2}, keys=[1]) == [1]
    assert await shop.rows("books", "id", "pages") == [(1, 2)]

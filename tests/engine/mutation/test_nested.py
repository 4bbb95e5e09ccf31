"""Nested writes on a real database, in every relation kind and both forms."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.update import update
from rowcast.errors import FailedValidation, Forbidden, InvalidPayload
from tests.engine.shop import Shop


async def test_m2o_is_created_changed_linked_and_unlinked(shop: Shop) -> None:
    engine = shop.engine
    await create(engine, SYSTEM, "books", {"title": "Fjord", "author": {"name": "New"}})
    await update(engine, SYSTEM, "books", {"author": {"id": 1, "name": "Renamed"}}, keys=[1])
    assert await shop.rows("authors", "id", "name") == [(1, "Renamed")]
    await update(engine, SYSTEM, "books", {"author": {"name": "Another"}}, keys=[1])
    assert await shop.rows("books", "author") == [(2,)]
    await update(engine, SYSTEM, "books", {"author": 1}, keys=[1])
    assert await shop.rows("books", "author") == [(1,)]
    await update(engine, SYSTEM, "books", {"author": None}, keys=[1])
    assert await shop.rows("books", "author") == [(None,)]
    assert shop.events()[:4] == [
        ("authors", "create", [1]),
        ("books", "create", [1]),
        ("authors", "update", [1]),
        ("books", "update", [1]),
    ]


async def test_o2m_list_replaces_and_deselects_by_deleting(shop: Shop) -> None:
    engine = shop.engine
    reviews = [{"id": n, "stars": n} for n in (1, 2, 3)]
    await create(engine, SYSTEM, "books", {"id": 300, "title": "Tide", "reviews": reviews})
    shop.events()
    await update(engine, SYSTEM, "books", {"reviews": [{"id": 2, "stars": 22}, 3, {"id": 4, "stars": 4}]}, keys=[300])
    assert await shop.rows("reviews", "id", "stars", "book") == [(2, 22, 300), (3, 3, 300), (4, 4, 300)]
    assert shop.events() == [
        ("books", "update", [300]),
        ("reviews", "update", [2]),
        ("reviews", "create", [4]),
        ("reviews", "delete", [1]),
    ]
    await update(engine, SYSTEM, "books", {"reviews": []}, keys=[300])
    assert await shop.rows("reviews", "id") == []


async def test_o2m_deselects_by_nullifying(shop: Shop) -> None:
    books = [{"id": 1, "title": "One"}, {"id": 2, "title": "Two"}]
    await create(shop.engine, SYSTEM, "authors", {"id": 1, "name": "A", "books": books})
    await update(shop.engine, SYSTEM, "authors", {"books": [1]}, keys=[1])
    assert await shop.rows("books", "id", "author") == [(1, 1), (2, None)]


async def test_o2m_detailed_form_sorts_what_is_new(shop: Shop) -> None:
    engine = shop.engine
    await create(
        engine, SYSTEM, "books", {"id": 1, "title": "Tide", "reviews": {"create": [{"stars": 1}, {"stars": 2}]}}
    )
    await create(engine, SYSTEM, "books", {"id": 2, "title": "Other", "reviews": [{"stars": 9}]})
    changes = {"create": [{"stars": 3}], "update": [{"id": 1, "stars": 11}], "delete": [2, 3]}
    await update(engine, SYSTEM, "books", {"reviews": changes}, keys=[1])
    assert await shop.rows("reviews", "id", "stars", "sort", "book") == [(1, 11, 1, 1), (3, 9, None, 2), (4, 3, 3, 1)]


async def test_m2m_creates_links_and_changes_from_both_sides(shop: Shop) -> None:
    engine = shop.engine
    await create(engine, SYSTEM, "genres", {"slug": "sea"})
    genres = [{"genres_slug": "sea"}, {"genres_slug": {"slug": "fog", "label": "Fog"}}]
    await create(engine, SYSTEM, "books", {"id": 1, "title": "Mix", "genres": genres})
    await update(
        engine,
        SYSTEM,
        "books",
        {"genres": {"update": [{"id": 2, "genres_slug": {"slug": "fog", "label": "Thick"}}]}},
        keys=[1],
    )
    books = [{"books_id": 1}, {"books_id": {"id": 2, "title": "From genre"}}]
    await update(engine, SYSTEM, "genres", {"books": books}, keys=["sea"])
    assert await shop.rows("genres", "slug", "label") == [("fog", "Thick"), ("sea", None)]
    assert await shop.rows("books_genres", "id", "books_id", "genres_slug") == [
        (1, 1, None),
        (2, 1, "fog"),
        (3, 1, "sea"),
        (4, 2, "sea"),
    ]


async def test_m2a_writes_to_the_collection_that_is_said(shop: Shop) -> None:
    engine = shop.engine
    parts = [
        {"collection": "quotes", "item": {"words": "To sea"}},
        {"collection": "photos", "item": {"caption": "Boat"}},
    ]
    await create(engine, SYSTEM, "letters", {"subject": "Dear", "parts": parts})
    changes = {
        "create": [{"collection": "photos", "item": 1}],
        "update": [{"id": 1, "collection": "quotes", "item": {"id": 1, "words": "To land"}}],
        "delete": [2],
    }
    await update(engine, SYSTEM, "letters", {"parts": changes}, keys=[1])
    assert await shop.rows("letters_parts", "id", "collection", "item", "place") == [
        (1, "quotes", "1", None),
        (3, "photos", "1", 1),
    ]
    assert await shop.rows("quotes", "words") == [("To land",)]


@pytest.mark.parametrize(
    "part",
    [
        {"collection": "books", "item": {"title": "x"}},
        {"collection": "books", "item": 1},
        {"item": {"words": "x"}},
    ],
)
async def test_m2a_keeps_to_what_is_allowed(shop: Shop, part: dict[str, object]) -> None:
    with pytest.raises(InvalidPayload):
        await create(shop.engine, SYSTEM, "letters", {"subject": "Bad", "parts": [part]})
    assert await shop.rows("letters", "id") == []


async def test_a_fault_deep_inside_tells_its_path_and_undoes_all(shop: Shop) -> None:
    with pytest.raises(FailedValidation) as caught:
        await create(shop.engine, SYSTEM, "authors", {"name": "A", "books": [{"title": "ok"}, {"pages": 3}]})
    assert caught.value.extensions == {"field": "title", "path": ["books"], "type": "required"}
    with pytest.raises(FailedValidation) as caught:
        await create(shop.engine, SYSTEM, "reviews", {"book": {"title": "T", "author": {"email": "x"}}})
    assert caught.value.extensions["path"] == ["book", "author"]
    with pytest.raises(Forbidden):
        await create(shop.engine, SYSTEM, "authors", {"name": "A", "books": [777]})
    for table in ("authors", "books", "reviews"):
        assert await shop.rows(table, "id") == []


async def test_revisions_of_nested_rows_have_their_parent(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", {"title": "P", "author": {"name": "Up"}, "reviews": [{"stars": 1}]})
    [(book, *_)] = await shop.revisions("books")
    [(_, _, _, _, author_parent)] = await shop.revisions("authors")
    [(_, _, _, _, review_parent)] = await shop.revisions("reviews")
    assert author_parent == review_parent == book


async def test_nesting_has_an_end(shop: Shop) -> None:
    payload: dict[str, Any] = {"title": "x"}
    for _ in range(300):
        payload = {"title": "x", "author": {"name": "y", "books": [payload]}}
    with pytest.raises(InvalidPayload):
        await create(shop.engine, SYSTEM, "books", payload)


async def test_a_long_way_down_is_written(shop: Shop) -> None:
    payload: dict[str, Any] = {"title": "x"}
    for n in range(12):
        genre = {"slug": str(n), "books": [{"books_id": payload}]}
        payload = {"title": "x", "genres": [{"genres_slug": genre}]}
    await create(shop.engine, SYSTEM, "books", payload)
    assert len(await shop.rows("books", "id")) == 13

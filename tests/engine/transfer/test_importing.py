"""Items from files and back to how they were."""

from __future__ import annotations

import pytest

from rowcast.auth import PUBLIC, SYSTEM
from rowcast.engine.create import create
from rowcast.engine.revert import revert
from rowcast.engine.transfer.importing import import_items
from rowcast.engine.update import update
from rowcast.errors import FailedValidation, Forbidden, InvalidPayload, UnsupportedMediaType
from tests.engine.shop import Shop


async def test_json_creates_and_updates(shop: Shop) -> None:
    engine = shop.engine
    await import_items(engine, SYSTEM, "quiet", "application/json", b'[{"id":8,"label":"a"},{"label":"b"}]')
    await import_items(engine, SYSTEM, "quiet", "application/json", b'[{"id":8,"label":"c"}]')
    assert await shop.rows("quiet", "id", "label") == [(8, "c"), (9, "b")]


async def test_csv_casts_nests_and_leaves_out_what_is_empty(shop: Shop) -> None:
    text = '\ufeffid,title,pages,author.name,author.active\n7,"a, ""b""\nc",12,Ada,false\n8,007,,,\n'
    await import_items(shop.engine, SYSTEM, "books", "text/csv", text.encode())
    assert await shop.rows("books", "id", "title", "pages", "author") == [
        (7, 'a, "b"\nc', 12, 1),
        (8, "007", None, None),
    ]
    assert await shop.rows("authors", "name", "active") == [("Ada", 0)]


async def test_one_bad_row_undoes_all_and_is_named(shop: Shop) -> None:
    with pytest.raises(FailedValidation) as caught:
        await import_items(shop.engine, SYSTEM, "authors", "application/json", b'[{"name":"ok"},{"name":null}]')
    assert caught.value.extensions["rows"] == [{"type": "lines", "rows": [2]}]
    assert await shop.rows("authors", "id") == []


@pytest.mark.parametrize(
    ("media_type", "content", "error"),
    [
        ("application/json", b'[{"id":', InvalidPayload),
        ("application/json", b'{"id":1}', InvalidPayload),
        ("application/json", b"\xff", InvalidPayload),
        ("text/csv", b"\xff\xfe", InvalidPayload),
        ("text/csv", b'id\n"1', InvalidPayload),
        ("application/octet-stream", b"zzz", UnsupportedMediaType),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused(
    shop: Shop, media_type: str, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await import_items(shop.engine, SYSTEM, "quiet", media_type, content)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,label\n1,a\n\n2,b,c\n", "Row 2 has 3 cells, but the header has 2"),
        ("id,label,label\n1,a,b\n", 'The column "label" is there twice'),
    ],
)
async def test_no_cell_is_lost(shop: Shop, text: str, told: str) -> None:
    with pytest.raises(InvalidPayload) as caught:
        await import_items(shop.engine, SYSTEM, "quiet", "text/csv", text.encode())
    assert told in caught.value.message
    assert await shop.rows("quiet", "id") == []
    await import_items(shop.engine, SYSTEM, "quiet", "text/csv", b"id,label\n1,a,,\n2\n")
    assert await shop.rows("quiet", "id", "label") == [(1, "a"), (2, None)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
async def test_cells_are_divided_by_what_the_header_has(shop: Shop, mark: str) -> None:
    long = "x" * 200_000
    await import_items(shop.engine, SYSTEM, "quotes", "text/csv", f'id{mark}words\n1{mark}"a,b;{long}"\n'.encode())
    assert await shop.rows("quotes", "id", "words") == [(1, f"a,b;{long}")]


async def test_strangers_may_not_import(shop: Shop) -> None:
    for actor, name in ((PUBLIC, "quiet"), (SYSTEM, "nowhere")):
        with pytest.raises(Forbidden):
            await import_items(shop.engine, actor, name, "application/json", b"[]")


async def test_a_revision_is_brought_back_but_not_its_secrets(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "stamps", {"label": "before", "hidden": "h1"})
    [(revision, key, *_)] = await shop.revisions("stamps")
    await update(shop.engine, SYSTEM, "stamps", {"label": "after", "hidden": "h2"}, keys=[key])
    await revert(shop.engine, SYSTEM, revision)
    assert await shop.rows("stamps", "label", "hidden") == [("before", "h2")]

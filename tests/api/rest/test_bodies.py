"""How bodies and paths may come, and names in headers go."""

from __future__ import annotations

import gzip
import zlib
from urllib.parse import quote

import httpx
import pytest

from tests.engine.people import People

ROW = b'{"title":"a"}'
PACKED = gzip.compress(ROW, mtime=0)


@pytest.mark.parametrize(
    ("encoding", "content", "told"),
    [
        ("gzip", PACKED, 200),
        ("X-GZIP", PACKED, 200),
        ("deflate", zlib.compress(ROW), 200),
        ("identity", ROW, 200),
        ("gzip", b"", 400),
        ("gzip", ROW, 400),
        ("gzip", PACKED[:-9], 400),
        ("gzip", gzip.compress(b'{"title":"' + bytes(2 << 20) + b'"}', mtime=0), 413),
        ("br", ROW, 415),
    ],
    ids=["gzip", "x-gzip", "deflate", "identity", "empty", "plain", "cut", "bomb", "br"],
)
async def test_compressed(people: People, http: httpx.AsyncClient, encoding: str, content: bytes, told: int) -> None:
    http.headers["Authorization"] = "Bearer tok-admin"
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    answer = await http.post("/items/articles?fields=title", content=content, headers=headers)
    assert answer.status_code == told
    assert told != 200 or answer.json() == {"data": {"title": "a"}}


async def test_a_byte_order_mark(people: People, http: httpx.AsyncClient) -> None:
    http.headers["Authorization"] = "Bearer tok-admin"
    assert (await http.post("/items/articles", content=b"\xef\xbb\xbf" + ROW)).status_code == 200


async def test_a_slash_at_the_end_means_nothing(people: People, http: httpx.AsyncClient) -> None:
    http.headers["Authorization"] = "Bearer tok-admin"
    for path in ("/items/articles/", "/users/me/", "/server/ping/", "/collections/articles//"):
        assert (await http.get(path)).status_code == 200, path
    assert (await http.post("/items/articles/", json={"title": "a"})).status_code == 200
    for path in ("/nowhere/", "/", "//", "/items/"):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "ROUTE_NOT_FOUND")


@pytest.mark.parametrize("name", ['ä"x', "日本", "a;b", "100 %", "a/b"])
async def test_an_export_of_a_collection_of_any_name(people: People, http: httpx.AsyncClient, name: str) -> None:
    http.headers["Authorization"] = "Bearer tok-admin"
    key = {"field": "id", "type": "integer", "schema": {"is_primary_key": True}}
    made = await http.post("/collections", json={"collection": name, "schema": {}, "meta": {}, "fields": [key]})
    assert made.status_code == 200
    path = quote(name, safe="")
    for place in (f"/collections/{path}", f"/fields/{path}", f"/fields/{path}/id", f"/relations/{path}"):
        assert (await http.get(place)).status_code == 200
    answer = await http.get(f"/items/{path}?export=csv")
    assert answer.status_code == 200
    told = answer.headers["content-disposition"]
    assert told.count('"') == 2
    assert quote(f"{name}.csv", safe="") in told or f'"{name}.csv"' in told
    assert (await http.delete(f"/collections/{path}")).status_code == 204

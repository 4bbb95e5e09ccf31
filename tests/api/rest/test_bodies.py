"""How bodies and paths may come."""

from __future__ import annotations

import gzip
import zlib

import httpx
import pytest

from tests.engine.people import People

ROW = b'{"title":"a"}'


@pytest.mark.parametrize(
    ("encoding", "content", "told"),
    [
        ("gzip", gzip.compress(ROW), 200),
        ("X-GZIP", gzip.compress(ROW), 200),
        ("deflate", zlib.compress(ROW), 200),
        ("identity", ROW, 200),
        ("gzip", b"", 400),
        ("gzip", ROW, 400),
        ("gzip", gzip.compress(ROW)[:-9], 400),
        ("gzip", gzip.compress(b'{"title":"' + bytes(2 << 20) + b'"}'), 413),
        ("br", ROW, 415),
    ],
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

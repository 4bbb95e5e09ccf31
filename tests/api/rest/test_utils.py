"""Exports into files and imports of several collections, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.patience import wait_until
from tests.support.server import Server

ARTICLES = {
    "collection": "articles",
    "schema": {},
    "meta": {},
    "fields": [
        {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}},
        {"field": "title", "type": "string", "schema": {}},
    ],
}


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with Server(tmp_path_factory.mktemp("utils"), IMPORT_MAX_FILE_SIZE="2kb") as server, server.client() as client:
        client.post("/collections", json=ARTICLES)
        client.post("/items/articles", json=[{"title": "Søvn"}, {"title": 'a "b"'}])
        yield client


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


def exported(admin: httpx.Client, title: str) -> Any:
    return wait_until(lambda: admin.get(f"/files?filter[title][_eq]={title}").json()["data"])[0]


@pytest.mark.parametrize(
    ("form", "kind", "text"),
    [
        ("csv", "text/csv", '"title"\n"Søvn"\n"a ""b"""'),
        ("json", "application/json", '[{"title":"Søvn"},{"title":"a \\"b\\""}]'),
        ("yaml", "text/yaml", '- title: Søvn\n- title: a "b"\n'),
    ],
)
def test_an_export_becomes_a_file(admin: httpx.Client, form: str, kind: str, text: str) -> None:
    body = {"format": form, "query": {"fields": ["title"], "sort": ["id"], "limit": 2}, "file": {"title": f"as-{form}"}}
    assert admin.post("/utils/export/articles", json=body).status_code == 204
    row = exported(admin, f"as-{form}")
    assert (row["type"], row["filename_download"].rpartition(".")[2]) == (kind, form)
    assert admin.get(f"/assets/{row['id']}").content.decode() == text
    asked = f"/notifications?fields=subject,recipient.email&filter[message][_contains]=as-{form}"
    told = wait_until(lambda: admin.get(asked).json()["data"])
    assert told == [{"subject": "The export of articles is ready", "recipient": {"email": "admin@example.com"}}]


def test_exports_that_are_refused(admin: httpx.Client) -> None:
    for path, body, told in (
        ("nowhere", {"format": "csv", "query": {}}, (403, "FORBIDDEN")),
        ("directus_users", {"format": "csv", "query": {}}, (403, "FORBIDDEN")),
        ("articles", {"format": "exe", "query": {}}, (400, "INVALID_PAYLOAD")),
        ("articles", {"query": {}}, (400, "INVALID_PAYLOAD")),
        ("articles", {"format": "csv"}, (400, "INVALID_PAYLOAD")),
        ("articles", {"format": "csv", "query": {"filter": {"title": {"_near": 1}}}}, (400, "INVALID_QUERY")),
    ):
        assert code(admin.post(f"/utils/export/{path}", json=body)) == told
    assert code(httpx.post(f"{admin.base_url}/utils/export/articles", json={"format": "csv", "query": {}})) == (
        403,
        "FORBIDDEN",
    )


def test_importing_several_collections(admin: httpx.Client) -> None:
    def send(content: bytes, query: str = "", kind: str = "application/json") -> httpx.Response:
        return admin.post(f"/utils/import{query}", files={"file": ("all.json", content, kind)})

    content = b'[{"collection":"articles","items":[{"title":"imported"}]}]'
    dry = send(content, "?dryRun=true").json()["data"]
    assert (dry["applied"], dry["mode"]) == (False, "add")
    done = send(content).json()["data"]
    assert done["collections"] == dry["collections"]
    assert list(done["collections"]["articles"]) == ["existing", "new", "deleted", "mapped"]
    assert len(admin.get("/items/articles?filter[title][_eq]=imported").json()["data"]) == 1
    assert code(send(content, "?mode=replace")) == (400, "INVALID_PAYLOAD")
    assert code(send(content, kind="text/csv")) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert code(send(b" " * 3000)) == (413, "CONTENT_TOO_LARGE")
    assert code(admin.post("/utils/import", files={"x": (None, "y")})) == (400, "INVALID_PAYLOAD")

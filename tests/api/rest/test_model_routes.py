"""The routes of collections, fields, relations and the whole model, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from tests.support.server import Server

TOOLS = {"collection": "tools", "schema": {}, "meta": {}, "fields": [{"field": "name", "type": "string", "meta": {}}]}
WRONG = [
    "null",
    "7",
    '"a"',
    "[]",
    "{}",
    "[null]",
    "[7]",
    "[[]]",
    '{"schema": 7}',
    '{"meta": []}',
    '{"type": []}',
    "{",
    "\u0000",
]
WRONG += ['{"collection": [], "field": {}}', '{"field": "a", "type": "string", "schema": {"default_value": {}}}']
WRONG += ['[{"field": "name", "meta": {"special": 7}}]', '[{"field": "name", "meta": {"sort": "high"}}]']
WRONG += ['{"collection": "tools", "field": "name", "related_collection": "tools", "schema": {"on_delete": []}}']
WRONG += ['{"version": 1, "directus": [], "vendor": {}}', '{"hash": "x", "diff": {"collections": {}, "fields": 7}}']
WRITING = [
    ("POST", "/collections"),
    ("PATCH", "/collections"),
    ("DELETE", "/collections"),
    ("PATCH", "/collections/tools"),
    ("POST", "/fields/tools"),
    ("PATCH", "/fields/tools"),
    ("DELETE", "/fields/tools"),
    ("PATCH", "/fields/tools/name"),
    ("POST", "/relations"),
    ("PATCH", "/relations/tools/name"),
    ("POST", "/schema/diff"),
    ("POST", "/schema/apply"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of this module."""
    with Server(tmp_path_factory.mktemp("model")) as server:
        yield server


@pytest.fixture
def client(running: Server) -> Iterator[httpx.Client]:
    """An administrator with the collection ``tools``, which goes afterwards."""
    with running.client() as client:
        client.post("/collections", json=TOOLS).raise_for_status()
        yield client
        for collection in client.get("/collections").json()["data"]:
            if not collection["collection"].startswith("directus_"):
                client.delete("/collections/" + collection["collection"]).raise_for_status()


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_a_wrong_body_is_refused_with_a_code(client: httpx.Client, method: str, path: str) -> None:
    for body in WRONG:
        answer = client.request(method, path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, (body, answer.text)


def test_several_at_once(client: httpx.Client) -> None:
    made = client.post("/collections", json=[{**TOOLS, "collection": "a"}, {**TOOLS, "collection": "b"}]).json()["data"]
    assert [collection["collection"] for collection in made] == ["a", "b"]
    assert client.request("DELETE", "/collections", json=["a", "b"]).status_code == 204
    fields = [{"field": "name", "meta": {"note": "n"}}, {"field": "id", "meta": {"note": "k"}}]
    changed = client.patch("/fields/tools", json=fields).json()["data"]
    assert [field["meta"]["note"] for field in changed] == ["n", "k"]
    assert client.request("DELETE", "/fields/tools", json=["name"]).status_code == 204


def test_items_follow_the_model(client: httpx.Client) -> None:
    client.post("/items/tools", json={"name": "saw"}).raise_for_status()
    client.post(
        "/fields/tools", json={"field": "size", "type": "integer", "schema": {"default_value": 3}}
    ).raise_for_status()
    assert client.get("/items/tools").json()["data"] == [{"id": 1, "name": "saw", "size": 3}]
    client.delete("/fields/tools/name").raise_for_status()
    assert client.get("/items/tools").json()["data"] == [{"id": 1, "size": 3}]
    assert client.get("/items/tools?fields=name").status_code == 403


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_snapshot_travels_as_a_file(client: httpx.Client, form: str) -> None:
    answer = client.get(f"/schema/snapshot?export={form}")
    assert "attachment" in answer.headers["content-disposition"]
    file = {"file": (f"schema.{form}", answer.content)}
    assert client.post("/schema/diff", files=file).status_code == 204
    client.delete("/collections/tools").raise_for_status()
    found = client.post("/schema/diff", files=file).json()["data"]
    assert client.post("/schema/apply", json=found).status_code == 204
    assert yaml.safe_load(answer.content)["collections"] == client.get("/schema/snapshot").json()["data"]["collections"]


def test_what_is_no_file_is_refused(client: httpx.Client) -> None:
    assert client.post("/schema/diff", files={"file": ("x.yaml", b"{: [")}).status_code == 400
    assert client.post("/schema/diff", files={"file": (None, "text")}).status_code == 400
    assert client.get("/schema/snapshot?export=pdf").status_code == 400
    assert client.get("/schema/snapshot?includeCollections=nothing").status_code == 400


@pytest.mark.parametrize(("method", "path"), [*WRITING, ("GET", "/schema/snapshot")])
def test_the_public_may_not(running: Server, method: str, path: str) -> None:
    with running.client(None) as public:
        for body in (TOOLS, [TOOLS], ["name"], None):
            assert public.request(method, path, json=body).status_code == 403


def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        with server.client() as client:
            client.post("/collections", json=TOOLS).raise_for_status()
            client.post("/fields/tools", json={"field": "size", "type": "integer", "meta": {}}).raise_for_status()
        server.kill()
        server.start()
        with server.client() as client:
            names = [field["field"] for field in client.get("/fields/tools").json()["data"]]
            assert names == ["id", "name", "size"]

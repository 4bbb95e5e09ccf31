"""Documents that are too much are refused before they cost anything, and odd names leave the others in place."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.model.collections import create_collections
from rowcast.engine.settings import GraphQL
from tests.api.graphql.conftest import Asker
from tests.engine.shop import collection, field
from tests.support.work import counting_calls

HEADERS = {"Authorization": "Bearer tok-admin"}


FRAGMENTS = " ".join(f"fragment f{i} on Query {{ books {{ id }} }}" for i in range(400))


def nested(depth: int) -> str:
    """Books of authors of books …"""
    inner = "id"
    for number in range(depth):
        inner = f"books {{ {inner} }}" if number % 2 else f"author {{ {inner} }}"
    return f"{{ {'authors' if depth % 2 == 0 else 'books'} {{ {inner} }} }}"


async def test_tokens_members_and_depth(ask: Asker) -> None:
    assert await ask.errors("admin", "{" + " id" * 6000 + "}") == (400, ["GRAPHQL_VALIDATION"])
    many = " ".join(f"a{i}: books {{ id }}" for i in range(101))
    assert await ask.errors("admin", f"{{ {many} }}") == (400, ["INVALID_QUERY"])
    assert (await ask.data("admin", nested(8)))["authors"]
    assert await ask.errors("admin", nested(12)) == (200, ["INVALID_QUERY"])
    assert await ask.errors("admin", nested(1000)) == (400, ["GRAPHQL_VALIDATION"])


async def test_fragments_that_multiply(ask: Asker) -> None:
    """Each fragment has the next one twice: ten of them are a thousand selections."""
    parts = [
        f"fragment f{i} on authors {{ a: books {{ author {{ ...f{i + 1} }} }} b: books {{ author {{ ...f{i + 1} }} }} }}"
        for i in range(9)
    ]
    document = "{ authors { ...f0 } } " + " ".join(parts) + " fragment f9 on authors { id }"
    with counting_calls() as work:
        assert await ask.errors("admin", document) == (200, ["INVALID_QUERY"])
    assert work.calls < 200_000


@pytest.mark.parametrize(
    "document",
    [
        "{ books {" + " id" * 2400 + "} }",
        "{ books {" + "".join(f" a{i}: title" for i in range(1600)) + "} }",
        "{ " + " ".join(f"...f{i}" for i in range(400)) + " } " + FRAGMENTS,
        "{ __schema { types { " + "fields { type { " * 30 + "name" + " } }" * 30 + " } } }",
        "{ books(filter: " + "{_and: [" * 100 + "]}" * 100 + ") { id } }",
    ],
)  # fmt: skip
async def test_what_is_dear_to_check_is_checked_in_time(ask: Asker, document: str) -> None:
    with counting_calls() as work:
        response = await ask.post("admin", document)
    assert response.status_code in (200, 400)
    assert "INTERNAL" not in response.text
    assert work.calls < 2_000_000


@pytest.mark.parametrize("graphql", [GraphQL(introspection=False)])
async def test_without_introspection(ask: Asker) -> None:
    assert await ask.errors("admin", "{ __schema { types { name } } }") == (400, ["GRAPHQL_VALIDATION"])
    told = (await ask.post("admin", "{ book { id } }")).text
    assert "Did you mean" not in told
    assert "Cannot query field" in told
    response = await ask.http.get("/server/specs/graphql", headers=HEADERS)
    assert response.status_code == 403
    assert await ask.data("admin", "{ books_by_id(id: 1) { __typename } }") == {"books_by_id": {"__typename": "books"}}


@pytest.mark.parametrize("graphql", [GraphQL(query_token_limit=12, schema_cache_capacity=1)])
async def test_the_limits_are_settings(ask: Asker) -> None:
    assert await ask.errors("admin", "{ books { id title author { name id email } } }") == (400, ["GRAPHQL_VALIDATION"])
    for who in ("admin", "reader", "admin"):
        assert await ask.data(who, "{ books(limit: 1) { id } }")


async def test_names_that_the_language_does_not_take(ask: Asker) -> None:
    plain = field("plain", "string")
    made = [
        collection("my-notes", plain),
        collection("Query", plain),
        collection("books_by_id", plain),
        collection("tags", plain, field("a-b", "string"), field("__x", "string")),
    ]
    await create_collections(ask.engine, SYSTEM, made)
    assert await ask.data("admin", "{ tags { plain } books { id } }")
    found = await ask.data("admin", '{ __type(name: "tags") { fields { name } } }')
    assert [each["name"] for each in found["__type"]["fields"]] == ["id", "plain"]
    assert await ask.data("admin", "{ books_by_id(id: 1) { title } }") == {"books_by_id": {"title": "Engines"}}


async def test_the_schema_as_text(ask: Asker) -> None:
    response: httpx.Response = await ask.http.get("/server/specs/graphql", headers=HEADERS)
    assert response.headers["content-disposition"] == 'attachment; filename="schema-items.graphql"'
    assert "type books {" in response.text
    assert "books_mutated(event: EventEnum): books_mutated" in response.text
    mine = await ask.http.get("/server/specs/graphql/system", headers={"Authorization": "Bearer tok-reader"})
    assert "server_ping: String" in mine.text
    assert "directus_users" not in mine.text


def test_the_library_is_loaded_by_the_first_who_asks() -> None:
    """It takes a tenth of a second, which a start has not."""
    modules = "rowcast.server.serve, rowcast.server.application, rowcast.server.realtime, rowcast.api.rest.graphql"
    script = f"import sys, {modules}; sys.exit('graphql' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0

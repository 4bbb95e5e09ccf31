"""Whatever is sent as a document gets an answer that is no fault of the server: good ones with a part replaced, and rubbish."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowcast.api.rest.app import Rest
from rowcast.engine.engine import Engine
from tests.api.graphql.conftest import engine_at

COUNT = 150
GOOD = {
    "": [
        "{ books(sort: [\"-pages\"], limit: 2, filter: {pages: {_gt: 1}}) { id title author { name books { id } } } }",
        "query ($f: books_filter, $n: Int = 1) { books(filter: $f, limit: $n) { t: title reviews_func { count } } }",
        "query A { books_by_id(id: 1) { ...b } } fragment b on books { title reviews(sort: [\"stars\"]) { stars } }",
        "{ letters { parts { item { ... on quotes { words } ... on photos { caption __typename } } } } }",
        "{ books_aggregated(groupBy: [\"author\", \"year(made)\"]) { group countAll sum { pages } count { id } } }",
        "{ stamps { made_func { year hour } changed serial secret hidden } site { heading } }",
        "mutation { create_books_item(data: {title: \"x\", reviews: [{stars: 1}], author: {name: \"n\"}}) { id } }",
        "mutation ($d: [update_books_input!]) { update_books_batch(data: $d) { id } a: delete_books_items(ids: [7]) { ids } }",
        "mutation { update_site(data: {heading: null}) { heading } update_books_items(ids: [1, 2], data: {pages: 3}) { id } }",
        "subscription { books_mutated(event: create) { key event data { title } } }",
        "{ __schema { types { name fields { name args { name } type { name } } } } __type(name: \"books\") { kind } }",
        "{ books(filter: {_or: [{reviews: {_some: {stars: {_in: [1, \"2\"]}}}}, {author: {name: {_null: true}}}]}) { id } }",
    ],
    "/system": [
        "{ users(filter: {email: {_contains: \"a\"}}) { id email role { name policies { policy { name } } } } users_me { id } }",
        "{ collections { collection meta { note } schema { name } } fields_in_collection(collection: \"books\") { field } }",
        "{ relations_by_name(collection: \"books\", field: \"author\") { related_collection } server_info { version } }",
        "mutation { auth_login(email: \"a@b.cc\", password: \"x\", mode: json, otp: \"1\") { access_token expires } }",
        "mutation { utils_random_string(length: 5) utils_sort(collection: \"books\", item: 1, to: 2) }",
        "mutation { create_fields_item(collection: \"quiet\", data: {field: \"f\", type: \"string\", schema: {}}) { field } }",
        "mutation { update_users_me(data: {title: \"t\"}) { title } users_me_tfa_generate(password: \"pw\") { secret } }",
        "mutation { create_presets_item(data: {bookmark: \"b\", layout_query: {a: [1]}}) { id } auth_refresh { expires } }",
    ],
}  # fmt: skip
TOKENS = re.compile(r'"[^"]*"|\.\.\.|[\w$@]+|[{}()\[\]:!=]')
ODD = st.sampled_from(
    [
        "{", "}", "(", ")", "[", "]", ":", "!", "...", "@include(if: true)", "@skip(if: $n)", "@x", "$n", "$f", "null", "true",
        "-1", "0", "1e400", "99999999999999999999", "1.5", '""', '"\\u0000"', '"\\ud800"', '"%_*"', '"$NOW"', '"$CURRENT_USER.x"',
        '"""b"""', "id", "title", "__typename", "__schema", "_and", "_func", "author", "on", "fragment", "query", "mutation",
        "subscription", "books", "books_filter", "é", "#", "\x00", "{a: {b: [1]}}", "[[[[1]]]]", '"year(made)"', '"-"', "limit: 3",
    ]
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(["pages", "_eq", "_and", "_or", "reviews", "_some", "id", "title", "x"]), below, max_size=3
        )
    ),
    max_leaves=8,
)
VARIABLES = st.one_of(st.none(), st.dictionaries(st.sampled_from(["f", "n", "d", "x"]), VALUES, max_size=3), VALUES)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, str]:
    """A scope and a text."""
    scope = draw(st.sampled_from(list(GOOD)))
    parts = TOKENS.findall(draw(st.sampled_from(GOOD[scope])))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(parts) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                parts[place] = draw(ODD)
            case 1:
                parts.insert(place, draw(ODD))
            case 2 if len(parts) > 1:
                del parts[place]
            case _:
                other = draw(st.integers(0, len(parts) - 1))
                parts[place], parts[other] = parts[other], parts[place]
    return scope, " ".join(parts)


@dataclass
class Platform:
    """The application with rows in it."""

    runner: asyncio.Runner
    engine: Engine
    http: httpx.AsyncClient

    def post(self, scope: str, who: str, body: Any) -> httpx.Response:
        """The response to a body."""
        headers = {"Authorization": f"Bearer tok-{who}"}
        return self.runner.run(self.http.post(f"/graphql{scope}", json=body, headers=headers))


@pytest.fixture(scope="module")
def platform(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One platform for all documents."""
    path = tmp_path_factory.mktemp("nonsense") / "shop.db"
    shutil.copy(furnished, path)
    with asyncio.Runner() as runner:
        engine = engine_at(path, query_timeout=5.0)
        runner.run(engine.open())
        transport = httpx.ASGITransport(Rest(engine))
        yield Platform(runner, engine, httpx.AsyncClient(transport=transport, base_url="http://testserver"))
        runner.run(engine.close())


@settings(
    max_examples=COUNT, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(documents(), VARIABLES, st.sampled_from(["admin", "reader", "nobody"]), st.sampled_from([None, None, "A", ""]))
def test_no_document_is_a_fault_of_the_server(
    platform: Platform, document: tuple[str, str], variables: Any, who: str, name: str | None
) -> None:
    scope, text = document
    response = platform.post(scope, who, {"query": text, "variables": variables, "operationName": name})
    assert response.status_code in (200, 400, 405), (response.status_code, response.text)
    assert "INTERNAL_SERVER_ERROR" not in response.text, response.text
    body = response.json()
    assert set(body) <= {"data", "errors"}
    assert body


@pytest.mark.parametrize(
    "body", [None, [], "x", 1, {}, {"query": 1}, {"query": []}, {"query": "{", "variables": "x"}, [{"query": "{a}"}]]
)
def test_no_body_is_either(platform: Platform, body: Any) -> None:
    assert platform.post("", "admin", body).status_code == 400


@pytest.mark.parametrize(
    "text", ["{" * 3000, "[" * 3000, "{a(b:" * 900, '"' * 10, "query(" * 1000, "\ufeff{", "#" * 9000, "\\"]
)
def test_no_depth_is(platform: Platform, text: str) -> None:
    response = platform.post("", "admin", {"query": text})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "GRAPHQL_VALIDATION")

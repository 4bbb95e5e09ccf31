"""What is selected is what is answered: names, order, nesting, and one statement for each member."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.graphql.conftest import Asker


async def test_one_statement_has_the_very_shape_that_was_selected(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    read = ask.engine.store.read

    async def counted(text: str, args: Any = ()) -> Any:
        asked.append(text)
        return await read(text, args)

    document = """{
      shelf: books(sort: ["-pages"], filter: {pages: {_lt: 25}}) {
        __typename  t: title  title: pages  key: id
        author { __typename id n: name }
        best: reviews(sort: ["-stars"], limit: 1) { stars }
        worst: reviews(sort: ["stars"], limit: 1) { stars __typename }
        genres { genres_slug { label } }
        reviews_func { count __typename }
      }
    }"""
    await ask.data("admin", document)
    monkeypatch.setattr(ask.engine.store, "read", counted)
    response = await ask.post("admin", document)
    assert len(asked) == 1
    assert response.text == (
        '{"data":{"shelf":[{"__typename":"books","t":"Poems","title":20,"key":"2",'
        '"author":{"__typename":"authors","id":"2","n":"Byron"},"best":[{"stars":4}],'
        '"worst":[{"stars":4,"__typename":"reviews"}],"genres":[],'
        '"reviews_func":{"count":1,"__typename":"count_functions"}},'
        '{"__typename":"books","t":"Engines","title":10,"key":"1",'
        '"author":{"__typename":"authors","id":"1","n":"Ada"},"best":[{"stars":5}],'
        '"worst":[{"stars":1,"__typename":"reviews"}],"genres":[{"genres_slug":{"label":"Maths"}}],'
        '"reviews_func":{"count":2,"__typename":"count_functions"}}]}}'
    )


async def test_fragments_of_several_types(ask: Asker) -> None:
    found = await ask.data(
        "admin",
        """query ($photo: Boolean!) { letters { parts(sort: ["place"]) { item {
             __typename ...q ... on photos @include(if: $photo) { caption } } } } }
           fragment q on quotes { words }""",
        photo=False,
    )
    assert found["letters"][0]["parts"] == [
        {"item": {"__typename": "quotes", "words": "w"}},
        {"item": {"__typename": "photos"}},
    ]


async def test_an_alias_is_no_name_for_filters_and_sort_keys(ask: Asker) -> None:
    found = await ask.data("admin", '{ books(sort: ["title"], filter: {title: {_neq: "x"}}) { title: pages } }')
    assert [each["title"] for each in found["books"]] == [30, 10, 20]


async def test_filters_through_relations_and_functions(ask: Asker) -> None:
    found = await ask.data(
        "admin",
        """query ($f: books_filter) {
          some: books(filter: {reviews: {_some: {stars: {_gt: 4}}}}) { title }
          none: books(filter: {reviews: {_none: {stars: {_gt: 4}}}}, sort: ["title"]) { title }
          counted: books(filter: {reviews_func: {count: {_gte: 2}}}) { title }
          many: books(filter: $f) { title }
          any: letters(filter: {parts: {item__quotes: {words: {_eq: "w"}}}}) { subject }
        }""",
        f={"_or": [{"reviews_func": {"count": {"_eq": 1}}}, {"author": {"name": {"_in": ["Ada"]}}}]},
    )
    assert [each["title"] for each in found["some"]] == ["Engines"]
    assert [each["title"] for each in found["none"]] == ["Blank", "Poems"]
    assert [each["title"] for each in found["counted"]] == ["Engines"]
    assert [each["title"] for each in found["many"]] == ["Engines", "Poems"]
    assert found["any"] == [{"subject": "Hello"}]


async def test_aggregates_with_aliases(ask: Asker) -> None:
    found = await ask.data(
        "admin",
        """{ books_aggregated(groupBy: ["author"], sort: ["author"], filter: {author: {id: {_nnull: true}}}) {
             by: group  n: countAll  total: sum { p: pages }  count { id title } } }""",
    )
    assert found["books_aggregated"] == [
        {"by": {"author": 1}, "n": 1, "total": {"p": 10}, "count": {"id": 1, "title": 1}},
        {"by": {"author": 2}, "n": 1, "total": {"p": 20}, "count": {"id": 1, "title": 1}},
    ]
    assert await ask.data("admin", "{ books_aggregated { group } }") == {"books_aggregated": [{"group": None}]}
    assert await ask.data("admin", "{ books_aggregated { max { pages } avg { pages } } }") == {
        "books_aggregated": [{"max": {"pages": 30}, "avg": {"pages": 20}}]
    }


async def test_a_singleton_that_was_never_written(ask: Asker) -> None:
    empty = await ask.data("admin", "{ site { id heading __typename } }")
    assert empty == {"site": {"id": None, "heading": None, "__typename": "site"}}
    await ask.data("admin", 'mutation { update_site(data: {heading: "H"}) { heading } }')
    assert await ask.data("admin", "{ site { h: heading } }") == {"site": {"h": "H"}}


async def test_an_answer_to_a_get_and_to_several_operations(ask: Asker) -> None:
    headers = {"Authorization": "Bearer tok-admin"}
    document = "query A($l: Int) { books(limit: $l) { id } } mutation B { delete_books_item(id: 1) { id } }"
    given = {"query": document, "operationName": "A", "variables": json.dumps({"l": 1})}
    found = await ask.http.get("/graphql", params=given, headers=headers)
    assert found.json() == {"data": {"books": [{"id": "1"}]}}
    refused = await ask.http.get("/graphql", params={**given, "operationName": "B"}, headers=headers)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    for name in ("C", ""):
        told = await ask.http.get("/graphql", params={**given, "operationName": name}, headers=headers)
        assert told.status_code == 400
    told = await ask.http.get("/graphql", params={**given, "variables": "{"}, headers=headers)
    assert told.json()["errors"][0]["extensions"]["code"] == "INVALID_QUERY"


async def test_missing_and_mistyped_variables_are_the_caller_s_fault(ask: Asker) -> None:
    document = "query ($id: ID!) { books_by_id(id: $id) { title } }"
    assert await ask.errors("admin", document) == (400, ["GRAPHQL_VALIDATION"])
    assert await ask.errors("admin", document, id={"a": 1}) == (400, ["GRAPHQL_VALIDATION"])
    assert await ask.data("admin", document, id=1) == {"books_by_id": {"title": "Engines"}}


async def test_what_goes_wrong_in_one_member_leaves_the_others(ask: Asker) -> None:
    response = await ask.post("admin", "{ a: books_by_id(id: 1) { title } b: books_by_id(id: 99) { title } }")
    body = response.json()
    assert body["data"] == {"a": {"title": "Engines"}, "b": None}
    assert body["errors"][0]["path"] == ["b"]
    assert body["errors"][0]["locations"] == [{"line": 1, "column": 35}]


async def test_a_content_version(ask: Asker) -> None:
    headers = {"Authorization": "Bearer tok-admin"}
    meta = {"meta": {"versioning": True}}
    (await ask.http.patch("/collections/books", json=meta, headers=headers)).raise_for_status()
    made = {"key": "draft", "name": "D", "collection": "books", "item": "1"}
    found = await ask.http.post("/versions", json=made, headers=headers)
    key = found.raise_for_status().json()["data"]["id"]
    changes = {"title": "Drafted", "author": 2}
    (await ask.http.post(f"/versions/{key}/save", json=changes, headers=headers)).raise_for_status()
    answer = await ask.data(
        "admin",
        """{ a: books_by_id(id: 1, version: "draft") { t: title author { name } }
             b: books_by_version(id: 1, version: "draft") { title author }
             c: books_by_id(id: 1) { title } }""",
    )
    assert answer == {
        "a": {"t": "Drafted", "author": {"name": "Byron"}},
        "b": {"title": "Drafted", "author": 2},
        "c": {"title": "Engines"},
    }
    assert await ask.errors("admin", '{ books_by_id(id: 1, version: "x") { id } }') == (200, ["FORBIDDEN"])

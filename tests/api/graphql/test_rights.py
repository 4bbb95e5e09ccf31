"""A schema shows what its class of callers may use, and nothing is answered beyond that."""

from __future__ import annotations

from typing import Any

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from tests.api.graphql.conftest import Asker

NAMES = '{ __type(name: "%s") { fields { name } inputFields { name } } }'


async def names(ask: Asker, who: str | None, kind: str, scope: str = "") -> set[str] | None:
    """The members of a type as that one sees it."""
    found = (await ask.data(who, NAMES % kind, scope))["__type"]
    return None if found is None else {each["name"] for each in found["fields"] or found["inputFields"]}


async def test_a_type_has_the_fields_that_may_be_read(ask: Asker) -> None:
    assert await names(ask, "reader", "books") == {"id", "title", "author", "reviews", "reviews_func"}
    assert await names(ask, "reader", "books_filter") == {
        "id", "title", "author", "reviews", "reviews_func", "_and", "_or",
    }  # fmt: skip
    assert await names(ask, "reader", "genres") is None
    assert await names(ask, "reader", "books_aggregated_count") == {"id", "title", "author"}
    assert {"pages", "genres"} <= (await names(ask, "admin", "books") or set())
    assert await names(ask, "nobody", "Query") == {"_empty"}
    assert await names(ask, None, "Query") == {"_empty"}


async def test_the_verbs_are_those_that_are_allowed(ask: Asker) -> None:
    assert await names(ask, "writer", "Mutation") == {
        "create_books_items", "create_books_item", "update_books_items", "update_books_batch", "update_books_item",
    }  # fmt: skip
    assert await names(ask, "writer", "create_books_input") == {"title"}
    assert await names(ask, "reader", "Mutation") is None
    found = await ask.data("writer", 'mutation { create_books_item(data: {title: "New"}) }')
    assert found == {"create_books_item": True}
    assert await ask.errors("writer", 'mutation { update_books_item(id: 2, data: {title: "x"}) }') == (
        200,
        ["FORBIDDEN"],
    )
    assert await ask.data("writer", 'mutation { update_books_item(id: 1, data: {title: "x"}) }') == {
        "update_books_item": True
    }


async def test_rows_that_may_not_be_read_are_nowhere(ask: Asker) -> None:
    found = await ask.data(
        "reader",
        """{ books { title author { name } reviews { stars } reviews_func { count } }
             authors(sort: ["id"]) { name books { title } }
             hidden: authors(filter: {books: {title: {_eq: "Poems"}}}) { name }
             seen: books(filter: {reviews: {stars: {_eq: 1}}}) { title }
             books_aggregated { countAll } }""",
    )
    engines = {"title": "Engines", "author": {"name": "Ada"}, "reviews": [{"stars": 5}], "reviews_func": {"count": 1}}
    assert found["books"] == [engines]
    assert found["authors"] == [{"name": "Ada", "books": [{"title": "Engines"}]}, {"name": "Byron", "books": []}]
    assert found["hidden"] == found["seen"] == []
    assert found["books_aggregated"] == [{"countAll": 1}]
    assert await ask.errors("reader", "{ books_by_id(id: 2) { title } }") == (200, ["FORBIDDEN"])


async def test_names_that_the_schema_lacks_are_not_reached_by_sort_keys(ask: Asker) -> None:
    for key in ("pages", "author.email", "genres.genres_slug.label", "nothing"):
        assert await ask.errors("reader", "query ($s: [String]) { books(sort: $s) { id } }", s=[key]) == (
            200,
            ["FORBIDDEN"],
        )
    assert await ask.errors("reader", '{ books_aggregated(groupBy: ["pages"]) { group } }') == (200, ["FORBIDDEN"])


async def test_a_field_that_only_some_rules_grant_is_null_elsewhere(ask: Asker) -> None:
    rules: list[dict[str, Any]] = [
        {"collection": "books", "action": "read", "permissions": {}, "fields": ["id"]},
        {"collection": "books", "action": "read", "permissions": {"id": {"_eq": 1}}, "fields": ["title"]},
    ]
    user = {"email": "m@example.com", "token": "tok-m", "policies": [{"policy": {"name": "m", "permissions": rules}}]}
    await create(ask.engine, SYSTEM, "directus_users", user)
    found = await ask.data("m", '{ books(sort: ["id"]) { id title } }')
    assert found["books"] == [{"id": "1", "title": "Engines"}, {"id": "2", "title": None}, {"id": "3", "title": None}]
    kind = (await ask.data("m", '{ __type(name: "books") { fields { name type { kind } } } }'))["__type"]
    assert {"name": "title", "type": {"kind": "SCALAR"}} in kind["fields"]


async def test_a_schema_follows_its_rights_at_once(ask: Asker) -> None:
    assert await ask.data("reader", "{ reviews { stars } }") == {"reviews": [{"stars": 5}, {"stars": 4}]}
    rows = await ask.engine.store.read("SELECT id FROM directus_permissions WHERE collection = 'reviews'")
    await delete(ask.engine, SYSTEM, "directus_permissions", keys=[rows[0][0]])
    assert await ask.errors("reader", "{ reviews { stars } }") == (400, ["GRAPHQL_VALIDATION"])
    kind = (await ask.data("reader", '{ __type(name: "books") { fields { name type { name } } } }'))["__type"]
    assert {"name": "reviews", "type": {"name": "String"}} in kind["fields"]
    assert await ask.errors("reader", "{ books { reviews } }") == (200, ["INVALID_QUERY"])


async def test_people_of_equal_rights_share_a_schema_but_no_answer(ask: Asker) -> None:
    rule = {
        "collection": "directus_users",
        "action": "read",
        "permissions": {"id": {"_eq": "$CURRENT_USER"}},
        "fields": ["*"],
    }
    keys = await create(ask.engine, SYSTEM, "directus_policies", [{"name": "own", "permissions": [rule]}])
    for name in ("one", "two"):
        user = {"email": f"{name}@example.com", "token": f"tok-{name}", "policies": [{"policy": keys[0]}]}
        await create(ask.engine, SYSTEM, "directus_users", user)
    for name in ("one", "two", "one"):
        found = await ask.data(name, "{ users { email } users_me { email token } }", "/system")
        assert found == {
            "users": [{"email": f"{name}@example.com"}],
            "users_me": {"email": f"{name}@example.com", "token": "**********"},
        }

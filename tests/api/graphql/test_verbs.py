"""What is written through the door is written as through any other: announced, with history, by the same rules."""

from __future__ import annotations

import httpx

from tests.api.graphql.conftest import Asker


async def test_nested_rows_are_written_and_announced(ask: Asker) -> None:
    told: list[str] = []
    ask.engine.on_commit(lambda commit: told.extend(f"{each.kind}:{each.collection}" for each in commit.changes))
    found = await ask.data(
        "admin",
        """mutation ($d: create_books_input!) {
          create_books_item(data: $d) { id title author { name } reviews { stars } }
        }""",
        d={"title": "T", "author": {"name": "New"}, "reviews": [{"stars": 1}]},
    )
    assert found["create_books_item"] == {
        "id": "4", "title": "T", "author": {"name": "New"}, "reviews": [{"stars": 1}],
    }  # fmt: skip
    assert {"create:books", "create:authors", "create:reviews"} <= set(told)
    revisions = await ask.data("admin", '{ revisions(filter: {item: {_eq: "4"}}) { collection } }', "/system")
    assert {"collection": "books"} in revisions["revisions"]


async def test_the_same_verb_twice_is_two_verbs(ask: Asker) -> None:
    document = 'mutation { create_books_item(data: {title: "Twice", reviews: [{stars: 3}]}) { id reviews { id } } }'
    first, second = [(await ask.data("admin", document))["create_books_item"] for _ in range(2)]
    assert first["id"] != second["id"]
    assert first["reviews"] != second["reviews"]


async def test_several_rows(ask: Asker) -> None:
    found = await ask.data(
        "admin",
        """mutation {
          a: create_books_items(data: [{title: "x"}, {title: "y"}], sort: ["-title"]) { title }
          b: update_books_items(ids: [1, 2], data: {pages: 7}) { pages }
          c: update_books_batch(data: [{id: 1, pages: 8}, {id: 2, pages: 9}], sort: ["id"]) { pages }
          d: delete_books_items(ids: [1, 2]) { ids }
          e: create_books_items { id }
        }""",
    )
    assert found == {
        "a": [{"title": "y"}, {"title": "x"}],
        "b": [{"pages": 7}, {"pages": 7}],
        "c": [{"pages": 8}, {"pages": 9}],
        "d": {"ids": ["1", "2"]},
        "e": [],
    }
    assert await ask.errors("admin", "mutation { delete_books_item(id: 1) { id } }") == (200, ["FORBIDDEN"])


async def test_signing_in_and_out(ask: Asker) -> None:
    fields = "{ access_token refresh_token expires }"
    login = f'mutation {{ auth_login(email: "reader@example.com", password: "pw") {fields} }}'
    grant = (await ask.data(None, login, "/system"))["auth_login"]
    assert grant["expires"] == "900000"
    me = await ask.http.get("/users/me", headers={"Authorization": f"Bearer {grant['access_token']}"})
    assert me.status_code == 200
    renew = "mutation ($t: String) { auth_refresh(refresh_token: $t, mode: json) { refresh_token } }"
    next_one = (await ask.data(None, renew, "/system", t=grant["refresh_token"]))["auth_refresh"]["refresh_token"]
    end = "mutation ($t: String) { auth_logout(refresh_token: $t) }"
    assert await ask.data(None, end, "/system", t=next_one) == {"auth_logout": True}
    assert (await ask.errors(None, renew, "/system", t=next_one))[1] == ["INVALID_CREDENTIALS"]


async def test_a_session_in_a_cookie(ask: Asker) -> None:
    login = (
        'mutation { auth_login(email: "reader@example.com", password: "pw", mode: session) { access_token expires } }'
    )
    response: httpx.Response = await ask.post(None, login, "/system")
    assert response.json()["data"]["auth_login"] == {"access_token": None, "expires": "86400000"}
    assert "HttpOnly" in response.headers["set-cookie"]
    assert await ask.data(None, "{ books { title } }") == {"books": [{"title": "Engines"}]}
    assert await ask.data(None, "mutation { auth_logout(mode: session) }", "/system") == {"auth_logout": True}
    assert await ask.errors(None, "{ books { title } }") == (400, ["GRAPHQL_VALIDATION"])


async def test_nobody_guesses_many_times_in_one_request(ask: Asker) -> None:
    tries = " ".join(f'a{i}: auth_login(email: "a@b.cc", password: "{i}") {{ expires }}' for i in range(3))
    assert await ask.errors(None, f"mutation {{ {tries} }}", "/system") == (400, ["INVALID_QUERY"])


async def test_the_data_model_is_altered(ask: Asker) -> None:
    key = '{field: "id", type: "integer", schema: {is_primary_key: true, has_auto_increment: true}}'
    made = await ask.data(
        "admin",
        f"""mutation {{
          create_collections_item(data: {{collection: "shelves", schema: {{}}, meta: {{}}, fields: [{key}]}}) {{ collection }}
          create_fields_item(collection: "shelves", data: {{field: "book", type: "integer", schema: {{}}}}) {{ field type }}
          create_relations_item(data: {{collection: "shelves", field: "book", related_collection: "books"}}) {{
            related_collection }}
          update_collections_item(collection: "shelves", data: {{meta: {{note: "n"}}}}) {{ meta {{ note }} }}
        }}""",
        "/system",
    )
    assert made["update_collections_item"] == {"meta": {"note": "n"}}
    found = await ask.data("admin", 'mutation { create_shelves_item(data: {book: {title: "B"}}) { book { title } } }')
    assert found == {"create_shelves_item": {"book": {"title": "B"}}}
    gone = 'mutation { delete_collections_item(collection: "shelves") { collection } }'
    assert (await ask.errors("reader", gone, "/system"))[0] == 400
    assert await ask.data("admin", gone, "/system") == {"delete_collections_item": {"collection": "shelves"}}
    assert (await ask.errors("admin", "{ shelves { id } }"))[0] == 400

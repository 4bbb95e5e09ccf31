"""What is answered to who writes: the item as it may be read, nothing where it may not, and no lie about what was stored."""

from __future__ import annotations

import httpx

from tests.engine.people import People, allow

ADMIN = {"Authorization": "Bearer tok-admin"}


async def count(people: People) -> int:
    return int((await people.rows("SELECT count(*) FROM articles"))[0][0])


async def test_a_writer_who_may_not_read(people: People, http: httpx.AsyncClient) -> None:
    await people.user("ann", None, await people.policy("p", allow("create"), allow("update", fields=["title"])))
    headers = {"Authorization": "Bearer tok-ann"}
    for body in ({"title": "a"}, [{"title": "b"}]):
        answer = await http.post("/items/articles", json=body, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
    assert await count(people) == 2


async def test_a_query_that_cannot_be_answered_stores_nothing(people: People, http: httpx.AsyncClient) -> None:
    key = await people.item(title="old")
    for query in ("fields=title.first", "filter[title][_gt]=1", "aggregate[median]=id"):
        for answer in (
            await http.post(f"/items/articles?{query}", json={"title": "a"}, headers=ADMIN),
            await http.patch(f"/items/articles/{key}?{query}", json={"title": "a"}, headers=ADMIN),
            await http.patch(f"/items/articles?{query}", json=[{"id": key, "title": "a"}], headers=ADMIN),
        ):
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "INVALID_QUERY")
    assert await people.rows("SELECT title FROM articles") == [("old",)]


async def test_reverting(people: People, http: httpx.AsyncClient) -> None:
    key = await people.item(title="old")
    assert (await http.patch(f"/items/articles/{key}", json={"title": "new"}, headers=ADMIN)).status_code == 200
    asked = "filter[collection]=articles&sort=id&fields=id,data"
    first = (await http.get(f"/revisions?{asked}", headers=ADMIN)).json()["data"][0]
    assert (await http.post(f"/utils/revert/{first['id']}", headers=ADMIN)).status_code == 204
    assert await people.rows("SELECT title FROM articles") == [(first["data"]["title"],)]
    await http.delete(f"/items/articles/{key}", headers=ADMIN)
    gone = await http.post(f"/utils/revert/{first['id']}", headers=ADMIN)
    assert (gone.status_code, gone.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


async def test_the_settings_can_be_neither_removed_nor_added_to(people: People, http: httpx.AsyncClient) -> None:
    assert (await http.patch("/settings", json={"project_name": "Mine"}, headers=ADMIN)).status_code == 200
    for method, path in (
        ("DELETE", "/settings"),
        ("DELETE", "/settings/1"),
        ("POST", "/settings"),
        ("PATCH", "/settings/1"),
    ):
        answer = await http.request(method, path, json=[1], headers=ADMIN)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "ROUTE_NOT_FOUND")
    told = (await http.get("/server/specs/oas", headers=ADMIN)).json()["paths"]
    assert (set(told["/settings"]), "/settings/{key}" in told) == ({"get", "patch"}, False)
    body = {"query": {"fields": ["project_name"]}}
    assert (await http.request("SEARCH", "/settings", json=body, headers=ADMIN)).json()["data"] == {
        "project_name": "Mine"
    }


async def test_a_key_with_a_slash(people: People, http: httpx.AsyncClient) -> None:
    key = {"field": "code", "type": "string", "schema": {"is_primary_key": True}}
    body = {"collection": "parts", "schema": {}, "meta": {}, "fields": [key]}
    assert (await http.post("/collections", json=body, headers=ADMIN)).status_code == 200
    for code, path in (("a/b", "a%2Fb"), ("ä/%/?", "%C3%A4%2f%25%2F%3F"), ("%2F", "%252F"), ("c", "c")):
        assert (await http.post("/items/parts", json={"code": code}, headers=ADMIN)).status_code == 200
        for method, status in (("GET", 200), ("PATCH", 200), ("DELETE", 204), ("GET", 403)):
            sent: dict[str, str] | None = {} if method == "PATCH" else None
            answer = await http.request(method, f"/items/parts/{path}", headers=ADMIN, json=sent)
            assert answer.status_code == status
            assert status != 200 or answer.json()["data"]["code"] == code
    assert (await http.get("/items/parts/a/b", headers=ADMIN)).status_code == 404

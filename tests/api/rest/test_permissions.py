"""``/permissions/explain``: for administrators, and no key of a permission."""

from __future__ import annotations

import httpx

from tests.engine.people import People, allow

ADMIN = {"Authorization": "Bearer tok-admin"}


async def test_explain(people: People, http: httpx.AsyncClient) -> None:
    ann = await people.user("ann", None, await people.policy("p", allow("read", fields=["title"])))
    asked = {"user": ann, "collection": "articles", "action": "read", "fields": "title,owner"}
    answer = await http.get("/permissions/explain", params=asked, headers=ADMIN)
    assert answer.status_code == 200
    told = answer.json()["data"]
    assert told["verdict"] == {"allowed": False, "cause": "field", "reason": 'No rule grants the field "owner".'}
    assert {policy["name"] for policy in told["policies"]} == {"p", "$t:public_label"}
    assert told["asked"]["fields"] == ["title", "owner"]


async def test_explain_is_for_administrators(people: People, http: httpx.AsyncClient) -> None:
    await people.user("ann")
    asked = {"user": "ann@example.com", "collection": "articles", "action": "read"}
    for path in ("/permissions/explain", "/permissions/effective", "/permissions/as"):
        for headers in ({}, {"Authorization": "Bearer tok-ann"}):
            assert (await http.get(path, params=asked, headers=headers)).status_code == 403


async def test_rows_as_somebody(people: People, http: httpx.AsyncClient) -> None:
    role = await people.role("readers", await people.policy("p", allow("read", fields=["title"])))
    await people.item(title="a")
    asked: dict[str, str | int] = {"role": role, "collection": "articles", "meta": "total_count", "limit": 5}
    answer = (await http.get("/permissions/as", params=asked, headers=ADMIN)).json()
    assert answer == {"data": [{"title": "a"}], "meta": {"total_count": 1}}
    wrongs: list[tuple[dict[str, str | int], int]] = [
        ({**asked, "collection": ""}, 400),
        ({**asked, "fields": "owner"}, 403),
        ({"collection": "articles"}, 403),
    ]
    for wrong, status in wrongs:
        assert (await http.get("/permissions/as", params=wrong, headers=ADMIN)).status_code == status
    told = (await http.get("/permissions/effective", params={"role": role}, headers=ADMIN)).json()["data"]
    assert told["permissions"]["articles"]["read"] == {"access": "full", "fields": ["title"]}


async def test_what_explain_needs(http: httpx.AsyncClient) -> None:
    for asked in ({"action": "read"}, {"collection": "articles"}, {"collection": "articles", "action": "look"}):
        answer = await http.get("/permissions/explain", params=asked, headers=ADMIN)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "INVALID_QUERY")

"""What may not be read is not found out by asking about it: neither concealed values nor what variables lead to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.read import read
from rowcast.errors import InvalidQuery
from rowcast.query.parse import parse
from tests.engine.people import People, allow


async def asked(people: People, actor: Actor, collection: str, **query: Any) -> Any:
    return json.loads((await read(people.engine, actor, collection, parse(query))).data)


@pytest.mark.parametrize(
    "query",
    [
        {"filter": {"token": {"_starts_with": "tok"}}},
        {"filter": {"token": {"_eq": "tok-ann"}}},
        {"filter": {"token": "tok-ann"}},
        {"filter": {"_or": [{"password": {"_contains": "argon"}}]}},
        {"filter": {"token": {"_in": ["tok-ann"]}}},
        {"filter": {"role": {"users": {"tfa_secret": {"_ncontains": "A"}}}}},
        {"sort": "token"},
        {"sort": "-role.users.token"},
        {"groupBy": "token"},
        {"groupBy": "status", "aggregate": {"max": "token"}, "sort": "max.token"},
        {"fields": "id,role.users.id", "deep": {"role": {"users": {"_filter": {"token": {"_eq": "x"}}}}}},
    ],
)
async def test_concealed_values_cannot_be_asked_about(people: People, query: dict[str, Any]) -> None:
    rules = [allow("read", collection=name) for name in ("directus_users", "directus_roles")]
    await people.user("ann", await people.role("r", await people.policy("p", *rules)))
    for actor in (SYSTEM, await people.who("tok-ann")):
        with pytest.raises(InvalidQuery):
            await asked(people, actor, "directus_users", **query)


async def test_whether_there_is_a_concealed_value_can_be_asked(people: People) -> None:
    ann = await people.user("ann", None, await people.policy("p", allow("read", collection="directus_users")))
    actor = await people.who("tok-ann")
    found = await asked(people, actor, "directus_users", filter={"token": {"_nnull": True}}, fields="id,token")
    assert {"id": ann, "token": "**********"} in found
    assert await asked(people, actor, "directus_users", aggregate={"count": "token", "max": "token"})
    assert await asked(people, actor, "directus_users", groupBy="status", aggregate={"count": "token"}, sort="count")


async def test_variables_in_questions_are_worth_what_may_be_read(people: People) -> None:
    """Else ``$CURRENT_USER.team.budget`` would be found out by comparing it with numbers."""
    role = await people.role("writers")
    await people.user("ann", role, await people.policy("p", allow("read"), allow("create")))
    await people.item(title="ann@example.com")
    await people.item(title="writers")
    for title, path in (("ann@example.com", "USER.email"), ("writers", "USER.role.name"), ("writers", "ROLE.name")):
        query = {"filter": {"title": {"_in": f"x,$CURRENT_{path}"}}, "fields": "title"}
        plain = {"filter": {"title": {"_eq": f"$CURRENT_{path}"}}}
        for each in (query, plain):
            assert await asked(people, await people.who("tok-ann"), "articles", **each) == []
        rules = [allow("read", collection="directus_users", fields=["id", "email", "role"])]
        rules.append(allow("read", collection="directus_roles", fields=["name", "id"]))
        more = await people.policy("more", *rules)
        await people.user("bob" + path.replace(".", ""), role, more, await people.policy("q", allow("read")))
        bob = await people.who("tok-bob" + path.replace(".", ""))
        wanted = [] if path == "USER.email" else [{"title": title}]
        assert await asked(people, bob, "articles", **query) == wanted


async def test_variables_in_rules_are_worth_what_is_there(people: People) -> None:
    await people.item(title="writers")
    rule = {"title": {"_eq": "$CURRENT_USER.role.name"}}
    policy = await people.policy("p", allow("read", permissions=rule))
    await people.user("ann", await people.role("writers"), policy)
    actor = await people.who("tok-ann")
    assert await asked(people, actor, "articles", fields="title") == [{"title": "writers"}]
    assert await asked(people, actor, "articles", fields="title", filter=rule) == []

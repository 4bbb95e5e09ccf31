"""The rules that ``app_access`` adds are listed behind those that stand in the table, for whoever reads rules whole."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from rowcast.engine.builtin import listed
from rowcast.engine.create import create
from rowcast.query.parse import parse
from tests.engine.listeners import Ear
from tests.engine.people import People, allow

RULES = "directus_permissions"


async def rules(people: People, who: str, **query: Any) -> list[dict[str, Any]]:
    answer = await listed(people.engine, await people.who(who), RULES, parse(query))
    found: list[dict[str, Any]] = json.loads(answer.data)
    return found


async def test_built_in_rules_stand_behind_the_others(people: People) -> None:
    policy = await people.policy("p", allow("read"))
    found = await rules(people, "tok-admin", fields="collection,policy", limit=1)
    assert found[0] == {"collection": "articles", "policy": policy}
    assert len(found) == 21
    assert found[1] == {
        "policy": None,
        "collection": "directus_collections",
        "action": "read",
        "permissions": {},
        "validation": None,
        "presets": None,
        "fields": ["*"],
        "system": True,
    }
    assert all(row["system"] and "id" not in row for row in found[1:])


async def test_the_question_is_asked_of_them_too(people: People) -> None:
    policy = await people.policy("p", allow("read"))
    assert len(await rules(people, "tok-admin", filter={"policy": {"_eq": policy}})) == 1
    comments = await rules(people, "tok-admin", filter={"collection": {"_eq": "directus_comments"}})
    assert [row["action"] for row in comments] == ["read", "create", "update", "delete"]
    assert await rules(people, "tok-admin", filter={"id": {"_nnull": True}, "policy": {"_null": True}}) == []
    assert await rules(people, "tok-admin", filter={"policy": {"name": {"_null": True}}}) == []
    assert await rules(people, "tok-admin", aggregate={"count": "*"}) == [{"count": 1}]


async def test_only_for_the_studio_and_whoever_reads_rules_whole(people: People) -> None:
    whole = {"collection": RULES, "action": "read", "fields": ["*"]}
    part = {**whole, "fields": ["id", "collection"]}
    for name, rule, app in (("plain", whole, False), ("app", whole, True), ("part", part, True)):
        await people.user(name, None, await people.policy(name, rule, app_access=app))
    assert [len(await rules(people, f"tok-{name}", fields="collection")) for name in ("plain", "app", "part")] == [
        3,
        23,
        3,
    ]
    mine = {**whole, "permissions": {"policy": {"_nnull": True}}}
    await people.user("rows", None, await people.policy("rows", mine, app_access=True))
    assert len(await rules(people, "tok-rows")) == 4


async def test_subscribers_hear_of_them_but_sets_do_not_hold_them(people: People) -> None:
    policy = await people.policy("p")
    ear = Ear(people.engine, await people.who("tok-admin"))
    await ear.subscribe(RULES, "events", fields=["collection"])
    await ear.subscribe(RULES, "asked", fields=["collection", "policy.name"])
    await ear.subscribe(RULES, "set", exact=True, fields=["collection"])
    await ear.subscribe(RULES, "some", fields=["collection"], filter={"policy": {"_nnull": True}})
    first = {frame["uid"]: len(frame["data"]) for frame in ear.heard()}
    assert first == {"events": 20, "asked": 20, "set": 0, "some": 0}
    await create(people.engine, ear.listener.actor, RULES, {**allow("read"), "policy": policy})
    frames = ear.heard()
    async with asyncio.timeout(60):
        while len(frames) < 4:
            await asyncio.sleep(0.001)
            frames += ear.heard()
    told = {frame["uid"]: frame["data"] for frame in frames}
    assert {uid: len(data) for uid, data in told.items()} == {"events": 21, "asked": 21, "set": 1, "some": 1}
    assert told["events"][0] == {"collection": "articles"}
    assert told["asked"][0] == {"collection": "articles", "policy": {"name": "p"}}

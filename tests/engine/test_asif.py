"""What somebody else would get: the same as that one gets."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rowcast.engine.asif import Subject, effective, seen
from rowcast.engine.explain import Question, explain
from rowcast.engine.permissions import summary
from rowcast.engine.read import read
from rowcast.errors import InvalidQuery
from rowcast.query.parse import parse
from tests.engine.people import People, allow

OWN = {"owner": {"_eq": "$CURRENT_USER"}}


async def titles(people: People, subject: Subject) -> list[Any]:
    actor = (await seen(people.engine, subject)).actor
    answer = await read(people.engine, actor, "articles", parse({"fields": "title", "sort": "title"}))
    return [row["title"] for row in msgspec.json.decode(answer.data)]


async def test_a_user(people: People) -> None:
    policy = await people.policy("own", allow("read", permissions=OWN, fields=["title", "owner"]))
    ann = await people.user("ann", await people.role("staff", policy))
    await people.item(title="hers", owner=ann)
    await people.item(title="not hers")
    told = await effective(people.engine, Subject("ann@example.com"))
    assert told["permissions"] == await summary(people.engine, await people.who("tok-ann"))
    assert (told["user"]["id"], told["status"], told["admin"], told["app"]) == (ann, "active", False, False)
    assert [(each["name"], each["sources"][0]["via"]) for each in told["policies"]] == [("own", "role")]
    assert await titles(people, Subject(ann)) == ["hers"]


async def test_a_role_and_a_policy(people: People) -> None:
    own, whole = await people.policy("own", allow("read", permissions=OWN)), await people.policy("all", allow("read"))
    above = await people.role("above", whole)
    below = await people.role("below", own, parent=above)
    await people.item(title="a")
    assert await titles(people, Subject(role=below)) == ["a"]
    assert await titles(people, Subject(policy=own)) == []
    told = await effective(people.engine, Subject(role=below))
    assert {each["name"]: each["sources"][0]["via"] for each in told["policies"]} == {
        "own": "role",
        "all": "parent role",
    }
    assert told["user"] is None
    trace = await explain(people.engine, Question(None, "articles", "read", policy=own))
    assert trace["verdict"]["cause"] == "some_rows"
    assert (await explain(people.engine, Question(None, "articles", "read", role=below)))["verdict"][
        "cause"
    ] == "granted"


async def test_the_public_and_administrators(people: People) -> None:
    assert (await effective(people.engine, Subject()))["permissions"] == {}
    told = await effective(people.engine, Subject("admin@example.com"))
    assert told["permissions"]["articles"]["delete"] == {"access": "full", "fields": ["*"]}


async def test_what_takes_everything_away_is_told(people: People) -> None:
    policy = await people.policy("strict", allow("read"), enforce_tfa=True, ip_access=["10.0.0.0/8"])
    await people.user("bob", None, policy, status="suspended")
    near, far = [await effective(people.engine, Subject("bob@example.com", ip=ip)) for ip in ("10.1.1.1", None)]
    assert (near["status"], near["lacks_second_factor"], list(near["permissions"])) == ("suspended", True, ["articles"])
    assert (far["lacks_second_factor"], far["permissions"]) == (False, {})
    assert [each["in_force"] for each in far["policies"] if each["name"] == "strict"] == [False]


@pytest.mark.parametrize("subject", [Subject("nobody"), Subject(role="nothing"), Subject(policy="nothing")])
async def test_what_does_not_exist(people: People, subject: Subject) -> None:
    with pytest.raises(InvalidQuery):
        await effective(people.engine, subject)

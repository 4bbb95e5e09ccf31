"""What one is told of one's own rights."""

from __future__ import annotations

import pytest

from rowcast.engine.permissions import of_item, summary
from rowcast.errors import Forbidden
from tests.engine.people import People, allow

OWN = {"owner": {"_eq": "$CURRENT_USER"}}


async def test_summary(people: People) -> None:
    one = await people.policy("one", allow("read", permissions=OWN, fields=["title", "id"]))
    two = await people.policy("two", allow("create", fields=["title"], presets={"owner": "$CURRENT_USER"}))
    user = await people.user("ann", await people.role("r", one), two)
    assert await summary(people.engine, await people.who("tok-ann")) == {
        "articles": {
            "create": {"access": "full", "fields": ["title"], "presets": {"owner": user}},
            "read": {"access": "partial", "fields": ["title", "id"]},
            "update": {"access": "none"},
            "delete": {"access": "none"},
            "share": {"access": "none"},
        }
    }


async def test_summary_of_an_administrator(people: People) -> None:
    told = await summary(people.engine, await people.who("tok-admin"))
    assert set(told) == set(people.engine.schema.collections)
    assert told["articles"]["delete"] == {"access": "full", "fields": ["*"]}


async def test_of_item(people: People) -> None:
    policy = await people.policy("p", allow("update", permissions=OWN), allow("delete"))
    user = await people.user("ann", await people.role("r", policy))
    mine, other = await people.item(title="a", owner=user), await people.item(title="b")
    ann = await people.who("tok-ann")

    async def told(collection: str, key: str) -> list[bool]:
        return [part["access"] for part in (await of_item(people.engine, ann, collection, key)).values()]

    assert await told("articles", str(mine)) == [True, True, False]
    assert await told("articles", str(other)) == [False, True, False]
    assert await told("articles", "999") == [False, False, False]
    assert await told("articles", "nonsense") == [False, False, False]
    assert await told("nowhere", "1") == [False, False, False]


async def test_nothing_for_the_public(people: People) -> None:
    public = await people.who(None)
    with pytest.raises(Forbidden):
        await summary(people.engine, public)
    with pytest.raises(Forbidden):
        await of_item(people.engine, public, "articles", "1")

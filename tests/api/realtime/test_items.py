"""The ``items`` message: what is answered to who writes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rowcast.api.realtime.items import answer
from rowcast.errors import Forbidden, InvalidQuery
from rowcast.protocol.codec import decode
from rowcast.protocol.messages import Items
from tests.engine.conftest import _cheap_hashes, people
from tests.engine.people import People, allow

__all__ = ["_cheap_hashes", "people"]


async def told(people: People, token: str, **members: Any) -> Any:
    """The answer's data."""
    message = decode(msgspec.json.encode({"type": "items", "collection": "articles", **members}))
    assert isinstance(message, Items)
    return msgspec.json.decode(await answer(people.engine, await people.who(token), message))["data"]


async def test_a_writer_who_may_not_read(people: People) -> None:
    await people.user("ann", None, await people.policy("p", allow("create"), allow("update", fields=["title"])))
    assert await told(people, "tok-ann", action="create", data={"title": "a"}) is None
    assert await told(people, "tok-ann", action="create", data=[{"title": "b"}]) == []
    assert await told(people, "tok-ann", action="update", id=1, data={"title": "c"}) is None
    assert await told(people, "tok-ann", action="update", ids=[2], data={"title": "d"}) == []
    assert await people.rows("SELECT title FROM articles ORDER BY id") == [("c",), ("d",)]


async def test_a_query_that_cannot_be_answered_stores_nothing(people: People) -> None:
    key = await people.item(title="old")
    for members in ({"action": "create"}, {"action": "update", "ids": [key]}):
        with pytest.raises(InvalidQuery):
            await told(people, "tok-admin", **members, data={"title": "a"}, query={"fields": ["title.first"]})
    assert await people.rows("SELECT title FROM articles") == [("old",)]


async def test_an_item_that_is_not_there(people: People) -> None:
    with pytest.raises(Forbidden):
        await told(people, "tok-admin", action="update", id=99, data={"title": "a"})

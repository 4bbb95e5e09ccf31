"""The ``items`` message: what is answered to who writes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rowcast.api.realtime.items import answer
from rowcast.errors import Forbidden, InvalidQuery
from rowcast.protocol.codec import decode
from rowcast.protocol.messages import Invalid, Items
from tests.engine.conftest import _cheap_hashes, people
from tests.engine.people import People, allow

__all__ = ["_cheap_hashes", "people"]


async def frame(people: People, token: str, **members: Any) -> Any:
    """The answer."""
    message = decode(msgspec.json.encode({"type": "items", "collection": "articles", **members}))
    assert isinstance(message, Items)
    return msgspec.json.decode(await answer(people.engine, await people.who(token), message))


async def told(people: People, token: str, **members: Any) -> Any:
    """The answer's data."""
    return (await frame(people, token, **members))["data"]


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


async def test_counts_of_whatever_may_be_counted(people: People) -> None:
    """What is read or updated by keys has them too; of one row that is written, there are none."""
    keys = [await people.item(title=title) for title in "aab"]
    query = {"meta": "*", "filter": {"title": {"_eq": "a"}}, "fields": ["id"]}
    counted = {"total_count": 3, "filter_count": 2}
    for members in ({"id": keys[0]}, {"ids": keys[:1]}, {}):
        assert (await frame(people, "tok-admin", action="read", query=query, **members))["meta"] == counted
    by_keys: Any = {"ids": keys[:1], "data": {"owner": None}}
    for members in (by_keys, {"data": [{"id": keys[0], "owner": None}]}, {"data": {"owner": None}}):
        assert (await frame(people, "tok-admin", action="update", query=query, **members))["meta"] == counted
    assert "meta" not in await frame(people, "tok-admin", action="update", query={"fields": ["id"]}, **by_keys)
    assert "meta" not in await frame(people, "tok-admin", action="create", query={"meta": "*"}, data={"title": "a"})


@pytest.mark.parametrize("members", [{}, {"action": None}, {"action": "upsert"}, {"action": "read", "collection": 5}])
def test_a_message_without_what_it_needs(members: Any) -> None:
    message = decode(msgspec.json.encode({"type": "items", "collection": "articles", "uid": 1, **members}))
    assert isinstance(message, Invalid)
    assert (message.context, message.uid) == ("items", b"1")

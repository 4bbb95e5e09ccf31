"""Shares: made of what one may share, entered by a link, wide as one item."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import pytest

from rowcast.engine.account.shares import enter, share_info
from rowcast.engine.create import create
from rowcast.engine.inspect import moment
from rowcast.engine.read import read, read_one
from rowcast.errors import Forbidden, InvalidCredentials
from rowcast.query.parse import parse
from tests.engine.listeners import Ear, settled
from tests.engine.people import HERE, People, allow
from tests.support.clock import MovedClock


async def _share(people: People, by: str = "tok-admin", **row: Any) -> Any:
    return (await create(people.engine, await people.who(by), "directus_shares", row))[0]


async def _sharers(people: People) -> tuple[str, Any, Any]:
    policy = await people.policy(
        "p", allow("read"), allow("share", permissions={"title": {"_eq": "open"}}), allow("create", "directus_shares")
    )
    role = await people.role("r", policy)
    await people.user("ann", role)
    return role, await people.item(title="open"), await people.item(title="closed")


async def test_a_share_sees_its_item_alone(people: People) -> None:
    role, item, other = await _sharers(people)
    share = await _share(people, collection="articles", item=str(item), role=role)
    grant = await enter(people.engine, HERE, share, None, "json")
    actor = await people.who(grant.access_token)
    assert (actor.user, actor.share, actor.role) == (None, share, role)
    listed = await read(people.engine, actor, "articles", parse({"fields": "title"}))
    assert msgspec.json.decode(listed.data) == [{"title": "open"}]
    with pytest.raises(Forbidden):
        await read_one(people.engine, actor, "articles", other, parse({}))
    with pytest.raises(Forbidden):
        await create(people.engine, actor, "articles", {"title": "mine"})


async def test_the_share_of_an_administrators_role_sees_no_more(people: People) -> None:
    admin = await people.who("tok-admin")
    item = await people.item(title="one")
    await people.item(title="two")
    share = await _share(people, collection="articles", item=str(item), role=admin.role)
    actor = await people.who((await enter(people.engine, HERE, share, None, "json")).access_token)
    assert not actor.admin
    listed = await read(people.engine, actor, "articles", parse({"fields": "title"}))
    assert msgspec.json.decode(listed.data) == [{"title": "one"}]
    with pytest.raises(Forbidden):
        await read(people.engine, actor, "directus_settings", parse({}))


async def test_nobody_is_there_longer_than_the_share(people: People) -> None:
    """Whoever listens is let go when it ends, not when the token does."""
    role, item, _ = await _sharers(people)
    end = int(time.time()) + 300
    share = await _share(people, collection="articles", item=str(item), role=role, date_end=moment(end))
    grant = await enter(people.engine, HERE, share, None, "json")
    actor = await people.who(grant.access_token)
    assert actor.expires == end
    await people.change("directus_shares", share, date_end=None)
    again = await people.who(grant.access_token)
    assert again.expires is not None
    assert again.expires > end


async def test_an_end_that_is_set_while_somebody_is_there(people: People) -> None:
    role, item, _ = await _sharers(people)
    clock = MovedClock.of(people.engine)
    share = await _share(people, collection="articles", item=str(item), role=role)
    ear = Ear(people.engine, await people.who((await enter(people.engine, HERE, share, None, "json")).access_token))
    await ear.subscribe("articles", exact=True, fields=["title"])
    await people.change("directus_shares", share, date_end=moment(int(clock.time()) + 2))
    await settled(people.engine)
    clock.move(1)
    await settled(people.engine)
    assert ear.dismissed is None
    clock.move(1)
    await settled(people.engine)
    assert ear.dismissed is not None


async def test_only_what_one_may_share(people: People) -> None:
    role, item, other = await _sharers(people)
    await _share(people, "tok-ann", collection="articles", item=str(item), role=role)
    admin = await people.who("tok-admin")
    for row in (
        {"collection": "articles", "item": str(other), "role": role},
        {"collection": "articles", "item": "999", "role": role},
        {"collection": "directus_users", "item": admin.user, "role": role},
        {"collection": "nowhere", "item": "1"},
        {"collection": "articles", "item": str(item), "role": admin.role},
    ):
        with pytest.raises(Forbidden):
            await _share(people, "tok-ann", **row)


async def test_password_dates_and_uses(people: People) -> None:
    role, item, _ = await _sharers(people)
    about = {"collection": "articles", "item": str(item), "role": role}
    locked = await _share(people, **about, password="opens")
    over = await _share(people, **about, date_end="2020-01-01T00:00:00Z")
    ahead = await _share(people, **about, date_start="2999-01-01T00:00:00Z")
    once = await _share(people, **about, max_uses=1)
    for share, password in ((locked, None), (locked, "shut"), (over, None), (ahead, None), ("unknown", None)):
        with pytest.raises(InvalidCredentials):
            await enter(people.engine, HERE, share, password, "json")
    await enter(people.engine, HERE, locked, "opens", "json")
    two = await asyncio.gather(
        *(enter(people.engine, HERE, once, None, "json") for _ in range(2)), return_exceptions=True
    )
    assert [type(one) is InvalidCredentials for one in two].count(True) == 1
    told = await share_info(people.engine, locked)
    assert (told["password"], told["times_used"], told["item"]) == ("**********", 1, str(item))
    with pytest.raises(Forbidden):
        await share_info(people.engine, over)


async def test_a_deleted_share_ends_its_token(people: People) -> None:
    role, item, _ = await _sharers(people)
    share = await _share(people, collection="articles", item=str(item), role=role)
    grant = await enter(people.engine, HERE, share, None, "json")
    await people.engine.store.write(lambda tx: tx.fetch("DELETE FROM directus_shares WHERE id = ?", (share,)))
    with pytest.raises(Forbidden):
        await people.who(grant.access_token)

"""Comments are made on what one may read."""

from __future__ import annotations

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.update import update
from rowcast.errors import FailedValidation, Forbidden, Several
from tests.engine.people import People, allow


async def test_comments(people: People) -> None:
    mine = {"owner": {"_eq": "$CURRENT_USER"}}
    ann = await people.user("ann", None, await people.policy("p", allow("read", permissions=mine), app_access=True))
    item, other = await people.item(owner=ann), await people.item()
    actor, engine = await people.who("tok-ann"), people.engine
    comment = {"collection": "articles", "item": str(item), "comment": "Good"}
    (key,) = await create(engine, actor, "directus_comments", comment)
    assert await people.rows("SELECT comment, user_created FROM directus_comments") == [("Good", ann)]
    for about in ({"item": str(other)}, {"item": "999"}, {"item": "x"}, {"item": None}, {"collection": "nowhere"}):
        with pytest.raises(Forbidden):
            await create(engine, actor, "directus_comments", {**comment, **about})
    with pytest.raises(Several):
        await create(engine, actor, "directus_comments", {**comment, "comment": None})
    await update(engine, actor, "directus_comments", {"comment": "Better"}, keys=[key])
    with pytest.raises(Forbidden):
        await update(engine, actor, "directus_comments", {"item": str(other)}, keys=[key])
    for about in ({"item": "999"}, {"collection": "nowhere"}, {"item": None}):
        with pytest.raises((Forbidden, Several, FailedValidation)):
            await create(engine, SYSTEM, "directus_comments", {**comment, **about})
        with pytest.raises((Forbidden, FailedValidation)):
            await update(engine, SYSTEM, "directus_comments", about, keys=[key])
    await update(engine, SYSTEM, "directus_comments", {"item": str(other)}, keys=[key])
    assert await people.rows("SELECT item FROM directus_comments") == [(str(other),)]
    await delete(engine, actor, "directus_comments", keys=[key])
    assert await people.rows("SELECT 1 FROM directus_comments") == []

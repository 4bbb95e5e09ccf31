"""What an actor with rules may write: field lists, presets, validation, rows; the same for nested rows."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.update import update
from rowcast.errors import FailedValidation, Forbidden, InvalidPayload, Several
from rowcast.query.parse import parse
from tests.engine.shop import Shop

USER = "22222222-2222-4222-8222-222222222222"


async def actor_with(shop: Shop, *rules: dict[str, Any]) -> Actor:
    """An actor with one policy of these permissions."""
    payload = {"name": "p", "permissions": list(rules)}
    [policy] = await create(shop.engine, SYSTEM, "directus_policies", payload)
    shop.events()
    return Actor(user=USER, policies=(str(policy),))


def rule(collection: str, action: str, **parts: Any) -> dict[str, Any]:
    return {"collection": collection, "action": action, "fields": ["*"], **parts}


async def test_presets_fill_and_field_lists_refuse(shop: Shop) -> None:
    actor = await actor_with(shop, rule("stamps", "create", fields=["label"], presets={"hidden": "$CURRENT_USER"}))
    await create(shop.engine, actor, "stamps", {"label": "mine"})
    assert await shop.rows("stamps", "label", "hidden", "maker") == [("mine", USER, USER)]
    with pytest.raises(Forbidden, match="hidden"):
        await create(shop.engine, actor, "stamps", {"label": "x", "hidden": "y"})


async def test_validation_of_rules_sees_presets(shop: Shop) -> None:
    wanted = {"_and": [{"pages": {"_lte": 10}}, {"title": {"_neq": "no"}}]}
    actor = await actor_with(shop, rule("books", "create", validation=wanted, presets={"pages": 11}))
    with pytest.raises(FailedValidation):
        await create(shop.engine, actor, "books", {"title": "preset is too much"})
    with pytest.raises(Several) as caught:
        await create(shop.engine, actor, "books", {"title": "no", "pages": 12})
    assert [e.extensions["field"] for e in caught.value.members()] == ["pages", "title"]
    await create(shop.engine, actor, "books", {"title": "yes", "pages": 10})


async def test_rows_outside_the_rule_are_refused_whole(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", [{"title": "a", "pages": 1}, {"title": "b", "pages": 2}])
    low = {"pages": {"_lt": 2}}
    actor = await actor_with(
        shop,
        rule("books", "read"),
        rule("books", "update", permissions=low, fields=["title"]),
        rule("books", "update", permissions={"pages": {"_eq": 2}}, fields=["sort"]),
        rule("books", "delete", permissions=low),
    )
    engine = shop.engine
    assert await update(engine, actor, "books", {"title": "A"}, keys=[1]) == [1]
    assert await update(engine, actor, "books", {"sort": 7}, keys=[2]) == [2]
    for payload, keys in (({"title": "B"}, [2]), ({"title": "B"}, [1, 2]), ({"sort": 1}, [1]), ({"title": "C"}, [99])):
        with pytest.raises(Forbidden):
            await update(engine, actor, "books", payload, keys=keys)
    with pytest.raises(Forbidden):
        await update(engine, actor, "books", {"title": "B"}, query=parse({}))
    with pytest.raises(Forbidden):
        await delete(engine, actor, "books", keys=[1, 2])
    assert await shop.rows("books", "title", "sort") == [("A", None), ("b", 7)]
    assert await delete(engine, actor, "books", query=parse({"filter": low})) == [1]


async def test_nested_rows_obey_their_own_rules(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", {"title": "a", "reviews": [{"stars": 1}, {"stars": 5}]})
    actor = await actor_with(
        shop,
        rule("books", "read"),
        rule("books", "update", fields=["reviews", "author"]),
        rule("reviews", "read", permissions={"stars": {"_lt": 5}}),
        rule("reviews", "create", validation={"stars": {"_gte": 1}}),
        rule("reviews", "update", fields=["stars"], permissions={"stars": {"_lt": 5}}),
        rule("reviews", "delete"),
    )
    engine = shop.engine
    await update(
        engine, actor, "books", {"reviews": {"update": [{"id": 1, "stars": 2}], "create": [{"stars": 3}]}}, keys=[1]
    )
    with pytest.raises(Forbidden):
        await update(engine, actor, "books", {"reviews": {"update": [{"id": 2, "stars": 2}]}}, keys=[1])
    with pytest.raises(FailedValidation) as caught:
        await update(engine, actor, "books", {"reviews": {"create": [{"stars": 0}]}}, keys=[1])
    assert caught.value.extensions["path"] == ["reviews"]
    with pytest.raises(Forbidden):
        await update(engine, actor, "books", {"author": {"name": "no right to create"}}, keys=[1])
    await update(engine, actor, "books", {"reviews": []}, keys=[1])
    assert await shop.rows("reviews", "id", "stars") == [(2, 5)]


async def test_a_query_reaches_only_what_may_be_read(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "books", [{"title": "seen", "pages": 1}, {"title": "hidden", "pages": 2}])
    actor = await actor_with(
        shop, rule("books", "read", permissions={"pages": {"_eq": 1}}), rule("books", "update"), rule("books", "delete")
    )
    assert await update(shop.engine, actor, "books", {"sort": 1}, query=parse({})) == [1]
    assert await delete(shop.engine, actor, "books", query=parse({})) == [1]


async def test_a_secret_in_a_preset_is_never_stored_in_clear(shop: Shop) -> None:
    actor = await actor_with(shop, rule("stamps", "create", fields=["label"], presets={"secret": "in clear"}))
    with pytest.raises(InvalidPayload):
        await create(shop.engine, actor, "stamps", {"label": "x"})

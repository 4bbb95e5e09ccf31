from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import apsw
import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.engine import Engine
from rowcast.engine.model.fields import create_field
from rowcast.engine.read import read
from rowcast.engine.telling.subscribe import change_actor
from rowcast.engine.update import update
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.query.parse import parse
from tests.engine.listeners import Ear
from tests.engine.people import People, allow
from tests.engine.shop import Shop

OWN = {"owner": {"_eq": "$CURRENT_USER"}}


async def book(engine: Engine, **values: Any) -> Any:
    return (await create(engine, SYSTEM, "books", {"title": "t", **values}))[0]


# ---- rows and events --------------------------------------------------------------------------------------------------


async def test_rows_now_and_what_happens_to_them(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    key = await book(shop.engine, title="first")
    await ear.subscribe("books", fields=["title", "pages"])
    assert ear.told() == [("init", [{"title": "first", "pages": None}])]
    await update(shop.engine, SYSTEM, "books", {"pages": 3}, keys=[key])
    await delete(shop.engine, SYSTEM, "books", keys=[key])
    assert ear.told() == [("update", [{"title": "first", "pages": 3}]), ("delete", [key])]


async def test_a_key_written_as_text_is_told_as_text(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    keys = [await book(shop.engine) for _ in range(2)]
    await ear.subscribe("books", event="delete")
    await delete(shop.engine, SYSTEM, "books", keys=[str(keys[0])])
    await delete(shop.engine, SYSTEM, "books", keys=keys[1:])
    assert ear.told() == [("init", None), ("delete", [str(keys[0])]), ("delete", keys[1:])]


async def test_nested_fields_are_read_from_the_database(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("books", fields=["title", "author.name", "reviews.stars"])
    await book(shop.engine, title="x", author={"name": "Ann"}, reviews=[{"stars": 5}])
    assert await ear.hears(2) == [
        ("init", []),
        ("create", [{"title": "x", "author": {"name": "Ann"}, "reviews": [{"stars": 5}]}]),
    ]


async def test_deletes_of_relational_views_reach_only_those_who_saw_the_row(shop: Shop) -> None:
    ears = {name: Ear(shop.engine, SYSTEM) for name in ("Ann", "Ben")}
    keys = [await book(shop.engine, author={"name": name}) for name in ears]
    for name, ear in ears.items():
        await ear.subscribe("books", fields=["id"], filter={"author": {"name": {"_eq": name}}})
    await delete(shop.engine, SYSTEM, "books", keys=keys)
    for (_, ear), key in zip(ears.items(), keys, strict=True):
        assert await ear.hears(2) == [("init", [{"id": key}]), ("delete", [key])]


async def test_counts(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("books", fields=["id"], meta="*", filter={"pages": {"_gt": 5}})
    await book(shop.engine, pages=1)
    await book(shop.engine, pages=9)
    metas = [frame["meta"] for frame in ear.heard()]
    assert metas == [{"total_count": 0, "filter_count": 0}, {"total_count": 2, "filter_count": 1}]


async def test_the_same_uid_replaces_and_unsubscribe_ends(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("books", uid="a", fields=["id"])
    await ear.subscribe("books", uid="a", fields=["title"])
    await book(shop.engine, title="one")
    ear.unsubscribe("a")
    await book(shop.engine)
    assert ear.told()[2:] == [("create", [{"title": "one"}]), ("unsubscribe", None)]
    assert len(shop.engine.broadcast.live) == 0


async def test_an_item(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    keys = [await book(shop.engine, title=title) for title in "ab"]
    await ear.subscribe("books", item=str(keys[1]), fields=["title"])
    await update(shop.engine, SYSTEM, "books", {"pages": 1}, keys=keys)
    with pytest.raises(Forbidden):
        await ear.subscribe("books", uid="none", item=999)
    assert ear.told() == [("init", {"title": "b"}), ("update", {"title": "b"})]


async def test_what_cannot_be_subscribed_to(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    for name in ("directus_sessions", "directus_migrations", "nothing"):
        with pytest.raises(Forbidden):
            await ear.subscribe(name)
    with pytest.raises(InvalidPayload):
        await ear.subscribe("directus_extensions")


async def test_activity_is_captured_while_somebody_looks(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("directus_activity", fields=["action", "collection"], event="create")
    await book(shop.engine)
    assert ear.told() == [("init", None), ("create", [{"action": "create", "collection": "books"}])]
    ear.close()
    await book(shop.engine)


async def test_changes_by_another_program(shop: Shop, tmp_path: Path) -> None:
    ear = Ear(shop.engine, SYSTEM)
    await ear.subscribe("authors", fields=["name"])
    other = apsw.Connection(str(tmp_path / "shop.db"))
    other.execute("INSERT INTO authors(name) VALUES ('from outside')")
    assert await ear.hears(2) == [("init", []), ("create", [{"name": "from outside"}])]


async def test_snapshot_and_stream_join_without_gap_or_double(shop: Shop) -> None:
    """Subscribers that come at any moment hold in the end what is there."""
    chance = random.Random(7)
    ears: list[Ear] = []

    async def write() -> None:
        keys: list[Any] = []
        for number in range(60):
            if keys and chance.random() < 0.4:
                await delete(shop.engine, SYSTEM, "books", keys=[keys.pop()])
            else:
                keys.append(await book(shop.engine, title=str(number)))

    async def listen() -> None:
        for _ in range(25):
            ear = Ear(shop.engine, SYSTEM)
            ears.append(ear)
            await ear.subscribe("books", fields=["id"], limit=-1)
            await asyncio.sleep(chance.random() * 0.004)

    await asyncio.gather(write(), write(), listen())
    answer = await read(shop.engine, SYSTEM, "books", parse({"fields": ["id"], "limit": -1}))
    for ear in ears:
        (_, first), *events = ear.told()
        held = [item["id"] for item in first]
        for kind, data in events:
            if kind == "create":
                held += [item["id"] for item in data]
            else:
                assert set(data) <= set(held)
                held = [key for key in held if key not in data]
        assert sorted(held) == sorted(item["id"] for item in answer_rows(answer.data))


def answer_rows(data: bytes) -> list[Any]:
    found: list[Any] = json.loads(data)
    return found


# ---- rights -----------------------------------------------------------------------------------------------------------


async def reader(people: People, name: str = "ann", **rule: Any) -> tuple[Ear, str]:
    """A user who may read articles by that rule, listening; and the policy's id."""
    policy = await people.policy(f"reads as {name}", allow("read", **rule))
    await people.user(name, await people.role(f"role of {name}", policy))
    return Ear(people.engine, await people.who(f"tok-{name}")), policy


async def permission_of(people: People, policy: str) -> int:
    found = await people.rows("SELECT id FROM directus_permissions WHERE policy = ?", (policy,))
    key: int = found[0][0]
    return key


async def test_everyone_hears_of_own_rows_only(people: People) -> None:
    ears = {name: (await reader(people, name, permissions=OWN))[0] for name in ("ann", "ben")}
    for ear in ears.values():
        await ear.subscribe("articles", fields=["title"])
    for name, ear in ears.items():
        await people.item(title=f"of {name}", owner=ear.listener.actor.user)
    await people.item(title="of nobody")
    for name, ear in ears.items():
        assert ear.told() == [("init", []), ("create", [{"title": f"of {name}"}])]


async def test_a_narrowed_rule_holds_from_the_next_commit_on(people: People) -> None:
    ear, policy = await reader(people)
    await ear.subscribe("articles", fields=["title"])
    await people.item(title="seen")
    await people.change("directus_permissions", await permission_of(people, policy), permissions=OWN)
    await people.item(title="unseen")
    assert ear.told() == [("init", []), ("create", [{"title": "seen"}])]


async def test_fields_that_are_taken_away_are_not_sent_any_more(people: People) -> None:
    ear, policy = await reader(people)
    await ear.subscribe("articles", event="create")
    await people.change("directus_permissions", await permission_of(people, policy), fields=["id"])
    key = await people.item(title="hidden")
    assert ear.told() == [("init", None), ("create", [{"id": key}])]


async def test_a_lost_right_is_told_once_and_revives(people: People) -> None:
    ear, policy = await reader(people)
    await ear.subscribe("articles", fields=["title"])
    permission = await permission_of(people, policy)
    await people.change("directus_permissions", permission, action="create")
    await people.item(title="a")
    await people.item(title="b")
    await people.change("directus_permissions", permission, action="read")
    await people.item(title="c")
    assert ear.told() == [("init", []), ("subscribe", None), ("create", [{"title": "c"}])]


async def test_a_granted_right_does_not_open_what_was_refused(people: People) -> None:
    await people.user("ann")
    ear = Ear(people.engine, await people.who("tok-ann"))
    with pytest.raises(Forbidden):
        await ear.subscribe("articles")
    with pytest.raises(Forbidden):
        await ear.subscribe("articles", uid="e", event="create")
    assert ear.listener.watches == {}


async def test_another_role_counts_at_once(people: People) -> None:
    ear, _ = await reader(people)
    await ear.subscribe("articles", fields=["title"])
    await people.change("directus_users", ear.listener.actor.user, role=None)
    await people.item(title="unseen")
    assert ear.told() == [("init", []), ("subscribe", None)]


@pytest.mark.parametrize("change", [{"status": "suspended"}, {"token": "another"}, None])
async def test_who_may_not_ask_any_more_is_dismissed(people: People, change: dict[str, Any] | None) -> None:
    ear, _ = await reader(people)
    user = ear.listener.actor.user
    if change is None:
        await delete(people.engine, SYSTEM, "directus_users", keys=[user])
    else:
        await people.change("directus_users", user, **change)
    assert ear.dismissed is not None


async def test_visits_do_not_disturb(people: People) -> None:
    ear, _ = await reader(people)
    await ear.subscribe("articles")
    epoch = people.engine.broadcast.epoch
    await people.change("directus_users", ear.listener.actor.user, last_page="/content")
    assert people.engine.broadcast.epoch == epoch


async def test_a_rule_by_a_value_of_the_user_follows_the_user(people: People) -> None:
    ear, _ = await reader(people, permissions={"title": {"_eq": "$CURRENT_USER.title"}})
    await people.change("directus_users", ear.listener.actor.user, title="alpha")
    await ear.subscribe("articles", fields=["title"])
    for title in ("alpha", "beta"):
        await people.item(title=title)
    await people.change("directus_users", ear.listener.actor.user, title="beta")
    for title in ("alpha", "beta"):
        await people.item(title=title)
    assert ear.told() == [("init", []), ("create", [{"title": "alpha"}]), ("create", [{"title": "beta"}])]


async def test_subscriptions_go_on_with_the_rights_of_a_new_identity(people: People) -> None:
    ear, _ = await reader(people, permissions=OWN)
    await ear.subscribe("articles", fields=["title"])
    await people.item(title="before")
    await change_actor(people.engine, ear.listener, await people.who("tok-admin"))
    await people.item(title="after")
    await change_actor(people.engine, ear.listener, Actor())
    await people.item(title="as nobody")
    assert ear.told() == [("init", []), ("create", [{"title": "after"}]), ("subscribe", None)]


async def test_a_new_field_is_shown(people: People) -> None:
    ear = Ear(people.engine, await people.who("tok-admin"))
    await ear.subscribe("articles", event="create")
    await create_field(people.engine, SYSTEM, "articles", {"field": "note", "type": "string", "meta": {}, "schema": {}})
    key = await people.item(title="x", note="n")
    assert ear.told()[1:] == [("create", [{"id": key, "title": "x", "owner": None, "note": "n"}])]


# ---- what the oracle has found ------------------------------------------------------------------------------------------


async def test_a_delete_is_told_by_all_rows_as_they_were(shop: Shop) -> None:
    ear, key = Ear(shop.engine, SYSTEM), await book(shop.engine, author={"name": "Ann"}, reviews=[{"stars": 5}])
    [(author,)] = await shop.rows("books", "author")
    await ear.subscribe("books", uid="up", fields=["id"], filter={"author": {"name": {"_eq": "Ann"}}})
    await ear.subscribe("books", uid="down", fields=["id"], filter={"reviews": {"stars": {"_eq": 5}}})
    ear.heard()

    async def work(tx: Any) -> None:
        """Two mutations in one transaction, as those that come at once have it."""
        await tx.fetch("UPDATE authors SET name = ? WHERE id = ?", ("Ben", author))
        tx.unit()
        await tx.fetch("DELETE FROM books WHERE id = ?", (key,))
        tx.unit()

    await shop.engine.store.write(work)
    assert await ear.hears(2) == [("delete", [key]), ("delete", [key])]


async def test_an_empty_list_is_no_null_when_it_is_gone(shop: Shop) -> None:
    await create_field(
        shop.engine,
        SYSTEM,
        "books",
        {"field": "tags", "type": "csv", "meta": {"special": ["cast-csv"]}, "schema": {}},
    )
    ear, key = Ear(shop.engine, SYSTEM), await book(shop.engine, tags=[])
    await ear.subscribe("books", fields=["id"], filter={"tags": {"_ncontains": "x"}})
    await delete(shop.engine, SYSTEM, "books", keys=[key])
    assert await ear.hears(2) == [("init", [{"id": key}]), ("delete", [key])]

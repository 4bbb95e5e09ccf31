"""What may happen between two steps of the live engine: rights that change while something is read, opened, moved or asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.account.identify import identify_again
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.engine import Engine
from rowcast.engine.model.collections import create_collections
from rowcast.engine.model.fields import create_field, delete_fields
from rowcast.engine.model.relations import create_relation
from rowcast.engine.telling.subscribe import change_actor
from rowcast.engine.update import update
from rowcast.errors import Forbidden
from tests.engine.listeners import Ear, Mirror, settled
from tests.engine.people import People, allow
from tests.engine.shop import Shop, field
from tests.support.patience import BUSY, reached

OWN = {"owner": {"_eq": "$CURRENT_USER"}}
NOTHING = {"id": {"_lt": 0}}


class Gate:
    """Readings of statements that hold ``word`` wait for ``open`` once they have what they read, or before (``early``)."""

    def __init__(self, engine: Engine, word: str, monkeypatch: pytest.MonkeyPatch, *, early: bool = False) -> None:
        self.reached, self._open, self._word, self._early = asyncio.Event(), asyncio.Event(), word, early
        store = engine.store
        monkeypatch.setattr(store, "snapshot", self._through(store.snapshot))
        monkeypatch.setattr(store, "read", self._through(store.read))

    def open(self) -> None:
        self._open.set()

    def _through(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def read(text: str, args: Any = ()) -> Any:
            if self._word not in text or self._open.is_set():
                return await call(text, args)
            if self._early:
                self.reached.set()
                await self._open.wait()
                return await call(text, args)
            found = await call(text, args)
            self.reached.set()
            await self._open.wait()
            return found

        return read


async def reader(people: People, name: str = "ann", **rule: Any) -> tuple[Ear, int]:
    """A user who may read articles by that rule, and the key of the rule."""
    policy = await people.policy(f"reads as {name}", allow("read", **rule))
    await people.user(name, await people.role(f"role of {name}", policy))
    rows = await people.rows("SELECT id FROM directus_permissions WHERE policy = ?", (policy,))
    return Ear(people.engine, await people.who(f"tok-{name}")), rows[0][0]


async def grant(people: People, rule: int, **values: Any) -> None:
    await people.change("directus_permissions", rule, **values)


def other_program(engine: Engine) -> apsw.Connection:
    found = apsw.Connection(str(Path(engine.store._options.path)))  # type: ignore[attr-defined]
    found.set_busy_timeout(BUSY)
    return found


async def look(engine: Engine) -> None:
    async def nothing(_: Any) -> None:
        return None

    await engine.store.write(nothing)
    await settled(engine)


# ---- while a subscription is opened ------------------------------------------------------------------------------------


async def team_of_ann(people: People) -> tuple[Ear, Any]:
    """Ann may read the articles whose title is the name of her team."""
    key = {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}}
    teams = {"collection": "teams", "meta": {}, "schema": {}, "fields": [key, field("name", "string")]}
    await create_collections(people.engine, SYSTEM, [teams])
    await create_field(people.engine, SYSTEM, "directus_users", field("team", "integer", "m2o"))
    tie = {"collection": "directus_users", "field": "team", "related_collection": "teams", "schema": {}, "meta": {}}
    await create_relation(people.engine, SYSTEM, tie)
    [team] = await create(people.engine, SYSTEM, "teams", {"name": "red"})
    ear, _ = await reader(people, permissions={"title": {"_eq": "$CURRENT_USER.team.name"}})
    await people.change("directus_users", ear.listener.actor.user, team=team)
    return ear, team


async def test_a_value_that_changes_while_the_rows_are_read(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    ear, team = await team_of_ann(people)
    gate = Gate(people.engine, "FROM articles", monkeypatch)
    opening = asyncio.create_task(ear.subscribe("articles", fields=["title"]))
    await reached(gate.reached)
    await people.change("teams", team, name="blue")
    gate.open()
    await opening
    for title in ("red", "blue"):
        await people.item(title=title)
    assert ear.told() == [("init", []), ("create", [{"title": "blue"}])]


async def test_rights_that_change_right_after_the_first_frame(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    ear, rule = await reader(people)
    refresher = people.engine.broadcast.refresher
    enter = refresher.enter

    async def late(*args: Any) -> None:
        await enter(*args)
        await grant(people, rule, permissions=NOTHING)

    monkeypatch.setattr(refresher, "enter", late)
    await people.item(title="a")
    await ear.subscribe("articles", exact=True, fields=["title"], limit=5)
    await people.item(title="b")
    await settled(people.engine)
    assert [event for event, _ in ear.told()] == ["init", "delete"]


async def test_somebody_else_while_the_rows_are_read(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    ear, _ = await reader(people, permissions=NOTHING)
    ann, ear.listener.actor = ear.listener.actor, await people.who("tok-admin")
    gate = Gate(people.engine, "FROM articles", monkeypatch)
    await people.item(title="secret")
    opening = asyncio.create_task(ear.subscribe("articles", fields=["title"]))
    await reached(gate.reached)
    await change_actor(people.engine, ear.listener, ann)
    gate.open()
    await opening
    await people.item(title="another")
    assert ear.told() == [("init", [])]


@pytest.mark.parametrize("change", [{"status": "suspended"}, {"token": "another"}, {"role": None}])
async def test_who_has_changed_between_knocking_and_coming_in(people: People, change: dict[str, Any]) -> None:
    ear, _ = await reader(people)
    user = ear.listener.actor.user
    knocking, public = await people.who("tok-ann"), Ear(people.engine, await people.who(None))
    await people.change("directus_users", user, **change)
    late = Ear(people.engine, knocking)
    await change_actor(people.engine, public.listener, knocking)
    await settled(people.engine)
    if "role" in change:
        assert late.listener.actor.role is public.listener.actor.role is None
    else:
        assert late.dismissed is not None
        assert public.dismissed is not None


@pytest.mark.parametrize("exact", [True, False])
async def test_who_leaves_while_the_rows_are_read_leaves_nothing_behind(
    people: People, monkeypatch: pytest.MonkeyPatch, exact: bool
) -> None:
    """No audience that nobody is in, which would be read for at each commit."""
    ear = Ear(people.engine, await people.who("tok-admin"))
    gate = Gate(people.engine, "FROM articles", monkeypatch)
    opening = asyncio.create_task(ear.subscribe("articles", exact=exact, fields=["id"], limit=5))
    await reached(gate.reached)
    ear.close()
    gate.open()
    await opening
    assert len(people.engine.broadcast.live) == 0


async def test_a_refused_subscription_captures_nothing(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    ear = Ear(people.engine, await people.who("tok-admin"))

    async def fails(*_: Any) -> Any:
        raise Forbidden

    monkeypatch.setattr(people.engine.store, "snapshot", fails)
    with pytest.raises(Forbidden):
        await ear.subscribe("directus_activity", fields=["id"])
    assert people.engine.broadcast._captured == set()


# ---- values of the user ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "values", "title"),
    [
        ({"title": {"_eq": "$CURRENT_USER.language"}}, {"language": "de-DE"}, "de-DE"),
        ({"title": {"_eq": "$CURRENT_USER.appearance"}}, {"appearance": "dark"}, "dark"),
    ],
)
async def test_a_rule_by_what_changes_in_passing(
    people: People, rule: dict[str, Any], values: dict[str, Any], title: str
) -> None:
    ear, _ = await reader(people, permissions=rule)
    await ear.subscribe("articles", exact=True, fields=["title"])
    await people.item(title=title)
    await people.change("directus_users", ear.listener.actor.user, **values)
    await settled(people.engine)
    assert [event for event, _ in ear.told()] == ["init", "create"]


async def test_a_rule_by_a_list_of_keys(people: People) -> None:
    """``$CURRENT_USER.marks`` is a list of rows that point to the user: it is another one when a row comes or goes."""
    key = {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}}
    marks = {"collection": "marks", "meta": {}, "schema": {}, "fields": [key, field("user", "uuid", "m2o")]}
    await create_collections(people.engine, SYSTEM, [marks])
    tie = {"collection": "marks", "field": "user", "related_collection": "directus_users", "schema": {}}
    await create_relation(people.engine, SYSTEM, tie | {"meta": {"one_field": "marks"}})
    await create_field(people.engine, SYSTEM, "directus_users", field("marks", "alias", "o2m"))
    ear, _ = await reader(people, permissions={"id": {"_in": "$CURRENT_USER.marks"}})
    [item] = [await people.item(title="a")]
    await ear.subscribe("articles", exact=True, fields=["id"])
    [mark] = await create(people.engine, SYSTEM, "marks", {"id": item, "user": ear.listener.actor.user})
    await settled(people.engine)
    await delete(people.engine, SYSTEM, "marks", keys=[mark])
    await settled(people.engine)
    assert ear.told() == [("init", []), ("create", [{"id": item}]), ("delete", [item])]


# ---- faults ------------------------------------------------------------------------------------------------------------


async def test_a_listener_that_cannot_be_reviewed_keeps_nothing_from_the_others(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ann, rule), (ben, _) = await reader(people), await reader(people, "ben")
    await ben.subscribe("articles", fields=["title"])
    again = identify_again

    async def fails(engine: Engine, actor: Actor, sessions: Any = None) -> Actor:
        if actor.user == ann.listener.actor.user:
            raise RuntimeError("the disk is gone")
        return await again(engine, actor, sessions)

    monkeypatch.setattr("rowcast.engine.telling.review.identify_again", fails)
    await grant(people, rule, fields=["id"])
    await people.item(title="a")
    assert ann.dismissed is not None
    assert ben.told() == [("init", []), ("create", [{"title": "a"}])]


async def test_columns_that_another_program_makes_are_shown_without_a_commit(people: People) -> None:
    key = await people.item(title="a")
    mirror = Mirror(Ear(people.engine, await people.who("tok-admin")))
    await mirror.ear.subscribe("articles", exact=True, fields=["*"])
    other_program(people.engine).execute('ALTER TABLE articles ADD COLUMN "note" TEXT')
    await look(people.engine)
    mirror.listen()
    assert mirror.sets["s"] == {key: {"id": key, "title": "a", "owner": None, "note": None}}


async def test_collections_that_are_logged_on_demand_are_when_they_are_related(people: People) -> None:
    ear = Ear(people.engine, await people.who("tok-admin"))
    await ear.subscribe("directus_activity", exact=True, fields=["id", "revisions.data"], limit=5)
    assert people.engine.broadcast._captured == {"directus_activity", "directus_revisions"}
    ear.close()
    assert people.engine.broadcast._captured == set()


# ---- what was asked for, and what may be told of it ---------------------------------------------------------------------


@pytest.mark.parametrize("after", [{"permissions": NOTHING}, {"fields": ["id"]}, {"action": "update"}])
async def test_what_is_read_late_is_told_by_the_rights_of_then(
    people: People, monkeypatch: pytest.MonkeyPatch, after: dict[str, Any]
) -> None:
    """The rows of an event are read when a right has ended and the row holds what may not be seen."""
    ear, rule = await reader(people, permissions={"title": {"_neq": "$NOW"}})  # a rule that takes the database
    await ear.subscribe("articles", fields=["id", "title"])
    ear.heard()
    gate = Gate(people.engine, "FROM articles", monkeypatch, early=True)
    key = await people.item(title="known")
    await reached(gate.reached)
    await grant(people, rule, **after)
    await people.change("articles", key, title="secret")
    gate.open()
    await settled(people.engine)
    assert "secret" not in str(ear.frames)
    told = ear.told()
    assert all(event != "update" or data == [{"id": key}] for event, data in told), told


async def test_rights_that_widen_while_an_event_is_read_lose_nothing(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear, rule = await reader(people, permissions={"title": {"_neq": "$NOW"}}, fields=["id"])
    await ear.subscribe("articles")
    ear.heard()
    gate = Gate(people.engine, "FROM articles", monkeypatch, early=True)
    key = await people.item(title="a")
    await reached(gate.reached)
    await grant(people, rule, fields=["id", "title"])
    gate.open()
    await settled(people.engine)
    assert ear.told() == [("create", [{"id": key, "title": "a"}])]


async def test_what_an_ended_subscription_asked_for_is_not_told(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear, _ = await reader(people, permissions={"title": {"_neq": "$NOW"}})
    await ear.subscribe("articles")
    ear.heard()
    gate = Gate(people.engine, "FROM articles", monkeypatch, early=True)
    await people.item(title="a")
    await reached(gate.reached)
    ear.unsubscribe()
    gate.open()
    await settled(people.engine)
    assert ear.told() == [("unsubscribe", None)]


async def test_states_within_a_transaction_that_changes_rights_are_not_told(people: People) -> None:
    """What was in a row before the right was granted in the same transaction nobody could ever read."""
    ear, rule = await reader(people, permissions=NOTHING)
    key = await people.item(title="a")
    await ear.subscribe("articles", fields=["title"])

    async def work(tx: Any) -> None:
        """Three mutations in one transaction, as those that come at once have it."""
        for title in ("secret", "open"):
            await tx.fetch("UPDATE articles SET title = ? WHERE id = ?", (title, key))
            tx.unit()
        await tx.fetch("UPDATE directus_permissions SET permissions = ? WHERE id = ?", ("{}", rule))
        tx.unit()

    await people.engine.store.write(work)
    await settled(people.engine)
    assert "secret" not in str(ear.frames)
    assert ear.told()[-1] == ("update", [{"title": "open"}])


async def test_rights_that_end_within_another_programs_long_transaction(people: People) -> None:
    """It is announced in parts: the first is told by the rights that the last one leaves."""
    ear, rule = await reader(people)
    await ear.subscribe("articles", fields=["title"])
    ear.heard()
    other = other_program(people.engine)
    with other:
        for number in range(1000):
            other.execute("INSERT INTO articles(title) VALUES(?)", (f"secret {number}",))
        other.execute("UPDATE directus_permissions SET permissions = ? WHERE id = ?", ('{"id":{"_lt":0}}', rule))
    await look(people.engine)
    assert ear.told() == []


# ---- coming back -------------------------------------------------------------------------------------------------------


async def comes_back(ear: Ear, place: str, **query: Any) -> list[str]:
    ear.heard()
    await ear.subscribe("articles", since=place, **query)
    return [frame["event"] for frame in ear.heard()]


@pytest.mark.parametrize("exact", [True, False])
async def test_rights_that_were_other_ones_in_between(people: People, exact: bool) -> None:
    ear, rule = await reader(people)
    await ear.subscribe("articles", resume=True, exact=exact, fields=["id", "title"])
    place = ear.heard()[-1]["position"]
    ear.unsubscribe()
    await grant(people, rule, permissions=NOTHING)
    key = await people.item(title="secret")
    await people.change("articles", key, title="open")
    await grant(people, rule, permissions={})
    assert await comes_back(ear, place, exact=exact, fields=["id", "title"]) == ["init"]


@pytest.mark.parametrize("values", [{"title": "b"}, {"role": None}])
async def test_a_user_who_was_somebody_else_in_between(people: People, values: dict[str, Any]) -> None:
    ear, _ = await reader(people)
    user, before = ear.listener.actor.user, await people.rows("SELECT title, role FROM directus_users")
    await ear.subscribe("articles", resume=True, fields=["id"])
    place = ear.heard()[-1]["position"]
    ear.unsubscribe()
    role = (await people.rows("SELECT role FROM directus_users WHERE id = ?", (user,)))[0][0]
    await people.change("directus_users", user, **values)
    await people.item(title="secret")
    await people.change("directus_users", user, title=None, role=role)
    assert before
    assert await comes_back(ear, place, fields=["id"]) == ["init"]


async def test_a_place_that_never_was(people: People) -> None:
    """More events are said to have been heard than there were."""
    ear = Ear(people.engine, await people.who("tok-admin"))
    await ear.subscribe("articles", resume=True, fields=["id"])
    position, _, view = ear.heard()[-1]["position"].partition("~")
    await people.item(title="a")
    assert await comes_back(ear, f"{position}+1~{view}", fields=["id"]) == ["resumed"]
    assert await comes_back(ear, f"{position}+2~{view}", fields=["id"]) == ["init"]


async def test_visits_and_other_people_do_not_make_a_return_harder(people: People) -> None:
    ear, _ = await reader(people)
    other = await people.user("ben")
    await ear.subscribe("articles", resume=True, fields=["id"])
    place = ear.heard()[-1]["position"]
    ear.unsubscribe()
    await people.change("directus_users", ear.listener.actor.user, last_page="/content")
    await people.change("directus_users", other, title="t")
    await people.item(title="a")
    assert await comes_back(ear, place, fields=["id"]) == ["create", "resumed"]


async def test_a_field_that_was_removed_and_made_again(people: People) -> None:
    engine, wanted = people.engine, {"field": "size", "type": "integer", "schema": {}, "meta": {}}
    await create_field(engine, SYSTEM, "articles", wanted)
    key = await people.item(title="a", size=5)
    ear = Ear(engine, await people.who("tok-admin"))
    await ear.subscribe("articles", resume=True, exact=True, fields=["id", "size"])
    place = ear.heard()[-1]["position"]
    ear.unsubscribe()
    await delete_fields(engine, SYSTEM, "articles", ["size"])
    await create_field(engine, SYSTEM, "articles", wanted)
    ear.heard()
    await ear.subscribe("articles", since=place, exact=True, fields=["id", "size"])
    assert ear.told() == [("init", [{"id": key, "size": None}])]


async def test_a_place_between_rows_that_were_read_one_after_the_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row is read at a state in which another one has changed too, which is told later: nobody can go on from there."""
    engine, ear = shop.engine, Ear(shop.engine, SYSTEM)
    [author] = await create(engine, SYSTEM, "authors", {"name": "x"})
    keys = await create(engine, SYSTEM, "books", [{"title": t, "author": author} for t in "ab"])
    await ear.subscribe("books", exact=True, resume=True, fields=["id", "title", "author.name"])
    ear.heard()
    gate = Gate(engine, "FROM books", monkeypatch, early=True)
    await update(engine, SYSTEM, "books", {"title": "c"}, keys=keys[:1])
    await reached(gate.reached)
    await update(engine, SYSTEM, "books", {"title": "d"}, keys=keys[1:])
    gate.open()
    await settled(engine)
    frames = ear.heard()
    assert [frame["data"][0]["title"] for frame in frames] == ["c", "d"]
    mirror = Mirror(Ear(engine, SYSTEM))
    mirror.sets["s"] = {key: {} for key in keys}
    place, fields = frames[0]["position"], ["id", "title", "author.name"]
    await mirror.ear.subscribe("books", exact=True, since=place, fields=fields)
    mirror.listen()
    assert [row["title"] for row in mirror.sets["s"].values()] == ["c", "d"]


# ---- what the oracle has found -----------------------------------------------------------------------------------------


async def test_items_of_any_kind_whose_keys_are_numbers(shop: Shop) -> None:
    """They are pointed to by texts."""
    engine, ear = shop.engine, Ear(shop.engine, SYSTEM)
    parts = [{"collection": "quotes", "item": {"words": "a"}}]
    [letter] = await create(engine, SYSTEM, "letters", {"subject": "s", "parts": parts})
    [(quote,)] = await shop.rows("quotes", "id")
    await ear.subscribe("letters", fields=["id", "parts.item:quotes.words"])
    ear.heard()
    await update(engine, SYSTEM, "quotes", {"words": "b"}, keys=[quote])
    await settled(engine)
    assert ear.told() == [("update", [{"id": letter, "parts": [{"item": {"words": "b"}}]}])]


async def test_a_delete_with_the_item_that_decided(shop: Shop) -> None:
    """As it was before, the deleted row pointed by a text to a key that is a number, and that is gone too."""
    engine, ear = shop.engine, Ear(shop.engine, SYSTEM)
    parts = [{"collection": "quotes", "item": {"words": "a"}}]
    await create(engine, SYSTEM, "letters", {"subject": "s", "parts": parts})
    [(part,)] = await shop.rows("letters_parts", "id")
    await ear.subscribe("letters_parts", fields=["id"], filter={"item:quotes": {"words": {"_eq": "a"}}})
    ear.heard()
    other = other_program(engine)
    with other:
        other.execute("DELETE FROM letters_parts")
        other.execute("DELETE FROM quotes")
    await look(engine)
    assert ear.told() == [("delete", [part])]


async def test_a_row_that_moves_by_what_is_not_shown(shop: Shop) -> None:
    engine, ear = shop.engine, Ear(shop.engine, SYSTEM)
    keys = await create(engine, SYSTEM, "books", [{"title": "t", "pages": pages} for pages in (1, 2, 3)])
    await ear.subscribe("books", exact=True, sort=["pages"], fields=["id", "reviews.stars"])
    ear.heard()
    await update(engine, SYSTEM, "books", {"pages": 9}, keys=keys[:1])
    await settled(engine)
    assert ear.told() == [("update", [{"id": keys[0], "reviews": []}])]


async def test_a_row_that_moves_by_what_is_hidden_from_now_on(people: People) -> None:
    """The same rows, of which one does not show any more what the order goes by."""
    engine = people.engine
    policy = await people.policy("p", allow("read", fields=["id"]), allow("read", fields=["title"]))
    await people.user("ann", None, policy)
    keys = [await people.item(title=title) for title in "abc"]
    ear = Ear(engine, await people.who("tok-ann"))
    await ear.subscribe("articles", exact=True, sort=["title"], fields=["id"])
    ear.heard()
    rule = (await people.rows("SELECT id FROM directus_permissions WHERE fields = 'title'"))[0][0]
    await grant(people, rule, permissions={"title": {"_neq": "b"}})
    await settled(engine)
    assert ear.told() == [("update", [{"id": keys[1]}])]

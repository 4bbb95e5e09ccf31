"""Variables with a path (``$CURRENT_USER.team.name``) are worth something else as soon as any row is that decides about them,
whatever collection it is in: views follow at once, nobody goes on across it, and nobody hears by the old value."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.model.collections import create_collections
from rowcast.engine.model.fields import create_field
from rowcast.engine.model.relations import create_relation
from rowcast.engine.read import read
from rowcast.engine.update import update
from rowcast.query.parse import parse
from tests.engine.channels.test_channels import Guest
from tests.engine.listeners import Ear, settled
from tests.engine.people import People, allow
from tests.engine.shop import collection, field
from tests.engine.telling.test_races import Gate, look, other_program

NAMED = {"title": {"_eq": "$CURRENT_USER.team.name"}}
HOUSES = {"places": {"_some": {"open": {"_eq": True}}}}
Change = Callable[[], Awaitable[None]]


class World:
    """Ann is in the team red, which has a place that is open; there are the articles red and blue."""

    def __init__(self, people: People) -> None:
        self.people, self.engine = people, people.engine

    async def build(self) -> None:
        teams = collection("teams", field("name", "string"), field("until", "timestamp"), field("boss", "uuid", "m2o"))
        places = collection("places", field("open", "boolean"), field("team", "integer", "m2o"))
        await create_collections(self.engine, SYSTEM, [teams, places])
        await create_field(self.engine, SYSTEM, "directus_users", field("team", "integer", "m2o"))
        await create_field(self.engine, SYSTEM, "directus_roles", field("team", "integer", "m2o"))
        await create_field(self.engine, SYSTEM, "directus_policies", field("team", "integer", "m2o"))
        for many, name, one, alias in (
            ("directus_users", "team", "teams", "members"),
            ("directus_roles", "team", "teams", None),
            ("directus_policies", "team", "teams", None),
            ("teams", "boss", "directus_users", None),
            ("places", "team", "teams", "places"),
        ):
            tie = {"collection": many, "field": name, "related_collection": one, "schema": {}}
            await create_relation(self.engine, SYSTEM, tie | {"meta": {"one_field": alias}})
            if alias is not None:
                await create_field(self.engine, SYSTEM, one, field(alias, "alias", "o2m"))
        [self.team] = await create(self.engine, SYSTEM, "teams", {"name": "red"})
        [self.place] = await create(self.engine, SYSTEM, "places", {"open": True, "team": self.team})
        self.red, self.blue = [await self.people.item(title=title) for title in ("red", "blue")]

    async def ann(self, *rules: dict[str, Any], teams: Any = None, users: Any = None) -> Ear:
        """Ann, who may read articles by ``rules``, teams and users by those."""
        more = [
            allow("read", "teams", permissions=teams or {}),
            allow("read", "directus_users", permissions=users or {}),
        ]
        more += [allow("read", "directus_roles"), allow("read", "directus_policies"), allow("read", "places")]
        self.policy = await self.people.policy("reads", *(rules or [allow("read")]), *more)
        self.role = await self.people.role("staff", self.policy)
        self.user = await self.people.user("ann", self.role, team=self.team, language="en-US")
        for name, key in (("directus_roles", self.role), ("directus_policies", self.policy)):
            await self.people.change(name, key, team=self.team)
        return Ear(self.engine, await self.people.who("tok-ann"))


@pytest.fixture
async def world(people: People) -> World:
    made = World(people)
    await made.build()
    return made


async def follows(world: World, ear: Ear, *changes: Change, **query: Any) -> None:
    """With each change a set and the default mode see, or see no more, the article that is named like the team."""
    await ear.subscribe("articles", "set", exact=True, resume=True, fields=["id"], **query)
    await ear.subscribe("articles", "plain", resume=True, fields=["id"], **query)
    first = ear.heard()
    assert [[row["id"] for row in frame["data"]] for frame in first] == [[world.red], [world.red]]
    places = {frame["uid"]: frame["position"] for frame in first}
    sees = True
    for change in changes:
        await change()
        await settled(world.engine)
        frames = [(f["uid"], f["event"], f["data"]) for f in ear.heard() if f["uid"] == "set"]
        assert frames == [("set", "delete", [world.red]) if sees else ("set", "create", [{"id": world.red}])]
        sees = not sees
        await world.people.change("articles", world.red, owner=ear.listener.actor.user)
        await settled(world.engine)
        assert [f["event"] for f in ear.heard() if f["uid"] == "plain"] == (["update"] if sees else [])
        await world.people.change("articles", world.red, owner=None)
        await settled(world.engine)
        ear.heard()
    ear.unsubscribe("")
    ear.heard()
    for uid, place in places.items():  # nobody goes on across a change of the value, even if it is the same again
        await ear.subscribe("articles", uid, exact=uid == "set", since=place, fields=["id"], **query)
        (frame,) = ear.heard()
        rows = [{"id": world.red}] if sees else []
        assert (frame["event"], frame["data"]) == ("init", rows)


async def closed_and_open(world: World) -> tuple[Change, Change]:
    async def close() -> None:
        await world.people.change("places", world.place, open=False)

    async def reopen() -> None:
        await world.people.change("places", world.place, open=True)

    return close, reopen


# ---- what questions name is worth what their asker may read ---------------------------------------------------------------


async def test_a_rule_on_the_collection_that_a_path_leads_to(world: World) -> None:
    ear = await world.ann(teams=HOUSES)
    await follows(world, ear, *await closed_and_open(world), filter=NAMED)


async def test_a_rule_on_users(world: World) -> None:
    ear = await world.ann(users={"team": HOUSES})
    await follows(world, ear, *await closed_and_open(world), filter=NAMED)


async def test_a_rule_by_what_changes_in_passing(world: World) -> None:
    ear = await world.ann(users={"language": {"_eq": "en-US"}})

    async def speak(language: str) -> None:
        await world.people.change("directus_users", world.user, language=language)

    await follows(world, ear, lambda: speak("de-DE"), lambda: speak("en-US"), filter=NAMED)


async def test_a_rule_with_a_path_of_its_own(world: World) -> None:
    """The rule of the team asks for a value of the boss of the team, whom nobody may read."""
    boss = await world.people.user("boss", title="open")
    await world.people.change("teams", world.team, boss=boss)
    ear = await world.ann(
        teams={"name": {"_eq": "$CURRENT_USER.team.boss.title"}}, users={"id": {"_eq": "$CURRENT_USER"}}
    )

    async def call(title: str) -> None:
        await world.people.change("directus_users", boss, title=title)

    await call("red")
    await follows(world, ear, lambda: call("blue"), lambda: call("red"), filter=NAMED)


async def test_a_field_that_only_some_rows_show(world: World) -> None:
    ear = await world.ann(teams={"id": {"_lt": 0}})
    for fields, rule in ((["id"], {}), (["name"], HOUSES)):
        row = allow("read", "teams", permissions=rule, fields=fields) | {"policy": world.policy}
        await create(world.engine, SYSTEM, "directus_permissions", row)
    await follows(world, ear, *await closed_and_open(world), filter=NAMED)


async def test_a_path_from_the_role(world: World) -> None:
    ear = await world.ann(teams=HOUSES)
    for name in ("$CURRENT_ROLE.team.name", "$CURRENT_ROLES.team.name", "$CURRENT_POLICIES.team.name"):
        await follows(world, ear, *await closed_and_open(world), filter={"title": {"_in": [name]}})
        ear.unsubscribe("")
        ear.heard()


async def test_a_list_of_rows(world: World) -> None:
    """Which rows of a list there are is decided by the rule of its collection."""
    ear = await world.ann(teams=HOUSES)
    named = {"id": {"_in": "$CURRENT_USER.team.places"}}
    key = world.place
    assert key == world.red

    async def move(team: Any) -> None:
        await world.people.change("places", key, team=team)

    await move(world.team)
    await create(world.engine, SYSTEM, "places", {"open": True, "team": world.team, "id": 100})
    await follows(world, ear, lambda: move(None), lambda: move(world.team), filter=named)


async def test_several_in_one_list_and_in_the_negative(world: World) -> None:
    ear = await world.ann(teams=HOUSES)
    wide = {"_and": [{"title": {"_in": ["$CURRENT_USER.team.name", "green"]}}, {"id": {"_gt": 0}}]}
    await follows(world, ear, *await closed_and_open(world), filter=wide)


async def test_numbers_and_nested_questions(world: World) -> None:
    ear = await world.ann(teams=HOUSES)
    await ear.subscribe("articles", exact=True, aggregate={"count": "*"}, filter=NAMED)
    deep = {"members": {"_filter": {"first_name": {"_eq": "$CURRENT_USER.team.name"}}}}
    await world.people.change("directus_users", world.user, first_name="red")
    await ear.subscribe("teams", "deep", exact=True, fields=["id", "members.id"], deep=deep)
    other = [(f["uid"], f["data"]) for f in ear.heard()]
    assert other == [("s", [{"count": 1}]), ("deep", [{"id": world.team, "members": [{"id": world.user}]}])]
    await world.people.change("teams", world.team, name="green")
    await settled(world.engine)
    told = {f["uid"]: f["data"] for f in ear.heard()}
    assert told == {"s": [{"count": 0}], "deep": [{"id": world.team, "members": []}]}
    await world.people.change("directus_users", world.user, first_name="green")
    await settled(world.engine)
    assert [f["data"] for f in ear.heard()] == [[{"id": world.team, "members": [{"id": world.user}]}]]
    await world.people.change("places", world.place, open=False)
    await settled(world.engine)
    assert [f["data"] for f in ear.heard() if f["uid"] == "deep"] == [[world.team]]


# ---- what rules name is worth what is there ---------------------------------------------------------------------------------


async def test_what_a_rule_names_is_worth_what_is_there(world: World) -> None:
    ear = await world.ann(allow("read", permissions=NAMED), teams=HOUSES)

    async def call(name: str) -> None:
        await world.people.change("teams", world.team, name=name)

    await world.people.change("places", world.place, open=False)
    await follows(world, ear, lambda: call("green"), lambda: call("red"))


async def test_roles_and_policies_in_rules(world: World) -> None:
    names = ("$CURRENT_ROLE.team.name", "$CURRENT_ROLES.team.name", "$CURRENT_POLICIES.team.name")
    ear = await world.ann(allow("read", permissions={"_and": [{"title": {"_in": [name]}} for name in names]}))

    async def call(name: str) -> None:
        await world.people.change("teams", world.team, name=name)

    await follows(world, ear, lambda: call("green"), lambda: call("red"))


async def test_the_rule_of_a_nested_field(world: World) -> None:
    await create_field(world.engine, SYSTEM, "places", field("article", "integer", "m2o"))
    tie = {"collection": "places", "field": "article", "related_collection": "articles", "schema": {}, "meta": {}}
    await create_relation(world.engine, SYSTEM, tie)
    await world.people.change("places", world.place, article=world.red)
    ear = await world.ann(allow("read", permissions=NAMED))
    await ear.subscribe("places", exact=True, fields=["id", "article.title"])
    await world.people.change("teams", world.team, name="green")
    await settled(world.engine)
    shown = {"id": world.place, "article": {"title": "red"}}
    assert ear.told() == [("init", [shown]), ("update", [shown | {"article": None}])]


async def test_presets_and_validations(world: World) -> None:
    rule = allow("create", presets={"title": "$CURRENT_USER.team.name"})
    ear = await world.ann(allow("read"), rule)
    for name in ("red", "green"):
        await world.people.change("teams", world.team, name=name)
        [key] = await create(world.engine, ear.listener.actor, "articles", {})
        assert await world.people.rows("SELECT title FROM articles WHERE id = ?", (key,)) == [(name,)]


# ---- between two steps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_a_rule", [True, False])
async def test_a_value_that_changes_while_it_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch, in_a_rule: bool
) -> None:
    ear = await world.ann(allow("read", permissions=NAMED if in_a_rule else {}), teams=HOUSES)
    gate = Gate(world.engine, "teams", monkeypatch)
    query: dict[str, Any] = {} if in_a_rule else {"filter": NAMED}
    opening = asyncio.create_task(ear.subscribe("articles", exact=True, fields=["id"], **query))
    await asyncio.wait_for(gate.reached.wait(), 30)
    await world.people.change("teams", world.team, name="blue")
    gate.open()
    await asyncio.wait_for(opening, 30)
    await settled(world.engine)
    held: set[Any] = set()
    for event, data in ear.told():
        held = {row["id"] for row in data} if event == "init" else held
        held |= {row["id"] for row in data} if event == "create" else set()
        held -= set(data) if event == "delete" else set()
    assert held == {world.blue}


@pytest.mark.parametrize("in_a_rule", [True, False])
@pytest.mark.parametrize(
    "more", [{}, {"fields": ["id", "count(places)"], "filter": {"places": {"_none": {"open": {"_eq": False}}}}}]
)
async def test_what_goes_in_the_same_transaction(world: World, in_a_rule: bool, more: dict[str, Any]) -> None:
    """Who sees something else from a commit on is told what it has deleted as far as he held that, though only the database may
    know it; not the keys of what he would have seen."""
    await create_field(world.engine, SYSTEM, "places", field("article", "integer", "m2o"))
    tie = {
        "collection": "places",
        "field": "article",
        "related_collection": "articles",
        "schema": {"on_delete": "SET NULL"},
    }
    await create_relation(world.engine, SYSTEM, tie | {"meta": {"one_field": "places"}})
    await create_field(world.engine, SYSTEM, "articles", field("places", "alias", "o2m"))
    ear = await world.ann(allow("read", permissions=NAMED if in_a_rule else {}))
    also = [] if in_a_rule else [NAMED]
    query = {"fields": ["id"]} | more | {"filter": {"_and": [more.get("filter", {}), *also]}}
    stays = await world.people.item(title="blue")
    await ear.subscribe("articles", **query)
    ear.heard()
    other = other_program(world.engine)
    with other:
        other.execute("UPDATE articles SET title = 'green' WHERE id = ?", (stays,))
        other.execute("DELETE FROM articles WHERE title IN ('red', 'blue')")
        other.execute("UPDATE teams SET name = 'blue'")
        other.execute("UPDATE articles SET title = 'blue' WHERE id = ?", (stays,))
    other.close()
    await look(world.engine)
    told = [(event, [row if event == "delete" else row["id"] for row in data]) for event, data in ear.told()]
    assert told == [("update", [stays]), ("delete", [world.red])]


async def test_a_value_that_time_changes(world: World) -> None:
    until = (datetime.now(UTC) + timedelta(seconds=1.5)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    ear = await world.ann(teams={"until": {"_gt": "$NOW"}})
    await world.people.change("teams", world.team, until="2090-01-01T00:00:00.000Z")
    await ear.subscribe("articles", exact=True, resume=True, fields=["id"], filter=NAMED)
    (first,) = ear.heard()
    assert first["data"] == [{"id": world.red}]
    await world.people.change("teams", world.team, until=until)
    assert await ear.hears(1) == [("delete", [world.red])]
    answer = await read(world.engine, ear.listener.actor, "articles", parse({"filter": NAMED}))
    assert answer.data == b"[]"


async def test_an_entry_of_a_channel(world: World) -> None:
    entry = allow("read", "rowcast_channels", permissions={"name": {"_eq": "$CURRENT_USER.team.name"}})
    ear = await world.ann(allow("read", permissions=NAMED), entry)
    await world.people.change("teams", world.team, name="#red")
    guest = Guest(world.people, ear.listener.actor)
    assert await guest.code("join", "#red") is None
    await update(world.engine, SYSTEM, "teams", {"name": "#blue"}, keys=[world.team])
    assert [frame["event"] for frame in await guest.hears()] == ["closed"]

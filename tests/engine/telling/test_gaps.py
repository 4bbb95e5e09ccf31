"""What other programs do to tables instead of rows: triggers go with a table, so that rows change without being logged. Whoever is
shown such rows is shown them anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import apsw
import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.engine import Engine
from rowcast.engine.model.fields import update_fields
from rowcast.engine.update import update
from tests.engine.listeners import Ear, Mirror, settled
from tests.engine.people import People
from tests.engine.shop import opened
from tests.engine.telling.test_races import look, other_program, team_of_ann

QUERIES: dict[str, dict[str, Any]] = {
    "all": {"fields": ["id", "title"]},
    "some": {"fields": ["id", "title"], "filter": {"title": {"_eq": "a"}}},
    "window": {"fields": ["id", "title"], "sort": ["-title"], "limit": 2},
    "number": {"aggregate": {"count": "*"}},
}
Deed = Callable[[apsw.Connection, str], None]


def recreated(other: apsw.Connection, sql: str) -> None:
    other.execute("DROP TABLE articles")
    other.execute(sql)
    other.execute("INSERT INTO articles(id, title) VALUES(1, 'z')")


def rebuilt(other: apsw.Connection, sql: str) -> None:
    """As every tool does that alters what SQLite cannot alter."""
    other.execute(sql.replace("articles", "_new", 1))
    other.execute("INSERT INTO _new SELECT id, title || '!', owner FROM articles")
    other.execute("DROP TABLE articles")
    other.execute("ALTER TABLE _new RENAME TO articles")


def unlogged(other: apsw.Connection, _sql: str) -> None:
    for (name,) in other.execute("SELECT name FROM sqlite_schema WHERE name GLOB 'rowcast_log_*_articles'").fetchall():
        other.execute(f'DROP TRIGGER "{name}"')
    other.execute("UPDATE articles SET title = 'a'")


def made_anew(other: apsw.Connection, sql: str) -> None:
    """A column that is gone and comes back is empty."""
    unlogged(other, sql)
    other.execute("ALTER TABLE articles DROP COLUMN title")
    other.execute("ALTER TABLE articles ADD COLUMN title varchar(255)")


DEEDS = [recreated, rebuilt, unlogged, made_anew]


def do(engine: Engine, deed: Deed, table: str = "articles") -> None:
    other = other_program(engine)
    found = other.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchall()
    with other:
        deed(other, str(found[0][0]))


async def hearing(people: People, **more: Any) -> Mirror:
    mirror = Mirror(Ear(people.engine, await people.who("tok-admin")))
    for uid, query in QUERIES.items():
        await mirror.ear.subscribe("articles", uid, exact=True, **more, **query)
    mirror.listen()
    return mirror


async def is_exact(people: People, mirror: Mirror) -> None:
    await settled(people.engine)
    mirror.listen()
    fresh = await hearing(people)
    assert (mirror.sets, mirror.answers["number"]) == (fresh.sets, fresh.answers["number"])
    fresh.ear.close()


@pytest.fixture
async def two(people: People) -> People:
    """Two articles."""
    for title in "ab":
        await people.item(title=title)
    return people


@pytest.mark.parametrize("deed", DEEDS)
async def test_sets_hold_what_a_table_holds_that_was_changed_unnoticed(two: People, deed: Deed) -> None:
    mirror = await hearing(two)
    do(two.engine, deed)
    await look(two.engine)
    await is_exact(two, mirror)
    await two.item(title="a")
    await is_exact(two, mirror)


@pytest.mark.parametrize("deed", DEEDS)
async def test_nobody_goes_on_across_what_was_not_logged(two: People, deed: Deed) -> None:
    mirror = await hearing(two, resume=True)
    before = dict(mirror.places)
    mirror.ear.close()
    do(two.engine, deed)
    await look(two.engine)
    again = Mirror(Ear(two.engine, await two.who("tok-admin")))
    for uid, query in QUERIES.items():
        await again.ear.subscribe("articles", uid, exact=True, since=before[uid], **query)
    again.listen()
    assert [event for _, event in again.events] == ["init"] * len(QUERIES)
    await again.ear.subscribe("articles", "all", exact=True, since=again.places["all"], **QUERIES["all"])
    assert again.ear.told() == [("resumed", None)]


async def test_nor_after_a_restart(two: People) -> None:
    """What happened to the table while nobody was there to look."""
    mirror, path = await hearing(two, resume=True), two.engine.store._options.path  # type: ignore[attr-defined]
    users = Mirror(Ear(two.engine, await two.who("tok-admin")), key="email")
    await users.ear.subscribe("directus_users", exact=True, resume=True, fields=["id", "email"])
    users.listen()
    await two.engine.close()
    do(two.engine, rebuilt)
    engine = opened(path)
    await engine.open()
    ear = Ear(engine, SYSTEM)
    await ear.subscribe("articles", exact=True, since=mirror.places["all"], **QUERIES["all"])
    assert [event for event, _ in ear.told()] == ["init"]
    await ear.subscribe("directus_users", exact=True, since=users.places["s"], fields=["id", "email"])
    assert [event for event, _ in ear.told()] == ["resumed"]  # others are not concerned
    await engine.close()


async def test_an_own_alteration_is_no_gap(two: People) -> None:
    mirror = await hearing(two)
    mirror.events.clear()
    await update_fields(two.engine, SYSTEM, "articles", [{"field": "owner", "schema": {"is_unique": True}}])
    await settled(two.engine)
    mirror.listen()
    assert mirror.events == []


@pytest.mark.parametrize("kind", ["integer", "boolean", "json"])
async def test_values_that_another_type_makes_of_them(two: People, kind: str) -> None:
    for title in ("7", "8.50"):
        await two.item(title=title)
    mirror = Mirror(Ear(two.engine, await two.who("tok-admin")))
    await mirror.ear.subscribe("articles", exact=True, resume=True, **QUERIES["all"])
    mirror.listen()
    place = mirror.places["s"]
    await update_fields(two.engine, SYSTEM, "articles", [{"field": "title", "type": kind}])
    await settled(two.engine)
    mirror.listen()
    fresh = Mirror(Ear(two.engine, await two.who("tok-admin")))
    await fresh.ear.subscribe("articles", exact=True, since=place, **QUERIES["all"])
    fresh.listen()
    assert fresh.events == [("s", "init")]
    assert mirror.sets == fresh.sets


async def test_related_rows_that_were_changed_unnoticed(people: People) -> None:
    ann, _ = await team_of_ann(people)
    ear = Ear(people.engine, await people.who("tok-admin"))
    mine = {"id": {"_eq": ann.listener.actor.user}}
    await ear.subscribe("directus_users", exact=True, fields=["team.name"], filter=mine)
    do(people.engine, lambda other, _: _quietly(other, "teams", "UPDATE teams SET name = 'blue'"), "teams")
    await look(people.engine)
    told = [(event, data[0]["team"]) for event, data in ear.told()]
    assert told == [("init", {"name": "red"}), ("update", {"name": "blue"})]


async def test_a_value_of_the_user_that_was_changed_unnoticed(people: People) -> None:
    ear, _ = await team_of_ann(people)
    await people.item(title="red")
    await ear.subscribe("articles", exact=True, fields=["title"])
    do(people.engine, lambda other, _: _quietly(other, "teams", "UPDATE teams SET name = 'blue'"), "teams")
    await look(people.engine)
    assert [event for event, _ in ear.told()] == ["init", "delete"]


async def test_rights_that_were_changed_unnoticed(people: People) -> None:
    ear, _ = await team_of_ann(people)
    await people.item(title="red")
    await ear.subscribe("articles", exact=True, fields=["title"])
    text = 'UPDATE directus_permissions SET permissions = \'{"id":{"_lt":0}}\''
    do(people.engine, lambda other, _: _quietly(other, "directus_permissions", text), "directus_permissions")
    await look(people.engine)
    assert [event for event, _ in ear.told()] == ["init", "delete"]


async def test_what_moves_meanwhile_arrives_where_it_should(two: People) -> None:
    """Another program alters the table while rights change."""
    mirror = await hearing(two)
    await two.engine.broadcast.through()
    do(two.engine, rebuilt)
    await update(two.engine, SYSTEM, "directus_users", {"title": "x"}, keys=[mirror.ear.listener.actor.user])
    do(two.engine, rebuilt)
    await look(two.engine)
    await is_exact(two, mirror)


def _quietly(other: apsw.Connection, table: str, text: str) -> None:
    for (name,) in other.execute(f"SELECT name FROM sqlite_schema WHERE name GLOB 'rowcast_log_*_{table}'").fetchall():
        other.execute(f'DROP TRIGGER "{name}"')
    other.execute(text)

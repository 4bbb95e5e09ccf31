"""What administrators see of a running engine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine import inspect
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.telling.listener import Traffic
from rowcast.engine.update import update
from rowcast.errors import Disconnected, Forbidden
from rowcast.feed import Position
from tests.engine.listeners import Ear
from tests.engine.people import People, allow
from tests.engine.shop import Shop


class Line:
    """A carrier that carries nothing."""

    kind = "websocket"

    def traffic(self) -> Traffic:
        return Traffic(3, 1, 7)


async def reader(people: People) -> Ear:
    policy = await people.policy("reads own", allow("read", permissions={"owner": {"_eq": "$CURRENT_USER"}}))
    await people.user("ann", await people.role("readers", policy))
    ear = Ear(people.engine, await people.who("tok-ann"))
    ear.listener.carrier = Line()
    return ear


async def test_connections(people: People) -> None:
    ear = await reader(people)
    await ear.subscribe("articles", uid="a", fields=["title"], filter={"title": {"_neq": "x"}})
    await ear.subscribe("articles", uid="b", event="create")
    await people.item(title="mine", owner=ear.listener.actor.user)
    found, total = inspect.connections(people.engine, SYSTEM, most=10, skip=0)
    assert total == 1
    (one,) = found
    assert (one["user"], one["ip"], one["outbox"]) == (ear.listener.actor.user, "127.0.0.1", 7)
    assert one["frames"] == {"in": 3, "out": 3}
    first, second = one["subscriptions"]
    assert (first["uid"], first["collection"], first["events"]) == ("a", "articles", 1)
    assert first["query"] == {"fields": ["title"], "filter": {"title": {"_neq": "x"}}}
    assert (second["event"], second["query"]) == ("create", {})
    ear.unsubscribe("a")
    assert inspect.connections(people.engine, SYSTEM, most=10, skip=0)[0][0]["frames"]["out"] == 3
    assert inspect.connections(people.engine, SYSTEM, most=10, skip=1) == ([], 1)
    json.dumps(found)


async def test_views(people: People) -> None:
    ear = await reader(people)
    other = Ear(people.engine, SYSTEM)
    await ear.subscribe("articles", uid="a", fields=["title"])
    await other.subscribe("articles", uid="b", filter={"title": {"_contains": "x"}}, sort="-title", limit=5)
    await other.subscribe("articles", uid="c", filter={"title": {"_contains": "x"}}, sort="-title", limit=5)
    await people.item(title="x")
    found, total = inspect.views(people.engine, SYSTEM, most=None, skip=0)
    assert total == 2
    shared, own = found
    assert (shared["subscribers"], shared["tier"], shared["limit"], shared["sort"][0]) == (2, "residue", 5, "-title")
    assert shared["filter"] == {"title": {"_contains": "x"}}
    assert (shared["matched"], shared["events"]["create"]) == (1, 1)
    assert (own["tier"], own["filter"]) == ("key", {"owner": {"_eq": ear.listener.actor.user}})
    assert (own["fields"], own["column"]) == (["title"], "owner")


async def test_how_views_are_found(shop: Shop) -> None:
    ear = Ear(shop.engine, SYSTEM)
    filters = {
        "key": {"pages": {"_in": [1, 2]}},
        "range": {"pages": {"_between": [1, 9]}},
        "null": {"pages": {"_null": True}},
        "residue": {"title": {"_contains": "x"}},
        "ask": {"author": {"name": {"_eq": "Ann"}}},
    }
    for name, condition in filters.items():
        await ear.subscribe("books", uid=name, filter=condition, fields=["id"])
    found, _ = inspect.views(shop.engine, SYSTEM, most=None, skip=0)
    assert [view["tier"] for view in found] == list(filters)
    assert found[1]["filter"] == {"_and": [{"pages": {"_gte": 1}}, {"pages": {"_lte": 9}}]}


async def test_closing_a_connection(people: People) -> None:
    ear = await reader(people)
    with pytest.raises(Forbidden):
        inspect.disconnect(people.engine, SYSTEM, "0")
    inspect.disconnect(people.engine, SYSTEM, str(ear.listener.number))
    assert isinstance(ear.dismissed, Disconnected)


async def test_only_administrators_may_look(people: People) -> None:
    for look in (inspect.connections, inspect.views):
        with pytest.raises(Forbidden):
            look(people.engine, Actor(), most=1, skip=0)
    with pytest.raises(Forbidden):
        inspect.disconnect(people.engine, Actor(), "1")


# ---- commits ----------------------------------------------------------------------------------------------------------


class Watch:
    """Somebody who watches commits."""

    def __init__(self, people: People, actor: Actor) -> None:
        self.people, self.ear = people, Ear(people.engine, actor)
        self.seen: list[Any] = []

    async def begin(self, collection: str | None = None, since: Position | None = None) -> None:
        await self.people.engine.commits.watch(self.ear.listener, self._take, collection, since)

    def _take(self, position: str, text: bytes) -> None:
        found = json.loads(text)
        assert found["position"] == position
        self.seen.append(found)


async def test_commits_with_both_images(people: People) -> None:
    watch = Watch(people, await people.who("tok-admin"))
    await watch.begin("articles")
    key = await people.item(title="a")
    await update(people.engine, SYSTEM, "articles", {"title": "b"}, keys=[key])
    await delete(people.engine, SYSTEM, "articles", keys=[key])
    await people.user("ben")
    (created,), (updated,), (deleted,) = [commit["changes"] for commit in watch.seen]
    assert (created["kind"], created["before"], created["after"]["title"]) == ("create", None, "a")
    assert (updated["before"]["title"], updated["after"]["title"]) == ("a", "b")
    assert (deleted["key"], deleted["before"]["title"], deleted["after"]) == (key, "b", None)


async def test_secrets_are_struck_out(people: People) -> None:
    watch = Watch(people, await people.who("tok-admin"))
    await watch.begin()
    await people.user("ben")
    (row,) = [c["after"] for commit in watch.seen for c in commit["changes"] if c["collection"] == "directus_users"]
    assert (row["token"], row["password"], row["tfa_secret"]) == ("**********", "**********", None)


async def test_large_commits_are_told_in_part(people: People) -> None:
    watch = Watch(people, await people.who("tok-admin"))
    await watch.begin("articles")
    await create(people.engine, SYSTEM, "articles", [{"title": str(number)} for number in range(300)])
    assert (watch.seen[0]["total"], len(watch.seen[0]["changes"])) == (300, 200)


async def test_going_on_from_a_position(people: People) -> None:
    first = Watch(people, await people.who("tok-admin"))
    await first.begin("articles")
    for title in "abc":
        await people.item(title=title)
    again = Watch(people, await people.who("tok-admin"))
    await again.begin("articles", Position.parse(first.seen[0]["position"]))
    await people.item(title="d")
    assert [commit["changes"][0]["after"]["title"] for commit in again.seen] == ["b", "c", "d"]
    lost = Watch(people, await people.who("tok-admin"))
    await lost.begin(since=Position("another history", 1))
    assert lost.seen[0]["gap"] is True


async def test_whoever_is_no_administrator_any_more_sees_nothing_more(people: People) -> None:
    role = (await people.rows("SELECT role FROM directus_users WHERE role IS NOT NULL"))[0][0]
    await people.user("second", role)
    watch = Watch(people, await people.who("tok-second"))
    await watch.begin("articles")
    await people.item(title="seen")
    await people.change("directus_users", watch.ear.listener.actor.user, role=None)
    await people.item(title="unseen")
    assert len(watch.seen) == 1
    assert isinstance(watch.ear.dismissed, Forbidden)
    with pytest.raises(Forbidden):
        await Watch(people, Actor()).begin()

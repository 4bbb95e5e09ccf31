"""A subscription tells each what that one may see, and no more, in the form that was asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from rowcast.api.graphql.live import Conversation
from rowcast.auth import SYSTEM
from rowcast.engine.account.identify import identify
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.telling.listener import Traffic
from rowcast.engine.update import update
from rowcast.errors import RowcastError
from tests.api.graphql.conftest import Asker
from tests.engine.listeners import settled
from tests.support.patience import reached


class Ear:
    """One caller of the socket, without a socket."""

    kind = "graphql"

    def __init__(self, ask: Asker) -> None:
        self.engine, self.heard = ask.engine, list[dict[str, Any]]()
        self.open: set[str] = set()
        self.dismissed: list[RowcastError] = []

    def traffic(self) -> Traffic:
        return Traffic(0, 0, 0)

    async def arrive(self, who: str) -> Ear:
        """Come as that one."""
        actor = await identify(self.engine, f"tok-{who}", ip=None, user_agent=None, origin=None)
        self.talk = Conversation(
            self.engine, actor, self._hear, lambda: None, self.dismissed.append, self.open.discard, self
        )
        return self

    def _hear(self, message: bytes) -> None:
        self.heard.append(msgspec.json.decode(message))

    async def say(self, name: str, query: str, **variables: Any) -> None:
        """Begin an operation."""
        self.open.add(name)
        payload = {"query": query, "variables": variables}
        await self.talk.begin(name, payload, lambda: name in self.open)

    async def take(self) -> list[Any]:
        """What was heard since the last time."""
        await settled(self.engine)
        heard, self.heard = self.heard, []
        return heard

    async def events(self) -> list[Any]:
        """The data of the events that were heard."""
        return [next(iter(each["payload"]["data"].values())) for each in await self.take()]


EVERYTHING = "subscription { books_mutated { key event data { id title author { name } reviews { stars } } } }"


async def test_each_hears_of_the_rows_that_may_be_read(ask: Asker) -> None:
    admin, reader = await Ear(ask).arrive("admin"), await Ear(ask).arrive("reader")
    for ear in (admin, reader):
        await ear.say("1", EVERYTHING)
    assert await admin.take() == await reader.take() == []
    await create(ask.engine, SYSTEM, "books", {"title": "Byron's", "author": 2})
    await create(ask.engine, SYSTEM, "books", {"title": "Ada's", "author": 1, "reviews": [{"stars": 1}, {"stars": 3}]})
    seen = {"id": "5", "title": "Ada's", "author": {"name": "Ada"}}
    assert [each["key"] for each in await admin.events()] == ["4", "5"]
    assert await reader.events() == [{"key": "5", "event": "create", "data": {**seen, "reviews": [{"stars": 3}]}}]
    await update(ask.engine, SYSTEM, "books", {"title": "x"}, keys=[4, 5])
    assert len(await admin.events()) == 2
    assert [(each["key"], each["data"]["title"]) for each in await reader.events()] == [("5", "x")]
    await delete(ask.engine, SYSTEM, "books", keys=[4, 5])
    assert [each["key"] for each in await admin.events()] == ["4", "5"]
    assert await reader.events() == [{"key": "5", "event": "delete", "data": None}]


async def test_fields_and_collections_that_may_not_be_read_are_refused(ask: Asker) -> None:
    reader = await Ear(ask).arrive("reader")
    await reader.say("1", "subscription { books_mutated { data { pages } } }")
    await reader.say("2", "subscription { genres_mutated { key } }")
    await reader.say("3", "subscription { directus_users_mutated { key } }")
    await reader.say("4", "subscription { __typename }")
    told = await reader.take()
    assert [(each["id"], each["type"]) for each in told] == [(name, "error") for name in "1234"]
    await update(ask.engine, SYSTEM, "books", {"pages": 1}, keys=[1])
    assert await reader.take() == []


async def test_a_right_that_ends_ends_the_subscription(ask: Asker) -> None:
    reader = await Ear(ask).arrive("reader")
    await reader.say("r", "subscription { reviews_mutated { data { stars } } }")
    await create(ask.engine, SYSTEM, "reviews", {"stars": 5})
    assert await reader.events() == [{"data": {"stars": 5}}]
    rows = await ask.engine.store.read("SELECT id FROM directus_permissions WHERE collection = 'reviews'")
    await delete(ask.engine, SYSTEM, "directus_permissions", keys=[rows[0][0]])
    await create(ask.engine, SYSTEM, "reviews", {"stars": 4})
    (told,) = await reader.take()
    assert (told["id"], told["type"], told["payload"][0]["extensions"]["code"]) == ("r", "error", "FORBIDDEN")
    await create(ask.engine, SYSTEM, "reviews", {"stars": 3})
    assert await reader.take() == []
    assert reader.open == set()


async def test_the_form_of_an_event(ask: Asker) -> None:
    ear = await Ear(ask).arrive("admin")
    await ear.say(
        "form:1",
        """subscription ($k: EventEnum) { told: books_mutated(event: $k) {
             is: event  what: __typename  row: data { __typename no: id  name: title }  again: data { pages }  k: key } }""",
        k="update",
    )
    await create(ask.engine, SYSTEM, "books", {"title": "n", "pages": 1})
    await update(ask.engine, SYSTEM, "books", {"pages": 2}, keys=[1, 4])
    row = {"is": "update", "what": "books_mutated"}
    assert await ear.take() == [
        {
            "id": "form:1",
            "type": "next",
            "payload": {
                "data": {
                    "told": {
                        **row,
                        "row": {"__typename": "books", "no": key, "name": name},
                        "again": {"pages": 2},
                        "k": key,
                    }
                }
            },
        }
        for key, name in (("1", "Engines"), ("4", "n"))
    ]


async def test_questions_and_verbs_over_the_same_conversation(ask: Asker) -> None:
    ear = await Ear(ask).arrive("admin")
    await ear.say("s", "subscription { books_mutated(event: create) { data { title } } }")
    await ear.say("m", 'mutation { create_books_item(data: {title: "M"}) { title } }')
    await ear.say("q", "{ books_by_id(id: 9) { title } }")
    told = {(each["id"], each["type"]): each.get("payload") for each in await ear.take()}
    assert told["s", "next"] == {"data": {"books_mutated": {"data": {"title": "M"}}}}
    assert told["m", "next"] == {"data": {"create_books_item": {"title": "M"}}}
    assert told["q", "next"]["data"] == {"books_by_id": None}
    assert ("m", "complete") in told
    assert ("q", "complete") in told


async def test_nothing_is_told_after_the_end(ask: Asker) -> None:
    ear = await Ear(ask).arrive("admin")
    for name in ("a", "b"):
        await ear.say(name, "subscription { books_mutated { key } }")
    ear.talk.end("a")
    await create(ask.engine, SYSTEM, "books", {"title": "1"})
    assert [each["id"] for each in await ear.take()] == ["b"]
    ear.talk.close()
    await create(ask.engine, SYSTEM, "books", {"title": "2"})
    assert await ear.take() == []
    assert ask.engine.broadcast.live.watched() == frozenset()


async def test_whose_user_goes_is_dismissed(ask: Asker) -> None:
    ear = await Ear(ask).arrive("reader")
    await ear.say("1", EVERYTHING)
    key = ear.talk.actor.user
    await delete(ask.engine, SYSTEM, "directus_users", keys=[key])
    await ear.take()
    assert ear.dismissed


async def test_administrators_see_what_is_subscribed_to(ask: Asker) -> None:
    ear = await Ear(ask).arrive("reader")
    document = (
        "subscription { books_mutated(event: update) { key data { t: title author { name } reviews_func { count } } } }"
    )
    await ear.say("x", document)
    response = await ask.http.get("/realtime/connections", headers={"Authorization": "Bearer tok-admin"})
    (found,) = response.json()["data"]
    assert found["kind"] == "graphql"
    assert found["subscriptions"][0]["query"] == {"fields": ["id", "title", "author.name", "count(reviews)"]}


async def test_a_field_that_only_some_rules_grant_is_null_in_other_events(ask: Asker) -> None:
    rules: list[dict[str, Any]] = [
        {"collection": "books", "action": "read", "permissions": {}, "fields": ["id", "pages"]},
        {"collection": "books", "action": "read", "permissions": {"author": {"_eq": 1}}, "fields": ["title"]},
    ]
    user = {"email": "m@example.com", "token": "tok-m", "policies": [{"policy": {"name": "m", "permissions": rules}}]}
    await create(ask.engine, SYSTEM, "directus_users", user)
    ear = await Ear(ask).arrive("m")
    await ear.say("1", "subscription { books_mutated { key data { title pages } } }")
    await update(ask.engine, SYSTEM, "books", {"pages": 5}, keys=[1, 2])
    assert await ear.events() == [
        {"key": "1", "data": {"title": "Engines", "pages": 5}},
        {"key": "2", "data": {"title": None, "pages": 5}},
    ]
    found = await ask.data("m", '{ books(sort: ["id"], limit: 2) { id title } }')
    assert found["books"] == [{"id": "1", "title": "Engines"}, {"id": "2", "title": None}]


async def test_what_is_stopped_while_it_begins_is_not_told(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    ear, broadcast = await Ear(ask).arrive("admin"), ask.engine.broadcast
    arrived, goes_on = asyncio.Event(), asyncio.Event()

    async def waits(_collections: Any) -> None:
        arrived.set()
        await goes_on.wait()

    monkeypatch.setattr(broadcast, "capture", waits)
    beginning = asyncio.create_task(ear.say("1", EVERYTHING))
    await reached(arrived)
    ear.talk.end("1")
    goes_on.set()
    await beginning
    ear.talk.end("1")  # as the driver does, when it turns out that nobody wants it any more
    assert len(broadcast.live) == 0

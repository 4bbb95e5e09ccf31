"""Hooks inside the transaction: they change and refuse, work in it, and harm nobody when they fail or dawdle."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from rowcast import BeforeContext, Rowcast
from rowcast.errors import Forbidden, InvalidConfiguration, InvalidPayload, NotUnique
from tests.server.extend.conftest import BEN, made, messages, opened
from tests.support.patience import PATIENCE, until


async def test_change_refuse_and_pass(app: Rowcast) -> None:
    @app.before("items.create", "messages")
    def trim(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        payload["text"] = payload["text"].strip()

    @app.before("items.create", "messages")
    async def sign(ctx: BeforeContext, payload: dict[str, Any]) -> dict[str, Any]:
        if "spam" in payload["text"]:
            raise InvalidPayload("No spam")
        return {**payload, "user": ctx.actor.user and "somebody"}

    async with opened(app) as client:
        answer = await client.post("/items/messages", json={"text": "  hello "}, headers=BEN)
        assert answer.json()["data"]["text"] == "hello"
        assert (await messages(client))[0]["user"] == "somebody", "a hook may set what its caller may not"
        refused = await client.post("/items/messages", json=[{"text": "fine"}, {"text": "spam"}])
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["message"] == "Invalid payload. No spam."
        assert len(await messages(client)) == 1, "nothing of a refused mutation is stored"
        activity = (await client.get("/activity?filter[collection][_eq]=messages")).json()["data"]
        assert len(activity) == 1
    counts = {each.name.rpartition(".")[2]: each for each in app.hooks}
    assert (counts["sign"].calls, counts["sign"].refusals, counts["sign"].failures) == (3, 1, 0)


async def test_update_delete_and_keys(app: Rowcast) -> None:
    seen: list[tuple[str, str, tuple[Any, ...], dict[str, Any]]] = []

    @app.before("items.*", "messages")
    def note(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        seen.append((ctx.event, ctx.collection, ctx.keys, dict(payload)))
        if ctx.verb == "delete" and 1 in ctx.keys:
            raise Forbidden("The first one stays.")

    async with opened(app) as client:
        await client.post("/items/messages", json=[{"text": "a"}, {"text": "b"}])
        await client.patch("/items/messages", json={"keys": [1, 2], "data": {"text": "c"}})
        assert (await client.delete("/items/messages/1")).json()["errors"][0]["message"] == "The first one stays."
        assert (await client.delete("/items/messages/2")).status_code == 204
        assert [row["id"] for row in await messages(client)] == [1]
    assert [each[0].removeprefix("items.") for each in seen] == ["create", "create", "update", "delete", "delete"]
    assert seen[2] == ("items.update", "messages", (1, 2), {"text": "c"})


async def test_verbs_work_in_the_same_transaction(app: Rowcast) -> None:
    @app.before("items.create", "messages")
    async def copy(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        notes = ctx.as_admin().items("notes")
        made = await notes.create({"text": f"said: {payload['text']}"})
        assert (await notes.read_one(made["id"]))["text"] == made["text"], "it sees what it wrote"
        await notes.update(made["id"], {"user": "hook"})
        assert await notes.count({"user": {"_eq": "hook"}}) == made["id"]
        if payload["text"] == "twice":
            await notes.create({"id": made["id"], "text": "again"})

    async with opened(app) as client:
        assert (await client.post("/items/messages", json={"text": "hi"}, headers=BEN)).status_code == 200
        broken = await client.post("/items/messages", json={"text": "twice"}, headers=BEN)
        assert broken.json()["errors"][0]["extensions"]["code"] == "RECORD_NOT_UNIQUE"
        notes = (await client.get("/items/notes?fields=text,user")).json()["data"]
        assert notes == [{"text": "said: hi", "user": "hook"}], "the hook's writes go with the mutation"
        assert len(await messages(client)) == 1


async def test_an_error_of_a_verb_ends_the_mutation_even_if_it_is_caught(app: Rowcast) -> None:
    @app.before("items.create", "messages")
    async def careless(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        notes = ctx.as_admin().items("notes")
        try:
            await notes.create_many([{"id": 1}, {"id": 1}])
        except NotUnique:
            payload["text"] = "nobody will see"

    async with opened(app) as client:
        answer = await client.post("/items/messages", json={"text": "hi"})
        assert answer.json()["errors"][0]["extensions"]["code"] == "RECORD_NOT_UNIQUE"
        assert await messages(client) == []
        assert (await client.get("/items/notes")).json()["data"] == []


async def test_rights_are_chosen(app: Rowcast) -> None:
    tried: dict[str, Any] = {}

    @app.before("items.create", "messages")
    async def look(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        ben = ctx.actor.user or ""
        for name, who in (
            ("own", ctx),
            ("user", ctx.as_user(ben)),
            ("admin", ctx.as_admin()),
            ("public", ctx.as_public()),
        ):
            try:
                tried[name] = await who.items("notes").read()
            except Forbidden as error:
                tried[name] = error.code

    async with opened(app) as client:
        assert (await client.post("/items/messages", json={"text": "hi"}, headers=BEN)).status_code == 200
    assert tried == {"own": "FORBIDDEN", "user": "FORBIDDEN", "admin": [], "public": "FORBIDDEN"}


async def test_secrets_that_a_hook_sets_are_hashed(app: Rowcast) -> None:
    @app.before("users.create")
    async def welcome(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        payload.setdefault("password", "welcome")
        if payload["email"] == "new@example.com":
            await ctx.items("directus_users").create({"email": "twin@example.com", "password": "pw2"})

    async with opened(app) as client:
        made = await client.post("/users", json={"email": "new@example.com"})
        assert made.json()["data"]["password"] == "**********"
        await client.post("/users", json={"email": "own@example.com", "password": "its own"})
        for email, password in (("new", "welcome"), ("twin", "pw2"), ("own", "its own")):
            login = {"email": f"{email}@example.com", "password": password}
            assert (await client.post("/auth/login", json=login)).status_code == 200, email


async def test_a_hook_that_fails(app: Rowcast) -> None:
    @app.before("items.create", "messages", name="the-broken-one")
    def broken(ctx: BeforeContext, payload: dict[str, Any]) -> Any:
        return ["no", "payload"] if payload["text"] == "list" else 1 / 0

    async with opened(app) as client:
        (tally,) = app.hooks
        for text, reason in (
            ("zero", "ZeroDivisionError: division by zero"),
            ("list", "TypeError: a before-hook returns"),
        ):
            answer = await client.post("/items/messages", json={"text": text})
            assert answer.status_code == 500
            said = {"message": "An extension of the server failed.", "extensions": {"code": "HOOK_FAILED"}}
            assert answer.json()["errors"] == [said], "the caller is not told whose fault it was"
            assert (tally.last_error or "").startswith(reason)
        assert (tally.name, tally.calls, tally.failures) == ("the-broken-one", 2, 2)
        assert await messages(client) == []


async def test_a_hook_that_waits_for_something_else(app: Rowcast) -> None:
    @app.before("items.create", "messages")
    async def impatient(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        await asyncio.sleep(0.01 if payload["text"] == "timer" else 0)

    async with opened(app) as client:
        for text in ("timer", "turn"):
            answer = await client.post("/items/messages", json={"text": text})
            assert answer.json()["errors"][0]["extensions"]["code"] == "HOOK_FAILED"
            assert "may await nothing but the verbs of its context" in (app.hooks[0].last_error or "")


async def test_a_hook_that_dawdles_holds_nobody_up(tmp_path: Path) -> None:
    """It goes on only when others have been served: who waited for it would wait in vain."""
    release, over = threading.Event(), threading.Event()
    app = made(tmp_path, rowcast_hook_timeout=3)

    @app.before("items.create", "messages")
    async def slow(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        if payload["text"] == "slow":
            await ctx.as_admin().items("notes").create({"text": "half"})
            release.wait(2 * PATIENCE)
            try:
                await ctx.as_admin().items("notes").create({"text": "too late"})
            finally:
                over.set()

    async with opened(app) as client:
        began = time.monotonic()
        answer = await client.post("/items/messages", json={"text": "slow"})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "HOOK_TIMEOUT")
        assert time.monotonic() - began > 2.9
        assert (await client.post("/items/messages", json={"text": "quick"})).status_code == 200, "the next is served"
        release.set()
        await until(over.is_set)
        assert (await client.get("/items/notes")).json()["data"] == [], "the transaction was taken away from it"
        assert [row["text"] for row in await messages(client)] == ["quick"]
        assert app.hooks[0].failures == 1


async def test_hooks_that_call_each_other_come_to_an_end(app: Rowcast) -> None:
    @app.before("items.create", "notes", "messages")
    async def again(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        await ctx.items("notes").create({"text": "more"})

    async with opened(app) as client:
        answer = await client.post("/items/messages", json={"text": "go"})
        assert answer.json()["errors"][0]["extensions"]["code"] == "HOOK_FAILED"
        assert (await client.get("/items/notes")).json()["data"] == []


@pytest.mark.parametrize(
    "event", ["items.read", "user.create", "items", "items.made", "activity.create", "users.items"]
)
def test_events_that_do_not_exist(app: Rowcast, event: str) -> None:
    with pytest.raises(InvalidConfiguration):
        app.before(event)


async def test_nothing_is_registered_while_it_runs(app: Rowcast) -> None:
    async with opened(app):
        with pytest.raises(InvalidConfiguration, match="too late"):
            app.before("*")(lambda ctx, payload: None)


@pytest.mark.parametrize("fault", [ZeroDivisionError, asyncio.CancelledError, SystemExit, KeyboardInterrupt])
async def test_whatever_a_hook_raises_the_caller_is_answered(app: Rowcast, fault: type[BaseException]) -> None:
    @app.before("items.create", "messages")
    def fail(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        if payload["text"] == "bad":
            raise fault

    async with asyncio.timeout(PATIENCE), opened(app) as client:
        answer = await client.post("/items/messages", json={"text": "bad"}, headers=BEN)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "HOOK_FAILED")
        assert (await client.post("/items/messages", json={"text": "good"}, headers=BEN)).status_code == 200
    assert [each.failures for each in app.hooks] == [1]

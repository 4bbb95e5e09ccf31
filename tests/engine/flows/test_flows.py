"""Flows: what sets them off, with whose rights they act, and where they end."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.flows.trigger import trigger
from rowcast.engine.mutation.scope import within
from rowcast.engine.update import update
from rowcast.errors import Forbidden, InvalidPayload, RowcastError
from tests.engine.people import People, allow
from tests.storage.test_calls import told, web
from tests.support.patience import until, until_read

Step = tuple[str, str, dict[str, Any]]


async def flow(people: People, kind: str, *steps: Step, rejects: dict[str, Step] | None = None, **options: Any) -> str:
    """A flow of these steps, one after the other; ``rejects``: what follows the step of that key when it fails."""
    engine = people.engine
    row = {
        "name": kind,
        "trigger": kind,
        "status": "active",
        "accountability": options.pop("keep", None),
        "options": options,
    }
    (key,) = await create(engine, SYSTEM, "directus_flows", row)
    following: Any = None
    for name, what, given in reversed(steps):
        reject = (rejects or {}).get(name)
        other = await operation(people, key, *reject) if reject else None
        following = await operation(people, key, name, what, given, resolve=following, reject=other)
    await update(engine, SYSTEM, "directus_flows", {"operation": following}, keys=[key])
    await engine.flows.all()
    return str(key)


async def operation(people: People, flow_key: Any, key: str, kind: str, options: dict[str, Any], **more: Any) -> Any:
    row = {"flow": flow_key, "key": key, "type": kind, "options": options, "position_x": 1, "position_y": 1, **more}
    return (await create(people.engine, SYSTEM, "directus_operations", row))[0]


async def call(people: People, key: str, actor: Actor = SYSTEM, method: str = "POST", **body: Any) -> Any:
    return await trigger(
        people.engine, actor, key, method, {"path": "", "query": {}, "headers": {"cookie": "x"}, "body": body}
    )


async def titles(people: People) -> list[str]:
    return [row[0] for row in await people.rows("SELECT title FROM articles ORDER BY id")]


async def settled(people: People, *wanted: str) -> None:
    """Wait until these are the titles."""
    await until_read(lambda: titles(people), lambda found: found == list(wanted))


async def done(people: People) -> None:
    """Wait until all flows that were set off have ended, and those which they set off."""
    await until(lambda: len(people.engine.flows._tasks) == 0)


ALL: dict[str, Any] = {"return": "$all"}
CREATE = {"collection": "articles", "permissions": "$full"}


async def test_a_webhook_answers_with_its_last_operation(people: People) -> None:
    steps: tuple[Step, ...] = (
        ("made", "item-create", {**CREATE, "payload": {"title": "{{$trigger.body.title}}"}}),
        (
            "read",
            "item-read",
            {"collection": "articles", "permissions": "$full", "key": "{{made[0]}}", "query": {"fields": "title"}},
        ),
        ("changed", "item-update", {**CREATE, "key": "{{made}}", "payload": '{"title":"{{read.title}}!"}'}),
        ("said", "transform", {"json": {"keys": "{{changed}}", "text": "It is {{read.title}}"}}),
    )
    key = await flow(people, "webhook", *steps, method="POST")
    assert await call(people, key, title="New") == {"keys": [1], "text": "It is New"}
    assert await titles(people) == ["New!"]
    everything: dict[str, Any] = {"return": "$all"}
    whole = await flow(people, "webhook", *steps[:2], method="POST", **everything)
    assert set(await call(people, whole, title="x")) == {"$trigger", "$accountability", "made", "read"}
    everything["return"] = "made"
    one = await flow(people, "webhook", *steps, method="POST", **everything)
    assert await call(people, one, title="x") == [3]
    with pytest.raises(Forbidden):
        await call(people, key, method="GET")
    gone = await flow(people, "webhook", *steps[:1])
    with pytest.raises(Forbidden):
        await call(people, gone)
    await update(people.engine, SYSTEM, "directus_flows", {"status": "inactive"}, keys=[key])
    for other in (key, "6f9d3c1a-0000-4000-8000-000000000001", "x"):
        with pytest.raises(Forbidden):
            await call(people, other)


async def test_whose_rights_hold(people: People) -> None:
    role = await people.role("writers", await people.policy("w", allow("create")))
    await people.user("ann", role)
    ann = await people.who("tok-ann")
    for who, actor, good in (
        ("$trigger", ann, True),
        ("$trigger", Actor(), False),
        ("$public", ann, False),
        (role, Actor(), True),
        ("$full", Actor(), True),
        (None, Actor(), False),
    ):
        options = {"collection": "articles", "payload": {"title": str(who)}, "permissions": who}
        key = await flow(people, "webhook", ("made", "item-create", options), method="POST", error_on_reject=True)
        if good:
            assert len(await call(people, key, actor)) == 1
        else:
            with pytest.raises(Forbidden):
                await call(people, key, actor)


async def test_a_flow_answers_with_its_own_error(people: People) -> None:
    async def refused(**options: Any) -> tuple[str, int, str]:
        key = await flow(people, "webhook", ("no", "throw-error", options), method="POST", error_on_reject=True)
        with pytest.raises(RowcastError) as caught:
            await call(people, key, Actor(), name="Ann")
        return caught.value.code, caught.value.status, caught.value.message

    said = {"code": "TEAPOT", "status": "418", "message": "No coffee, {{$trigger.body.name}}"}
    assert await refused(**said) == ("TEAPOT", 418, "No coffee, Ann")
    assert await refused(status=200) == ("FLOW_FAILED", 500, "The flow has failed.")
    assert await refused(code=7, status=[], message={"a": 1}) == ("7", 500, '{"a":1}')


async def test_what_goes_wrong_goes_another_way(people: People) -> None:
    rule = {"filter": {"$trigger": {"body": {"n": {"_gt": 5}}}}}
    steps: tuple[Step, ...] = (("if", "condition", rule), ("yes", "transform", {"json": {"big": True}}))
    key = await flow(
        people, "webhook", *steps, rejects={"if": ("no", "transform", {"json": {"big": False}})}, method="POST"
    )
    assert await call(people, key, n=7) == {"big": True}
    assert await call(people, key, n=3) == {"big": False}
    thrown = await flow(
        people,
        "webhook",
        ("stop", "throw-error", {"code": "NO", "status": 418, "message": "{{$trigger.body.n}}"}),
        method="POST",
    )
    assert await call(people, thrown, n=1) == {"code": "NO", "status": 418, "message": 1}
    unknown = await flow(people, "webhook", ("run", "exec", {"code": "1"}), method="POST")
    assert "do not exist" in (await call(people, unknown))["message"]


async def test_by_hand_for_items_that_one_may_read(people: People) -> None:
    echo: Step = ("echo", "transform", {"json": {"keys": "{{$trigger.body.keys}}"}})
    key = await flow(people, "manual", echo, collections=["articles"])
    mine, other = [await people.item(title=text) for text in ("mine", "other")]
    await people.user("ann", None, await people.policy("p", allow("read", permissions={"title": {"_eq": "mine"}})))
    ann = await people.who("tok-ann")
    assert await call(people, key, ann, collection="articles", keys=[str(mine)]) == {"keys": [str(mine)]}
    for actor, collection, keys in (
        (ann, "articles", [mine, other]),
        (ann, "directus_users", [1]),
        (Actor(), "articles", [mine]),
    ):
        with pytest.raises(Forbidden):
            await call(people, key, actor, collection=collection, keys=keys)
    with pytest.raises(InvalidPayload):
        await call(people, key, ann, collection="articles")
    with pytest.raises(Forbidden):
        await call(people, key, ann, method="GET", collection="articles", keys=[str(mine)])


async def test_changes_set_flows_off(people: People) -> None:
    seen = {**CREATE, "collection": "directus_notifications", "payload": {"recipient": None, "subject": "{{$trigger}}"}}
    admin = (await people.rows("SELECT id FROM directus_users"))[0][0]
    seen["payload"] = {
        "recipient": admin,
        "subject": "x",
        "message": "{{$trigger.event}} {{$trigger.key}}{{$trigger.keys}} {{$trigger.payload}}",
    }
    scopes = ["items.create", "items.update", "items.delete"]
    await flow(people, "event", ("note", "item-create", seen), type="action", scope=scopes, collections=["articles"])
    item = await people.item(title="a")
    await people.change("articles", item, title="b")
    await delete(people.engine, SYSTEM, "articles", keys=[item])

    async def messages() -> list[str]:
        return [row[0] for row in await people.rows("SELECT message FROM directus_notifications ORDER BY id")]

    heard = await until_read(messages, lambda found: len(found) == 3)
    assert sorted(heard) == [
        'articles.items.create 1 {"id":1,"title":"a","owner":null}',
        "articles.items.delete [1] [1]",
        'articles.items.update [1] {"title":"b"}',
    ]


async def test_a_flow_sets_itself_off_only_if_it_is_meant_to(people: People) -> None:
    again = {**CREATE, "payload": {"title": "{{$trigger.payload.title}}+"}}
    event: dict[str, Any] = {"type": "action", "scope": ["items.create"], "collections": ["articles"]}
    quiet = await flow(people, "event", ("more", "item-create", again), **event)
    await people.item(title="a")
    await settled(people, "a", "a+")
    await done(people)
    assert await titles(people) == ["a", "a+"]
    await delete(people.engine, SYSTEM, "directus_flows", keys=[quiet])
    rule: Step = ("if", "condition", {"filter": {"$trigger": {"payload": {"title": {"_neq": "b++"}}}}})
    await flow(people, "event", rule, ("more", "item-create", {**again, "emitEvents": True}), **event)
    await people.item(title="b")
    await settled(people, "a", "a+", "b", "b+", "b++")


async def test_flows_set_off_flows_but_not_for_ever(people: People) -> None:
    inner = await flow(people, "operation", ("half", "transform", {"json": {"is": "{{$trigger.n}}"}}))
    outer = await flow(
        people, "webhook", ("each", "trigger", {"flow": inner, "payload": [{"n": 1}, {"n": 2}]}), method="POST"
    )
    assert await call(people, outer) == [{"is": 1}, {"is": 2}]
    loop = await flow(people, "operation", ("log", "log", {"message": "x"}))
    first = await operation(people, loop, "again", "trigger", {"flow": loop, "payload": {}})
    await update(people.engine, SYSTEM, "directus_flows", {"operation": first}, keys=[loop])
    start = await flow(people, "webhook", ("go", "trigger", {"flow": loop, "payload": {}}), method="POST")
    assert "set off each other" in json.dumps(await call(people, start))
    circle = await flow(people, "webhook", ("a", "transform", {"json": {}}), method="POST")
    only = (await people.rows("SELECT operation FROM directus_flows WHERE id = ?", (circle,)))[0][0]
    text = "UPDATE directus_operations SET resolve = id WHERE id = ? RETURNING id"  # as other programs may
    await within(people.engine, SYSTEM, lambda scope: scope.tx.fetch(text, (only,)))
    assert await call(people, circle) == {}


async def test_a_run_is_kept_without_tokens(people: People) -> None:
    key = await flow(people, "webhook", ("said", "transform", {"json": {"a": 1}}), method="POST", keep="all")
    await call(people, key, n=1)
    text = (
        "SELECT r.data FROM directus_revisions r JOIN directus_activity a ON a.id = r.activity WHERE a.action = 'run'"
    )
    ((data,),) = await people.rows(text)
    kept = json.loads(data)
    assert [step["status"] for step in kept["steps"]] == ["resolve"]
    assert kept["data"]["$trigger"]["headers"] == {"cookie": "--redacted--"}


async def test_nobody_borrows_rights(people: People) -> None:
    every = [allow(action, "directus_operations") for action in ("create", "update")]
    key = await flow(people, "manual", ("a", "log", {}), collections=["articles"])
    await people.user("ann", None, await people.policy("p", *every))
    ann = await people.who("tok-ann")
    row = {"flow": key, "key": "b", "type": "item-read", "position_x": 1, "position_y": 1}
    with pytest.raises(Forbidden):
        await create(people.engine, ann, "directus_operations", {**row, "options": {"permissions": "$full"}})
    (made,) = await create(people.engine, ann, "directus_operations", {**row, "options": {"permissions": "$trigger"}})
    with pytest.raises(Forbidden):
        await update(people.engine, ann, "directus_operations", {"options": {"permissions": "$full"}}, keys=[made])


async def test_letters_and_notifications(people: People) -> None:
    admin = (await people.rows("SELECT id FROM directus_users"))[0][0]
    steps: tuple[Step, ...] = (
        ("told", "notification", {"recipient": [admin], "subject": "{{$trigger.body.n}} came", "permissions": "$full"}),
        ("sent", "mail", {"to": "a@example.com", "subject": "Two\nlines", "body": "n is {{$trigger.body.n}}"}),
    )
    await call(people, await flow(people, "webhook", *steps, method="POST"), n=4)
    await people.engine.mail.drain()
    letter = people.postbox.letters[-1]
    assert (letter["To"], letter["Subject"], letter.get_content()) == ("a@example.com", "Two lines", "n is 4\n")
    assert await people.rows("SELECT subject FROM directus_notifications") == [("4 came",)]
    wrong = await flow(people, "webhook", ("sent", "mail", {"to": "nobody\nBcc: x@example.com"}), method="POST")
    assert (await call(people, wrong))[0]["extensions"]["code"] == "INVALID_PAYLOAD"


async def test_tokens_for_others(people: People) -> None:
    secret = "one that is long enough for the shortest"
    signed = {
        "operation": "sign",
        "payload": {"name": "{{$trigger.body.name}}"},
        "secret": secret,
        "options": {"expiresIn": "1h"},
    }
    steps: tuple[Step, ...] = (
        ("token", "json-web-token", signed),
        ("good", "json-web-token", {"operation": "verify", "token": "{{token}}", "secret": secret}),
        ("said", "json-web-token", {"operation": "decode", "token": "{{token}}", "options": '{"complete":true}'}),
        ("bad", "json-web-token", {"operation": "verify", "token": "{{token}}", "secret": "another"}),
    )
    key = await flow(people, "webhook", *steps, method="POST", **ALL)
    found = await call(people, key, name="Ann")
    assert found["good"]["name"] == "Ann"
    assert found["good"]["exp"] - found["good"]["iat"] == 3600
    assert found["said"]["payload"] == found["good"]
    assert set(found["bad"]) == {"message"}


async def test_asking_elsewhere(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(path: str) -> bytes:
        return told("200 OK", b'{"n":1}') if path == "/good" else told("409 Conflict", b"no\xff")

    options = {"method": "post", "headers": [{"header": "X-Who", "value": "{{$trigger.body.who}}"}]}
    async with web(answer) as (base, asked):
        body = {"url": base + "/good", "body": '{"a":"{{$trigger.body.who}}"}', **options}
        good = await flow(people, "webhook", ("asked", "request", body), method="POST")
        bad = await flow(people, "webhook", ("asked", "request", {"url": base, **options}), method="POST")
        inside = await call(people, good, who="Ann")
        assert inside[0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
        assert asked == []
        files = replace(people.engine.settings.files, import_ip_allow_list=("127.0.0.1",))
        monkeypatch.setattr(people.engine, "settings", replace(people.engine.settings, files=files))
        found = await call(people, good, who="Ann")
        assert (found["status"], found["statusText"], found["data"]) == (200, "OK", {"n": 1})
        assert (asked[0][0], asked[0][3]) == ("POST", b'{"a":"Ann"}')
        assert (asked[0][2]["x-who"], asked[0][2]["content-type"]) == ("Ann", "application/json")
        found = await call(people, bad, who="Ann")
        assert (found["status"], found["data"]) == (409, "no\ufffd")


async def test_the_environment_is_read_and_not_kept(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    env = (("KEY", "hush-hush"), ("ONE", "1"))
    monkeypatch.setattr(people.engine, "settings", replace(people.engine.settings, flows_env=env))
    given = {"json": {"key": "Key {{$env.KEY}}", "one": "{{$env.ONE}}", "none": "{{$env.HOME}}"}}
    key = await flow(people, "webhook", ("read", "transform", given), method="POST", keep="all", **ALL)
    found = await call(people, key)
    assert found["read"] == {"key": "Key hush-hush", "one": "1", "none": None}
    assert "$env" not in found
    kept = await people.rows(
        "SELECT data FROM directus_revisions WHERE collection = 'directus_flows' ORDER BY id DESC LIMIT 1"
    )
    assert "hush" not in kept[0][0]
    assert json.loads(kept[0][0])["data"]["read"]["one"] == "1"


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("sleep", {"milliseconds": "long"}),
        ("sleep", {"milliseconds": [1]}),
        ("sleep", {"milliseconds": "nan"}),
        ("condition", {"filter": [1]}),
        ("condition", {"filter": "{"}),
        ("condition", {"filter": {"a": {"_near": 1}}}),
        ("condition", {"filter": {"_and": {"a": 1}}}),
        ("item-read", {"collection": "articles", "query": "[1]", "permissions": "$full"}),
        ("item-read", {"collection": "articles", "query": {"limit": "many"}, "permissions": "$full"}),
        ("item-read", {"collection": None, "key": {"a": 1}}),
        ("item-create", {"collection": "articles", "payload": "text", "permissions": "$full"}),
        ("item-create", {"collection": "articles", "payload": [None], "permissions": "$full"}),
        ("item-update", {"collection": "articles", "payload": {"title": 1}, "query": [], "permissions": "$full"}),
        ("item-update", {"collection": "articles", "payload": {"title": "a"}, "key": [], "permissions": "nobody"}),
        ("item-delete", {"collection": "articles", "permissions": {"a": 1}}),
        ("notification", {"recipient": [{"a": 1}], "subject": 5}),
        ("mail", {"to": ["x"]}),
        ("mail", {"to": {"a": 1}}),
        ("trigger", {"flow": {"a": 1}}),
        ("json-web-token", {}),
        ("json-web-token", {"operation": "sign", "payload": "x", "secret": "s"}),
        ("json-web-token", {"operation": "verify", "token": 5, "secret": "s"}),
        ("json-web-token", {"operation": "verify", "token": "x", "secret": "s", "options": {"algorithms": [1, {}]}}),
        ("json-web-token", {"operation": "sign", "payload": {"exp": "x", "iss": 5}, "secret": "s"}),
        ("request", {}),
        ("request", {"url": 5}),
        ("request", {"url": "http://example.invalid", "method": "G E T"}),
        ("request", {"url": "http://example.invalid", "headers": "x"}),
        ("request", {"url": "http://example.invalid", "headers": [{"value": 1}]}),
        ("exec", {}),
    ],
)
async def test_nonsense_is_a_rejection(people: People, kind: str, options: dict[str, Any]) -> None:
    key = await flow(people, "webhook", ("no", kind, options), method="POST", error_on_reject=True)
    with pytest.raises(RowcastError):
        await call(people, key)

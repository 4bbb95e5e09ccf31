"""Channels on a real engine: who may be there, what they hear, and when they must leave."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from rowcast.api.realtime import Connection
from rowcast.auth import SYSTEM, Actor
from rowcast.engine.channels.channels import MOST_DATA, MOST_STATE
from rowcast.engine.channels.seats import ACTIONS, MOST_CHANNELS
from rowcast.engine.delete import delete
from rowcast.engine.telling.subscribe import Outbox
from rowcast.protocol import Channel
from rowcast.protocol.codec import decode
from tests.engine.people import People, allow
from tests.support.patience import until

OWN = {"owner": {"_eq": "$CURRENT_USER"}}


class Guest:
    """A connection without a socket."""

    def __init__(self, people: People, actor: Actor) -> None:
        self.frames: list[bytes] = []
        self.people = people
        self.connection = Connection(
            people.engine, actor, Outbox(self.frames.append, lambda: None), lambda _: self.connection.close()
        )

    async def say(self, action: str, channel: str = "articles", **more: Any) -> list[Any]:
        message = decode(json.dumps({"type": "channel", "action": action, "channel": channel, **more}).encode())
        assert isinstance(message, Channel)
        await self.connection.handle(message)
        return self.heard()

    async def code(self, action: str, channel: str = "articles", **more: Any) -> str | None:
        """The code of the error, None if there is none."""
        (frame,) = await self.say(action, channel, **more)
        found: str | None = frame.get("error", {}).get("code")
        return found

    def heard(self) -> list[Any]:
        found = [json.loads(frame) for frame in self.frames]
        self.frames.clear()
        return found

    async def hears(self) -> list[Any]:
        """Wait for something."""
        await until(lambda: self.frames)
        return self.heard()


async def guest(people: People, name: str, *permissions: dict[str, Any]) -> Guest:
    policy = await people.policy(f"of {name}", *permissions)
    await people.user(name, await people.role(f"role of {name}", policy))
    return Guest(people, await people.who(f"tok-{name}"))


def entry(action: str, **names: Any) -> dict[str, Any]:
    return allow(action, "rowcast_channels", permissions={"name": names} if names else {})


async def two(people: People, *more: dict[str, Any]) -> tuple[Guest, Guest]:
    return await guest(people, "ann", allow("read"), *more), await guest(people, "ben", allow("read"), *more)


def is_empty(people: People) -> bool:
    """Whether nothing is left of anybody."""
    channels = people.engine.channels
    known = vars(channels._seats).values()
    return (len(channels), channels.members) == (0, 0) and not any(map(len, known))


async def test_presence(people: People) -> None:
    ann, ben = await two(people)
    (answer,) = await ann.say("join", state={"at": 1}, uid="a")
    users = [each.connection.actor.user for each in (ann, ben)]
    assert answer["members"] == [{"id": answer["id"], "user": users[0], "state": {"at": 1}}]
    assert (answer["type"], answer["event"], answer["channel"], answer["uid"]) == ("channel", "join", "articles", "a")
    (other,) = await ben.say("join")
    assert [member["user"] for member in other["members"]] == users
    member = {"id": other["id"], "user": users[1], "state": None}
    head = {"type": "channel", "channel": "articles", "uid": "a"}
    assert ann.heard() == [{**head, "event": "joined", "member": member}]
    assert await ben.say("state", state="typing", uid=7) == [
        {"type": "channel", "event": "state", "channel": "articles", "uid": 7}
    ]
    assert ann.heard() == [{**head, "event": "changed", "member": {**member, "state": "typing"}}]
    await ben.say("leave")
    del member["state"]
    assert ann.heard() == [{**head, "event": "left", "member": member}]
    assert await ben.code("state") == "FORBIDDEN"


async def test_a_connection_that_ends_has_left(people: People) -> None:
    ann, ben = await two(people)
    await ann.say("join")
    await ben.say("join")
    ann.heard()
    ben.connection.close()
    assert [frame["event"] for frame in ann.heard()] == ["left"]
    ann.connection.close()
    assert is_empty(people)


async def test_joining_again_is_another_state(people: People) -> None:
    ann, ben = await two(people)
    await ann.say("join")
    await ben.say("join")
    ann.heard()
    (answer,) = await ben.say("join", state=2, uid="b")
    assert len(answer["members"]) == 2
    assert [(frame["event"], frame["member"]["state"]) for frame in ann.heard()] == [("changed", 2)]
    await ann.say("leave")
    assert ben.heard()[0]["uid"] == "b"


async def test_messages_reach_the_others_and_are_not_stored(people: People) -> None:
    ann, ben = await two(people, allow("update"))
    for each in (ann, ben):
        await each.say("join", uid="x")
    ann.heard()
    before = people.engine.store.position
    assert await ben.say("broadcast", data={"x": [1]}, uid="m") == [
        {"type": "channel", "event": "broadcast", "channel": "articles", "uid": "m"}
    ]
    (frame,) = ann.heard()
    assert (frame["event"], frame["data"], frame["uid"]) == ("message", {"x": [1]}, "x")
    assert frame["from"]["user"] == ben.connection.actor.user
    assert people.engine.store.position == before


# ---- rights -----------------------------------------------------------------------------------------------------------


async def test_a_channel_may_be_joined_by_whoever_may_read_what_it_is_about(people: People) -> None:
    ann = await guest(people, "ann", allow("read", permissions=OWN))
    mine = await people.item(title="mine", owner=ann.connection.actor.user)
    other = await people.item(title="other")
    assert await ann.code("join", f"articles/{mine}") is None
    assert await ann.code("join", "articles") is None
    for name in (
        f"articles/{other}",
        "articles/999",
        "articles/x",
        "articles/",
        f"articles/0{mine}",
        "directus_roles",
        "nothing",
        "#lobby",
    ):
        assert await ann.code("join", name) == "FORBIDDEN", name
    for name in ("", "#", "x" * 300):
        assert await ann.code("join", name) == "INVALID_PAYLOAD", name


async def test_speaking_takes_the_right_to_update_or_an_entry(people: People) -> None:
    ann = await guest(people, "ann", allow("read"), allow("update", permissions=OWN))
    mine, other = await people.item(owner=ann.connection.actor.user), await people.item()
    for key, code in ((mine, None), (other, "FORBIDDEN")):
        await ann.say("join", f"articles/{key}")
        assert await ann.code("broadcast", f"articles/{key}", data=1) == code
    ben = await guest(people, "ben", allow("read"), entry("create", _starts_with="articles/"))
    for name, code in ((f"articles/{other}", None), ("articles", "FORBIDDEN")):
        await ben.say("join", name)
        assert await ben.code("broadcast", name) == code


async def test_entries_open_free_channels(people: People) -> None:
    ann = await guest(people, "ann", entry("read", _starts_with="#room-"), entry("create", _eq="#room-1"))
    assert [await ann.code("join", name) for name in ("#room-1", "#room-2", "#other", "articles")] == [
        *(None, None, "FORBIDDEN", "FORBIDDEN")
    ]
    assert [await ann.code("broadcast", name) for name in ("#room-1", "#room-2")] == [None, "FORBIDDEN"]
    ben = await guest(people, "ben", entry("read", _eq="$CURRENT_USER"))
    assert await ben.code("join", "#x") == "FORBIDDEN"
    assert await Guest(people, await people.who("tok-admin")).code("join", "#anything") is None


async def test_the_public_needs_an_entry(people: People) -> None:
    public = (await people.rows("SELECT id FROM directus_policies WHERE name LIKE '%public%'"))[0][0]
    permissions = [{**allow("read"), "policy": public}]
    for permission in permissions:
        await people._new("directus_permissions", permission)
    nobody = Guest(people, await people.who(None))
    assert await nobody.code("join") == "FORBIDDEN"
    await people._new("directus_permissions", {**entry("read", _eq="articles"), "policy": public})
    assert await nobody.code("join") is None


async def test_whoever_loses_the_right_must_leave(people: People) -> None:
    ann, ben = await two(people)
    for each in (ann, ben):
        await each.say("join", uid="x")
    ann.heard()
    policy = (await people.rows("SELECT id FROM directus_policies WHERE name = 'of ben'"))[0][0]
    permission = (await people.rows("SELECT id FROM directus_permissions WHERE policy = ?", (policy,)))[0][0]
    await ann.say("state", state="before")
    assert [frame["event"] for frame in ben.heard()] == ["changed"]
    await delete(people.engine, SYSTEM, "directus_permissions", keys=[permission])
    heard = await ann.say("state", state="after")
    (frame,) = await ben.hears()
    assert (frame["event"], frame["channel"], frame["error"]["code"], frame["uid"]) == (
        *("closed", "articles", "FORBIDDEN", "x"),
    )
    assert sorted(frame["event"] for frame in heard + ann.heard()) == ["left", "state"]


async def test_a_doubt_delays_what_is_told(people: People) -> None:
    ann, ben = await two(people)
    for each in (ann, ben):
        await each.say("join")
    await people.change("directus_users", ben.connection.actor.user, title="x")
    await ann.say("state", state=1)
    await ann.say("state", state=2)
    await until(lambda: len(ben.frames) == 2)
    assert [frame["member"]["state"] for frame in ben.heard()] == [1, 2]


async def test_a_row_that_goes_while_somebody_joins(people: People) -> None:
    ann = await guest(people, "ann", allow("read", permissions=OWN))
    keys = [await people.item(owner=ann.connection.actor.user) for _ in range(20)]
    joining = [asyncio.create_task(ann.say("join", f"articles/{key}")) for key in keys]
    await asyncio.gather(*joining, *(delete(people.engine, SYSTEM, "articles", keys=[key]) for key in keys))
    await until(lambda: people.engine.channels.members == 0)


@pytest.mark.parametrize("change", [{"owner": None}, None])
async def test_a_row_that_is_out_of_reach_closes_its_channel(people: People, change: dict[str, Any] | None) -> None:
    ann = await guest(people, "ann", allow("read", permissions=OWN))
    key = await people.item(owner=ann.connection.actor.user)
    await ann.say("join", f"articles/{key}")
    await ann.say("join", "articles")
    if change is None:
        await delete(people.engine, SYSTEM, "articles", keys=[key])
    else:
        await people.change("articles", key, **change)
    assert [(frame["event"], frame["channel"]) for frame in await ann.hears()] == [("closed", f"articles/{key}")]


async def test_a_value_of_the_user_that_decides(people: People) -> None:
    ann = await guest(people, "ann", allow("read", permissions={"title": {"_eq": "$CURRENT_USER.title"}}))
    await people.change("directus_users", ann.connection.actor.user, title="x")
    key = await people.item(title="x")
    assert await ann.code("join", f"articles/{key}") is None
    await people.change("directus_users", ann.connection.actor.user, title="y")
    assert [frame["event"] for frame in await ann.hears()] == ["closed"]
    ann.connection.close()
    assert is_empty(people)


async def test_somebody_else_on_the_same_connection(people: People) -> None:
    ann, ben = await two(people)
    for each in (ann, ben):
        await each.say("join")
    ann.heard()
    await ben.connection._become(await people.who("tok-admin"))
    (frame,) = ann.heard()
    assert (frame["event"], frame["member"]["user"]) == ("changed", ben.connection.actor.user)
    await ben.connection.demote()
    assert [frame["event"] for frame in ben.heard()] == ["closed"]


# ---- bounds -----------------------------------------------------------------------------------------------------------


async def test_bounds(people: People) -> None:
    admin = Guest(people, await people.who("tok-admin"))
    assert await admin.code("join", state="x" * MOST_STATE) == "INVALID_PAYLOAD"
    await admin.say("join")
    assert await admin.code("state", state="x" * MOST_STATE) == "INVALID_PAYLOAD"
    assert await admin.code("broadcast", data="x" * MOST_DATA) == "INVALID_PAYLOAD"
    codes = [await admin.code("state", state=number) for number in range(ACTIONS + 1)]
    assert (codes[0], codes[-1]) == (None, "REQUESTS_EXCEEDED")


async def test_number_of_channels(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rowcast.engine.channels.seats.ACTIONS", 10 * MOST_CHANNELS)
    admin = Guest(people, await people.who("tok-admin"))
    codes = [await admin.code("join", f"#{number}") for number in range(MOST_CHANNELS + 1)]
    assert codes == [*[None] * MOST_CHANNELS, "LIMIT_EXCEEDED"]
    assert len(people.engine.channels) == MOST_CHANNELS


async def test_channels_can_be_switched_off(people: People) -> None:
    object.__setattr__(people.engine.settings, "channels_enabled", False)
    assert await Guest(people, await people.who("tok-admin")).code("join") == "FORBIDDEN"


def test_messages_that_are_none() -> None:
    for members in ({"action": "shout"}, {"channel": 5}):
        found = decode(json.dumps({"type": "channel", "channel": "x", **members}).encode())
        assert not isinstance(found, Channel)

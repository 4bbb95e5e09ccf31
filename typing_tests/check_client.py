"""What mypy makes of the client: it is checked, not run. A line that must be refused says so by an ignore that is used."""

from __future__ import annotations

from typing import Any, assert_type

from rowcast import create_client
from rowcast.client import (
    NOW,
    Change,
    Channel,
    ChannelEvent,
    Client,
    Condition,
    Event,
    F,
    Items,
    LiveTable,
    Member,
    Page,
    Reply,
    Subscription,
    days,
    sync,
)
from typing_tests.model import Line, Message, Messages, Said


def made() -> None:
    """The client from the package itself."""
    assert_type(create_client("https://host", token="t"), Client)
    create_client("https://host", mode="loud")  # type: ignore[arg-type]
    create_client("https://host", tokn="t")  # type: ignore[call-arg]


async def rows(client: Client) -> None:
    """Rows are of the class that was asked for."""
    assert_type(client.items("messages"), Items[dict[str, Any]])
    assert_type(client.items(Messages), Items[Messages])
    assert_type(client.items("messages", Line), Items[Line])
    assert_type(client.rest.items(Messages), Items[Messages])
    assert_type(await client.items(Messages).read(limit=1, sort="-date_created"), list[Messages])
    assert_type(await client.items(Messages).read_one(1), Messages)
    assert_type(await client.items(Messages).first(filter=F.user == "Ben"), Messages | None)
    assert_type(await client.items(Messages).create(Messages(text="a")), Messages)
    assert_type(await client.items(Messages).create({"text": "a"}), Messages)
    assert_type(await client.items("messages").update(1, {"text": "a"}), dict[str, Any])
    assert_type(await client.items(Messages).read_page(), Page[Messages])
    (await client.items(Messages).read_one(1)).txt  # type: ignore[attr-defined]  # noqa: B018
    await client.items(Messages).read(limt=1)  # type: ignore[call-arg]
    await client.items(Messages).read(limit="1")  # type: ignore[arg-type]


async def dicts_and_dataclasses(client: Client) -> None:
    """The same of rows that are dicts, and of dataclasses."""
    assert_type(client.items(Message), Items[Message])
    message = await client.items(Message).read_one(1)
    assert_type(message["text"], str | None)
    message["txt"]  # type: ignore[typeddict-item]
    assert_type(await client.items(Message).create({"text": "a"}), Message)
    assert_type(await client.items(Message).create(message), Message)
    assert_type((await client.live(Message)).rows, list[Message])
    assert_type(client.subscribe(Message), Subscription[Message])
    assert_type(await client.items(Said).create(Said(text="a")), Said)
    await client.items(Said).create("a")  # type: ignore[arg-type]


async def events(client: Client) -> None:
    """So are those of events and live tables."""
    assert_type(client.subscribe("messages", event="update"), Subscription[dict[str, Any]])
    client.subscribe("messages", event="updated")  # type: ignore[call-overload]
    async with client.subscribe(Messages) as found:
        assert_type(found.init.rows, list[Messages])
        async for event in found:
            assert_type(event, Event[Messages])
    table = await client.live(Messages, filter=F.user == "Ben", sort="-date_created", limit=50)
    assert_type(table, LiveTable[Messages])
    assert_type(table.rows, list[Messages])
    async for change in table:
        assert_type(change, Change[Messages])


async def channels(client: Client) -> None:
    """Who is there, and what they say."""
    async with client.channel("messages/5", state={"typing": False}) as channel:
        assert_type(channel, Channel)
        assert_type(channel.present, list[Member])
        await channel.send({"any": "thing"})
        async for event in channel:
            assert_type(event, ChannelEvent)
            assert_type(event.member, Member | None)
    client.channel("messages", when_full="drop")  # type: ignore[arg-type]


def without_await(client: sync.Client) -> None:
    """The same without ``await``."""
    assert_type(client.items(Messages).read(limit=1), list[Messages])
    assert_type(client.items("messages").create({"text": "a"}), dict[str, Any])
    client.items(Messages).read(limt=1)  # type: ignore[call-arg]
    for change in client.live(Messages):
        assert_type(change, Change[Messages])
    assert_type(client.rest.items(Messages).read_one(1), Messages)
    assert_type(client.rest.request("GET", "/server/ping"), Reply)
    assert_type(client.live(Messages).get(1), Messages | None)
    assert_type(client.subscribe(Messages).next(timeout=1), Event[Messages] | None)
    client.subscribe("messages", event="updated")  # type: ignore[call-overload]
    assert_type(client.channel("#lobby").next(timeout=1), ChannelEvent | None)
    assert_type(client.users.me(fields=["email"]), dict[str, Any])
    assert_type(client.roles.read(limit=1), list[dict[str, Any]])
    assert_type(client.server.ping(), str)
    client.users.mee()  # type: ignore[attr-defined]
    sync.create_client("https://host", tokn="t")  # type: ignore[call-arg]


def filters(client: Client) -> None:
    """Expressions are conditions, and conditions are filters."""
    assert_type(F.user == "Ben", Condition)
    assert_type(F.author.name.startswith("B") & (F.created > NOW - days(1)), Condition)
    assert_type(~F.comments.some(F.text == "a"), Condition)
    NOW - 1  # type: ignore[operator]
    F.user.isin(5)  # type: ignore[arg-type]
    client.live(Messages, filter="user")  # type: ignore[call-overload]

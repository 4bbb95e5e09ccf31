"""The page about the public names is whole, and nothing on it is made up."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import rowcast
from rowcast import BeforeContext, Context, Rowcast, RowEvent, SocketContext, client
from rowcast.server.extend.items import Items

PAGE = (Path(__file__).parent.parent / "docs" / "api.md").read_text()


def section(title: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    part = PAGE.partition(f"{title}\n")[2]
    rows = re.findall(r"^\| (`.*?) \|", re.split(r"^#", part, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)", row)}


MADE: dict[type[Any], Any] = {Rowcast: Rowcast(environment={}), client.Client: client.create_client("http://host")}
MADE |= {client.Channel: MADE[client.Client].channel("c")}
MADE |= {client.Rest: MADE[client.Client].rest, client.Items: MADE[client.Client].items("c")}
INNER = {
    "Client": {"forget"},
    "Channel": {"end", "room", "take"},
    "LiveTable": {"apply", "become", "end", "room", "start", "take"},
}
"""What classes have for the parts around them."""


def members(*classes: type[Any]) -> set[str]:
    """The public members of classes, those of their bases too, and what their objects have."""
    own = {name for each in classes for base in each.__mro__[:-1] for name in vars(base)}
    made = {name for each in classes if each in MADE for name in vars(MADE[each])}
    noted = {name for each in classes if each.__module__.startswith("rowcast.client") for name in each.__annotations__}
    inner = {name for each in classes for name in INNER.get(each.__name__, ())}
    return {name for name in (own | made | noted) - inner if not name.startswith("_")}


def test_the_package() -> None:
    assert set(rowcast.__all__) == {
        "BeforeContext",
        "Context",
        "RowEvent",
        "Rowcast",
        "SocketContext",
        "__version__",
        "create_client",
    }
    assert section("## `rowcast`") == set(rowcast.__all__)
    for name in rowcast.__all__:
        assert getattr(rowcast, name) is not None
    assert not hasattr(rowcast, "no_such_name")


def test_the_client() -> None:
    assert section("## `rowcast.client`") == set(client.__all__)


@pytest.mark.parametrize(
    ("title", "classes"),
    [
        ("### `Rowcast(database_url=None, *, environment=None, **settings)`", (Rowcast,)),
        ("### `Context`, `BeforeContext`, `SocketContext`", (Context, BeforeContext, SocketContext)),
        ("### `ctx.items(collection)`", (Items,)),
        ("### `RowEvent`", (RowEvent,)),
        ("### `Client`", (client.Client,)),
        ("### `Rest`, `Reply`", (client.Rest, client.Reply)),
        ("### `Items`, `Page`, `Meta`", (client.Items, client.Page, client.Meta)),
        ("### `Subscription`, `Event`", (client.Subscription, client.Event)),
        ("### `Channel`, `ChannelEvent`, `Member`", (client.Channel, client.ChannelEvent, client.Member)),
        ("### `LiveTable`, `Change`", (client.LiveTable, client.Change)),
    ],
)
def test_the_members(title: str, classes: tuple[type[Any], ...]) -> None:
    assert section(title) == members(*classes)
    for each in classes:
        assert each.__doc__
        for name in members(each) & set(dir(each)):
            found = getattr(each, name)
            if callable(found) or isinstance(found, property):
                assert found.__doc__, f"{each.__name__}.{name}"


MODULES = [
    "",
    ".sync",
    ".compose",
    ".items",
    ".subscription",
    ".live",
    ".client",
    ".system",
    ".expression",
    ".query",
    ".types",
]


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_of_the_client_says_what_it_is(name: str) -> None:
    module = importlib.import_module(f"rowcast.client{name}")
    assert module.__doc__
    for kind in vars(module).values():
        if inspect.isclass(kind) and kind.__module__.startswith("rowcast.client") and not kind.__name__.startswith("_"):
            assert kind.__doc__, kind
            for each in vars(kind).values():
                function = each.fget if isinstance(each, property) else each
                if inspect.isfunction(function) and not function.__name__.startswith("_"):
                    assert function.__doc__, function.__qualname__
        elif inspect.isfunction(kind) and kind.__module__.startswith("rowcast.client"):
            assert kind.__name__.startswith("_") or kind.__doc__, kind

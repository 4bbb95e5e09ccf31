"""The page about the public names is whole, and nothing on it is made up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import rowcast
import rowcast.client
from rowcast import BeforeContext, Context, Rowcast, RowEvent, SocketContext
from rowcast.server.extend.items import Items

PAGE = (Path(__file__).parent.parent / "docs" / "api.md").read_text()


def section(title: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    part = PAGE.partition(f"{title}\n")[2]
    rows = re.findall(r"^\| (`.*?) \|", re.split(r"^#", part, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)", row)}


def members(*classes: type[Any]) -> set[str]:
    """The public members of classes, those of their bases too."""
    own = {name for each in classes for base in each.__mro__[:-1] for name in vars(base)}
    made = set(vars(Rowcast(environment={}))) if Rowcast in classes else set()
    return {name for name in own | made if not name.startswith("_")}


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
    assert section("## `rowcast.client`") == set(rowcast.client.__all__)


@pytest.mark.parametrize(
    ("title", "classes"),
    [
        ("### `Rowcast(database_url=None, *, environment=None, **settings)`", (Rowcast,)),
        ("### `Context`, `BeforeContext`, `SocketContext`", (Context, BeforeContext, SocketContext)),
        ("### `ctx.items(collection)`", (Items,)),
        ("### `RowEvent`", (RowEvent,)),
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

"""Hooks in the engine: which events a name means, who is called, and that nothing is paid where nobody is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.engine import Engine
from rowcast.engine.hooks import Hooks, Key, Pattern, Payload, Verb
from rowcast.engine.mutation.scope import Scope
from rowcast.engine.read import read
from rowcast.engine.update import update
from rowcast.errors import Forbidden, InvalidConfiguration
from rowcast.query.parse import parse
from tests.engine.shop import Shop


@pytest.mark.parametrize(
    ("event", "collections", "verb", "collection", "covered"),
    [
        ("items.create", (), "create", "books", True),
        ("items.create", (), "update", "books", False),
        ("items.create", (), "create", "directus_users", False),
        ("items.create", ("books", "authors"), "create", "authors", True),
        ("items.create", ("books",), "create", "authors", False),
        ("items.*", ("books",), "delete", "books", True),
        ("books.items.update", (), "update", "books", True),
        ("books.items.update", (), "update", "authors", False),
        ("users.update", (), "update", "directus_users", True),
        ("users.*", (), "update", "directus_roles", False),
        ("*.delete", (), "delete", "directus_roles", True),
        ("*.delete", ("books",), "delete", "directus_roles", False),
        ("*", (), "create", "books", True),
        ("*", ("*",), "create", "directus_users", True),
    ],
)
def test_patterns(event: str, collections: Sequence[str], verb: Verb, collection: str, covered: bool) -> None:
    assert Pattern.parse(event, collections).covers(verb, collection) is covered


@pytest.mark.parametrize(
    "event", ["", "items", "items.read", "users.create.now", "books.create", "items.items.items.create"]
)
def test_no_patterns(event: str) -> None:
    with pytest.raises(InvalidConfiguration, match="does not exist"):
        Pattern.parse(event)


class Recorder:
    """A hook that notes what it was called for and adds to the payload."""

    def __init__(self, mark: str) -> None:
        self.mark, self.calls = mark, list[tuple[Verb, str, Sequence[Key]]]()

    async def __call__(
        self, scope: Scope, verb: Verb, collection: str, keys: Sequence[Key], payload: Payload
    ) -> Payload:
        self.calls.append((verb, collection, tuple(keys)))
        return {**payload, "name": f"{payload.get('name', '')}{self.mark}"} if collection == "authors" else payload


def hooked(engine: Engine, *patterns: tuple[str, Any]) -> None:
    engine.hooks = Hooks([(Pattern.parse(event), hook) for event, hook in patterns])


async def test_each_row_is_told_nested_ones_too(shop: Shop) -> None:
    first, second = Recorder("1"), Recorder("2")
    hooked(shop.engine, ("items.*", first), ("*.create", second))
    book = {"title": "T", "author": {"name": "A"}, "reviews": [{"stars": 1}, {"stars": 2}]}
    (key,) = await create(shop.engine, SYSTEM, "books", book)
    assert [each[1] for each in first.calls] == ["books", "authors", "reviews", "reviews"]
    assert first.calls == second.calls
    found = await read(shop.engine, SYSTEM, "authors", parse({"fields": "name"}))
    assert found.data == b'[{"name":"A12"}]', "in the order of registration"
    await update(shop.engine, SYSTEM, "books", {"pages": 3}, keys=[key])
    await delete(shop.engine, SYSTEM, "books", keys=[key])
    assert first.calls[4:] == [("update", "books", (key,)), ("delete", "books", (key,))]
    assert len(second.calls) == 4


async def test_the_hot_path_without_hooks_keeps_nothing(shop: Shop) -> None:
    await create(shop.engine, SYSTEM, "authors", {"name": "A"})
    with pytest.raises(Forbidden):
        await create(shop.engine, SYSTEM, "no_such_collection", {"name": "A"})
    assert not shop.engine.hooks.create
    recorder = Recorder("")
    hooked(shop.engine, ("items.update", recorder), ("items.create", recorder))
    with pytest.raises(Forbidden):
        await create(shop.engine, SYSTEM, "no_such_collection", {"name": "A"})
    assert recorder.calls == [], "what does not exist is nobody's business"

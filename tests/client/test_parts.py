"""The small pure parts: addresses, waits, places, orphans, models."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import ClassVar, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Struct, UnsetType

from rowcast import errors
from rowcast.client.address import address
from rowcast.client.backoff import Reconnect
from rowcast.client.faults import Fault, error_of, errors_of
from rowcast.client.models import collection, collection_of, fields_of, payload
from rowcast.client.order import placing
from rowcast.client.orphans import Orphans


@pytest.mark.parametrize(
    ("url", "http", "socket"),
    [
        ("https://host", "https://host", "wss://host/websocket"),
        ("http://host:80/", "http://host:80", "ws://host:80/websocket"),
        ("http://host/below", "http://host/below", "ws://host/below/websocket"),
        ("wss://host/websocket", "https://host", "wss://host/websocket"),
        ("ws://host", "http://host", "ws://host/websocket"),
        ("ws://host/live", "http://host/live", "ws://host/live"),
        ("ws://host/websocket?a=1", "http://host", "ws://host/websocket?a=1"),
    ],
)
def test_addresses(url: str, http: str, socket: str) -> None:
    found = address(url)
    assert (found.http, found.socket) == (http, socket)
    assert address(url, "ws://other/ws").socket == "ws://other/ws"


def test_the_token_replaces_another_in_the_address() -> None:
    found = address("ws://host/websocket?access_token=old&a=1")
    assert found.with_token("n&w") == "ws://host/websocket?a=1&access_token=n%26w"


@pytest.mark.parametrize("url", ["host", "ftp://host", "http://", ""])
def test_no_address(url: str) -> None:
    with pytest.raises(errors.InvalidConfiguration):
        address(url)


def test_waits_grow_to_a_limit_and_differ() -> None:
    steps = Reconnect(delay=1, factor=2, longest=10, jitter=0)
    assert [steps.wait(attempt, Random(1)) for attempt in range(5)] == [1, 2, 4, 8, 10]
    assert steps.wait(10_000, Random(1)) == 10
    assert Reconnect(retries=2).wait(2, Random(1)) is None
    waits = {Reconnect(delay=1, jitter=0.5).wait(0, Random(seed)) for seed in range(50)}
    assert len(waits) == 50
    assert all(wait is not None and 0.5 <= wait <= 1 for wait in waits)


VALUES = st.none() | st.integers(-3, 3) | st.text(max_size=3) | st.booleans()


@given(st.lists(st.tuples(VALUES, VALUES), max_size=20))
def test_places_are_an_order(values: list[tuple[object, object]]) -> None:
    rows = [{"id": index, "a": first, "b": second} for index, (first, second) in enumerate(values)]
    up = sorted(rows, key=placing("a,-b", "id"))
    down = sorted(rows, key=placing("-a,b,-id", "id"))
    assert up == down[::-1]
    assert sorted(rows, key=placing(None, "id")) == rows


def test_places_of_nested_values_and_functions() -> None:
    rows: list[dict[str, object]] = [
        {"id": 1, "author": {"name": "B"}, "made_year": 1},
        {"id": 2, "author": None, "made_year": 2},
    ]
    assert sorted(rows, key=placing(["author.name"], "id")) == rows[::-1]
    assert sorted(rows, key=placing(["-year(made)"], "id")) == rows[::-1]


def test_an_error_without_uid_waits_until_it_is_certain() -> None:
    orphans = Orphans()
    first, second = Fault("1"), Fault("2")
    assert list(orphans.add(first, ["1", "2", "3"])) == []
    assert list(orphans.add(second, ["1", "2", "3"])) == []
    assert list(orphans.answered("2")) == [("1", first), ("3", second)]
    assert list(orphans.answered("9")) == []
    assert list(orphans.add(first, ["10"])) == [("10", first)]


def test_a_later_error_can_be_certain_before_an_earlier() -> None:
    orphans = Orphans()
    first, second = Fault("1"), Fault("2")
    assert list(orphans.add(first, ["1", "2"])) == []
    assert list(orphans.add(second, ["1", "2", "3"])) == []
    assert list(orphans.answered("1")) == [("2", first), ("3", second)]


def test_every_code_becomes_its_error() -> None:
    assert isinstance(error_of(Fault("m", "FORBIDDEN")), errors.Forbidden)
    assert isinstance(error_of(Fault("m", "SERVICE_UNAVAILABLE")), errors.ServiceUnavailable)
    assert not isinstance(error_of(Fault("m", "SERVICE_UNAVAILABLE")), errors.ConnectionLost)
    found = error_of(Fault("m", None, {"code": "RECORD_NOT_UNIQUE", "field": "isbn"}), 400)
    assert isinstance(found, errors.NotUnique)
    assert (found.message, found.extensions) == ("m", {"field": "isbn"})
    unknown = error_of(Fault("m", "TEAPOT"), 418)
    assert isinstance(unknown, errors.RequestError)
    assert (unknown.code, unknown.status) == ("TEAPOT", 418)
    several = errors_of([Fault("a", "FORBIDDEN"), Fault("b", "INVALID_QUERY")], 403)
    assert isinstance(several, errors.Several)
    assert [each.code for each in several.members()] == ["FORBIDDEN", "INVALID_QUERY"]


class Author(Struct):
    name: str
    id: int = 0


class Book(Struct):
    __collection__: ClassVar[str] = "books"
    title: str | None = None
    author: Author | None = None
    reviewers: list[Author] = []
    isbn: str | UnsetType = UNSET


class Line(TypedDict):
    text: str


def test_a_class_asks_for_its_members() -> None:
    assert collection_of(Book) == "books"
    assert fields_of(Book) == ("title", "author.name", "author.id", "reviewers.name", "reviewers.id", "isbn")
    assert fields_of(Line) == ("text",)
    assert fields_of(dict) == ()
    with pytest.raises(errors.InvalidConfiguration):
        collection_of(Author)


@collection("authors")
class Named(TypedDict):
    """A class that cannot say its collection itself."""

    name: str
    books: list[Book]


@dataclass
class Told:
    """Members with defaults of both kinds, and one without."""

    __collection__: ClassVar[str] = "books"
    title: str
    pages: int = 0
    tags: list[str] = field(default_factory=list)


def test_dicts_and_dataclasses_are_models_too() -> None:
    assert collection_of(Named) == "authors"
    assert "books.title" in fields_of(Named)
    assert (collection_of(Told), fields_of(Told)) == ("books", ("title", "pages", "tags"))
    assert payload(Told("a")) == {"title": "a"}
    assert payload(Told("a", 1, ["x"])) == {"title": "a", "pages": 1, "tags": ["x"]}


def test_an_object_is_sent_without_its_defaults() -> None:
    assert payload(Book(title="a", author=Author("b"))) == {"title": "a", "author": {"name": "b"}}
    assert payload({"title": None}) == {"title": None}

"""A hand-made collection and commits, for testing the live room without any database."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from rowcast.feed import Change, Commit, Image, Kind, Position
from rowcast.live import Live, Outbox, Subscription, View
from rowcast.protocol import frames
from rowcast.query.parse import parse
from rowcast.query.resolve import resolve
from rowcast.schema import Collection, Column, Field, Relation, Schema

TYPES = {"id": "integer", "text": "string", "user": "string", "size": "integer", "team": "integer", "secret": "string"}
SPECIAL = {"secret": ("conceal",), "team": ("m2o",)}
Row = dict[str, Any]


def collection(name: str, types: dict[str, str]) -> Collection:
    fields = {
        n: Field(name, n, kind, SPECIAL.get(n, ()), Column(n, name, kind, is_primary_key=n == "id"))
        for n, kind in types.items()
    }
    return Collection(name, "id", fields)


SCHEMA = Schema(
    1,
    {"notes": collection("notes", TYPES), "teams": collection("teams", {"id": "integer", "name": "string"})},
    (Relation("notes", "team", "teams"),),
)


def view(*, single: bool = False, counts: tuple[tuple[str, Any], ...] = (), exact: bool = False, **query: Any) -> View:
    """The view of a query on the notes, as the engine would make it."""
    asked = parse({"fields": ["id", "text"], **query})
    select = resolve(SCHEMA, "notes", asked, None, (-1, None, 10))
    return View(select if asked.sort else replace(select, order=()), single, counts, exact)


def row(key: int, **values: Any) -> Row:
    return {**dict.fromkeys(TYPES), "id": key, **values}


def image(values: Row | None) -> Image | None:
    return None if values is None else Image(json.dumps(values))


def change(before: Row | None, after: Row | None, unit: int = 0, collection: str = "notes") -> Change:
    kind = Kind.CREATE if before is None else Kind.DELETE if after is None else Kind.UPDATE
    key = (after or before or {})["id"]
    return Change(collection, key, kind, image(before), image(after), unit)


def commit(*changes: Change, at: int = 1) -> Commit:
    return Commit(Position("e", at), changes)


class Ear:
    """A subscriber with an outbox of its own; ``heard`` decodes what it was sent."""

    def __init__(
        self, live: Live, seen: View, uid: str | None = "s", only: Kind | None = None, *, placed: bool = False
    ) -> None:
        self.frames: list[bytes] = []
        self.overflown = False
        self.outbox = Outbox(self.frames.append, self._overflow)
        tail = b"}" if uid is None else b',"uid":' + json.dumps(uid).encode() + b"}"
        tail = frames.placed_tail(json.dumps(uid).encode()) if placed else tail
        self.subscription = Subscription(self.outbox, tail, only)
        live.join(seen, "id", self.subscription)

    def heard(self) -> list[Any]:
        found = [json.loads(frame) for frame in self.frames]
        self.frames.clear()
        return found

    def told(self) -> list[tuple[str, Any]]:
        return [(frame["event"], frame["data"]) for frame in self.heard()]

    def _overflow(self) -> None:
        self.overflown = True

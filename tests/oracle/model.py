"""A random data model: collections with columns of all types, tied by relations. Must not know rows, rights or questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from rowcast.auth import SYSTEM
from rowcast.engine.engine import Engine
from rowcast.engine.model.collections import create_collections
from rowcast.engine.model.fields import create_field
from rowcast.engine.model.relations import create_relation

SPECIAL = {"boolean": "cast-boolean", "json": "cast-json", "csv": "cast-csv", "timestamp": "cast-timestamp"}
TYPES = (
    "string",
    "text",
    "integer",
    "bigInteger",
    "float",
    "decimal",
    "boolean",
    "timestamp",
    "dateTime",
    "date",
    "time",
    "json",
    "csv",
    "uuid",
)
ALONE = "alone"
"""The collection that nothing is tied to: it may go and come back."""
KEYS = ("integer", "integer", "integer", "string", "uuid")
USERS = "directus_users"
"""The people themselves: they are in a team, which is a row of one of the collections."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A many-to-one relation; ``alias`` is the list on the other side, None if there is none. ``junction`` is the other foreign key
    when ``many`` only ties two collections together."""

    many: str
    field: str
    one: str
    alias: str | None
    on_delete: str | None
    junction: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A collection: the type of its key ``id`` and its own columns, by name. ``anys``: the collections of which its ``item`` may
    be, by the name in ``kind``; none if it has no such field. ``singleton``: it is meant to have one row."""

    name: str
    key: str
    columns: Mapping[str, str]
    anys: tuple[str, ...] = ()
    singleton: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """All collections and how they are tied."""

    tables: Mapping[str, Table]
    ties: tuple[Tie, ...]

    def table(self, name: str) -> Table:
        """The collection of that name, or the people."""
        return PEOPLE if name == USERS else self.tables[name]

    @property
    def team(self) -> str:
        """The collection that teams are rows of."""
        return self.ties[0].one

    def ones(self, table: str) -> list[Tie]:
        """The relations that point from the table to one row."""
        return [tie for tie in self.ties if tie.many == table]

    def manys(self, table: str) -> list[Tie]:
        """The lists of the table."""
        return [tie for tie in self.ties if tie.one == table and tie.alias is not None]

    def names(self, table: str) -> list[str]:
        """All fields of the table."""
        lists = [tie.alias for tie in self.manys(table) if tie.alias]
        anys = ["item", "kind"] if self.table(table).anys else []
        return ["id", *self.table(table).columns, *(tie.field for tie in self.ones(table)), *lists, *anys]

    def having(self, table: Table) -> Model:
        """The model with that collection as it is now."""
        return replace(self, tables={**self.tables, table.name: table})

    def without(self, name: str) -> Model:
        """The model without that collection, which nothing is tied to."""
        return replace(self, tables={key: table for key, table in self.tables.items() if key != name})

    def type_of(self, table: str, name: str) -> str:
        """The type of a column, foreign keys and the key included."""
        for tie in self.ones(table):
            if tie.field == name:
                return self.tables[tie.one].key
        own = self.table(table)
        if name in ("item", "kind") and own.anys:
            return "string"
        return own.key if name == "id" else own.columns[name]


PEOPLE = Table(USERS, "uuid", {"title": "string", "language": "string"})


def random_model(rng: Random) -> Model:
    """Two to four collections, trees and lists between them, and perhaps a junction."""
    names = [f"c{number}" for number in range(rng.randint(2, 4))]
    tables = {name: Table(name, rng.choice(KEYS), _columns(rng)) for name in names}
    ties = [Tie(USERS, "team", rng.choice(names), "people", "SET NULL")]
    ties += [_tie(rng, number, names) for number in range(rng.randint(1, 3))]
    if rng.random() < 0.6:
        left, right = rng.choice(names), rng.choice(names)
        tables["j"] = Table("j", "integer", {"note": "string"})
        ties.append(Tie("j", "l", left, "rights", "CASCADE", "r"))
        ties.append(Tie("j", "r", right, "lefts", "CASCADE", "l"))
    if rng.random() < 0.5:
        tables["p"] = Table("p", "integer", {"owner": "uuid", "f0": "string"}, tuple(rng.sample(names, 2)))
        ties.append(Tie("p", "whole", rng.choice(names), "parts", "CASCADE"))
    tables[ALONE] = Table(ALONE, "integer", _columns(rng), singleton=rng.random() < 0.4)
    return Model(tables, tuple(ties))


def _columns(rng: Random) -> dict[str, str]:
    kinds = ["string", "integer", *rng.sample(TYPES, rng.randint(1, 5))]
    return {"owner": "uuid"} | {f"f{number}": kind for number, kind in enumerate(kinds)}


def _tie(rng: Random, number: int, names: list[str]) -> Tie:
    many, one = rng.choice(names), rng.choice(names)
    alias = f"list{number}" if rng.random() < 0.8 else None
    on_delete = rng.choice(["SET NULL", "CASCADE", "CASCADE", "NO ACTION"])
    return Tie(many, f"to{number}", one, alias, on_delete)


async def build(engine: Engine, model: Model) -> None:
    """The model on an empty platform."""
    await create_collections(engine, SYSTEM, [collection_payload(model, table) for table in model.tables.values()])
    kind = model.tables[model.team].key
    for holder in (USERS, "directus_roles"):
        await create_field(
            engine, SYSTEM, holder, {"field": "team", "type": kind, "meta": {"special": ["m2o"]}, "schema": {}}
        )
    for tie in [*model.ties, Tie("directus_roles", "team", model.team, None, "SET NULL")]:
        await create_relation(engine, SYSTEM, relation_payload(tie))
        if tie.alias is not None:
            special = "m2m" if tie.junction else "o2m"
            field = {"field": tie.alias, "type": "alias", "meta": {"special": [special]}}
            await create_field(engine, SYSTEM, tie.one, field)
    for table in model.tables.values():
        if table.anys:
            kinds = {"one_collection_field": "kind", "one_allowed_collections": list(table.anys)}
            relation: dict[str, Any] = {"collection": table.name, "field": "item", "related_collection": None}
            await create_relation(engine, SYSTEM, relation | {"meta": kinds})


def collection_payload(model: Model, table: Table) -> dict[str, Any]:
    """A collection as it is asked for."""
    auto = table.key == "integer"
    key = {"field": "id", "type": table.key, "schema": {"is_primary_key": True, "has_auto_increment": auto}}
    own = [field_payload(name, kind) for name, kind in table.columns.items()]
    foreign = [
        {"field": tie.field, "type": model.tables[tie.one].key, "meta": {"special": ["m2o"]}, "schema": {}}
        for tie in model.ones(table.name)
    ]
    anys = [field_payload(name, "string") for name in ("item", "kind")] if table.anys else []
    return {
        "collection": table.name,
        "meta": {"singleton": table.singleton},
        "schema": {},
        "fields": [key, *own, *foreign, *anys],
    }


def relation_payload(tie: Tie) -> dict[str, Any]:
    """A relation as it is asked for."""
    return {
        "collection": tie.many,
        "field": tie.field,
        "related_collection": tie.one,
        "meta": {"one_field": tie.alias, "junction_field": tie.junction},
        "schema": {"on_delete": tie.on_delete},
    }


def field_payload(name: str, kind: str) -> dict[str, Any]:
    """A column as it is asked for."""
    meta = {"special": [SPECIAL[kind]]} if kind in SPECIAL else {}
    return {"field": name, "type": kind, "meta": meta, "schema": {}}

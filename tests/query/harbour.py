"""A small harbour: the data model that the tests of this room ask about, as schema values and as a real SQLite database."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import apsw

from rowcast.query.parse import parse
from rowcast.query.resolve import Limits, resolve
from rowcast.query.sql import Statement, bind, rows
from rowcast.schema import Collection, Column, Field, Relation, Schema

_COLUMNS = {
    "string": "varchar(255)",
    "text": "text",
    "uuid": "char(36)",
    "hash": "varchar(255)",
    "integer": "integer",
    "bigInteger": "bigint",
    "float": "float",
    "decimal": "decimal(10,2)",
    "boolean": "boolean",
    "timestamp": "datetime",
    "dateTime": "datetime",
    "date": "date",
    "time": "time",
    "json": "json",
    "csv": "text",
    "geometry.Point": "text",
    "geometry.Polygon": "text",
}

MODEL: dict[str, dict[str, str]] = {
    "ports": {
        "code": "string",
        "name": "string",
        "country": "string",
        "depth": "decimal",
        "people": "bigInteger",
        "opened": "date",
        "tags": "csv",
        "facts": "json",
        "open": "boolean",
        "rating": "float",
        "place": "geometry.Point",
        "secret": "hash",
        "fleet": "alias",
        "departures": "alias",
        "divider": "alias",
    },
    "ships": {
        "id": "integer",
        "name": "string",
        "kind": "string",
        "built": "date",
        "launched": "dateTime",
        "seen": "timestamp",
        "departs": "time",
        "tonnage": "decimal",
        "speed": "float",
        "crew": "integer",
        "active": "boolean",
        "home": "string",
        "sister": "integer",
        "extras": "json",
        "labels": "csv",
        "notes": "text",
        "reg": "uuid",
        "owner": "uuid",
        "sisters": "alias",
        "voyages": "alias",
        "people": "alias",
    },
    "voyages": {
        "id": "uuid",
        "ship": "integer",
        "origin": "string",
        "leaves": "dateTime",
        "arrived": "timestamp",
        "fare": "decimal",
        "guests": "integer",
        "remark": "text",
        "cargo": "alias",
    },
    "sailors": {"id": "integer", "name": "string", "born": "date", "rank": "string", "ships": "alias"},
    "ships_sailors": {
        "id": "integer",
        "ships_id": "integer",
        "sailors_id": "integer",
        "duty": "string",
        "sort": "integer",
    },
    "crates": {"id": "integer", "label": "string", "weight": "float"},
    "barrels": {"id": "integer", "liquid": "string", "litres": "integer"},
    "voyages_cargo": {
        "id": "integer",
        "voyages_id": "uuid",
        "item": "string",
        "collection": "string",
        "sort": "integer",
    },
}

RELATIONS = (
    Relation("ships", "home", "ports", one_field="fleet"),
    Relation("ships", "sister", "ships", one_field="sisters"),
    Relation("voyages", "ship", "ships", one_field="voyages"),
    Relation("voyages", "origin", "ports", one_field="departures"),
    Relation("ships_sailors", "ships_id", "ships", one_field="people", junction_field="sailors_id", sort_field="sort"),
    Relation("ships_sailors", "sailors_id", "sailors", one_field="ships", junction_field="ships_id"),
    Relation("voyages_cargo", "item", None, one_collection_field="collection", allowed=("crates", "barrels")),
    Relation("voyages_cargo", "voyages_id", "voyages", one_field="cargo", junction_field="item", sort_field="sort"),
)

ROWS: dict[str, list[dict[str, Any]]] = {
    "ports": [
        {
            "code": "HVN",
            "name": "Haven",
            "country": "SE",
            "depth": 12.5,
            "people": 150000,
            "opened": "1901-05-01",
            "tags": "fish,ferry",
            "facts": '{"cranes":4,"pilot":true}',
            "open": 1,
            "rating": 4.5,
            "secret": "$argon2$a",
            "place": '{"type":"Point","coordinates":[11.5,57.5]}',
        },
        {
            "code": "KRK",
            "name": "Kråkö",
            "country": "SE",
            "depth": 7.25,
            "people": 820,
            "opened": "1950-06-15",
            "tags": "ferry",
            "facts": '{"cranes":0}',
            "open": 1,
            "rating": 3.75,
            "place": '{"type":"Point","coordinates":[22.0,60.0]}',
        },
        {"code": "LUB", "name": "Lübmark", "country": "DE", "people": 4000000000, "open": 0},
        {
            "code": "OLD",
            "name": "Old 50% Quay",
            "depth": 2.1,
            "people": 0,
            "opened": "1720-12-24",
            "tags": "",
            "facts": '{"notes":["silted","closed"]}',
            "open": 0,
            "rating": 1.0,
        },
    ],
    "ships": [
        {
            "id": 1,
            "name": "Aurora",
            "kind": "ferry",
            "built": "1998-03-14",
            "launched": "1998-06-01T10:00:00",
            "seen": "2001-02-03T04:05:06.000Z",
            "departs": "06:15:00",
            "tonnage": 1250.5,
            "speed": 18.5,
            "crew": 24,
            "active": 1,
            "home": "HVN",
            "extras": '{"engine":"diesel","cabins":[10,20]}',
            "labels": "fast,white",
            "notes": "The old lady.",
            "reg": "5e900000-0000-4000-8000-000000000001",
            "owner": "1da00000-5e5e-4a5a-8b5b-0000000000a1",
        },
        {
            "id": 2,
            "name": "Borealis",
            "kind": "ferry",
            "built": "2004-11-02",
            "launched": "2005-01-15T08:30:00",
            "seen": "2099-01-01T00:00:00.000Z",
            "departs": "07:45:00",
            "tonnage": 2400,
            "speed": 21.25,
            "crew": 31,
            "active": 1,
            "home": "HVN",
            "sister": 1,
            "extras": '{"engine":"lng"}',
            "labels": "fast",
            "reg": "5e900000-0000-4000-8000-000000000002",
        },
        {
            "id": 3,
            "name": "Célestine",
            "kind": "yacht",
            "built": "2015-07-20",
            "launched": "2015-09-09T18:00:00",
            "tonnage": 89.99,
            "speed": 14.0,
            "crew": 4,
            "active": 0,
            "home": "KRK",
            "notes": "Très élégante",
        },
        {
            "id": 4,
            "name": "Dunlin",
            "kind": "trawler",
            "crew": 7,
            "notes": "",
            "seen": "2026-01-01 10:00:00",
            "active": None,
        },
    ],
    "voyages": [
        {
            "id": "70000000-0000-4000-8000-000000000001",
            "ship": 1,
            "origin": "HVN",
            "leaves": "2024-01-10T06:15:00",
            "fare": 120,
            "guests": 80,
            "remark": "calm",
            "arrived": "2024-01-10T09:00:00.000Z",
        },
        {
            "id": "70000000-0000-4000-8000-000000000002",
            "ship": 1,
            "origin": "KRK",
            "leaves": "2024-01-11T06:15:00",
            "fare": 120,
            "guests": 64,
        },
        {
            "id": "70000000-0000-4000-8000-000000000003",
            "ship": 1,
            "origin": "HVN",
            "leaves": "2024-02-20T06:15:00",
            "fare": 310.5,
            "guests": 150,
            "remark": "rough seas",
        },
        {
            "id": "70000000-0000-4000-8000-000000000004",
            "ship": 2,
            "origin": "HVN",
            "leaves": "2023-12-31T23:00:00",
            "fare": 299.9,
            "guests": 210,
        },
    ],
    "sailors": [
        {"id": 1, "name": "Åsa Lind", "born": "1970-04-01", "rank": "captain"},
        {"id": 2, "name": "Bo Öberg", "born": "1985-09-30", "rank": "mate"},
        {"id": 3, "name": "Chidi Obi", "born": "1992-02-29", "rank": "cook"},
    ],
    "ships_sailors": [
        {"id": 1, "ships_id": 1, "sailors_id": 1, "duty": "bridge", "sort": 1},
        {"id": 2, "ships_id": 1, "sailors_id": 2, "duty": "deck", "sort": 3},
        {"id": 3, "ships_id": 1, "sailors_id": 3, "duty": "galley", "sort": 2},
        {"id": 4, "ships_id": 2, "sailors_id": 2, "duty": "bridge", "sort": 1},
    ],
    "crates": [{"id": 1, "label": "Books", "weight": 12.5}, {"id": 2, "label": "Tea", "weight": 3.25}],
    "barrels": [{"id": 1, "liquid": "Cider", "litres": 200}, {"id": 3, "liquid": "Tea"}],
    "voyages_cargo": [
        {"id": 1, "voyages_id": "70000000-0000-4000-8000-000000000001", "collection": "crates", "item": "1", "sort": 2},
        {
            "id": 2,
            "voyages_id": "70000000-0000-4000-8000-000000000001",
            "collection": "barrels",
            "item": "1",
            "sort": 1,
        },
        {"id": 3, "voyages_id": "70000000-0000-4000-8000-000000000003", "collection": "crates", "item": "2", "sort": 1},
    ],
}


def _field(collection: str, name: str, kind: str) -> Field:
    column = None if kind == "alias" else Column(name, collection, _COLUMNS[kind].split("(")[0])
    return Field(collection, name, kind, ("conceal",) if kind == "hash" else (), column)


def schema() -> Schema:
    """The model as a schema."""
    collections = {
        name: Collection(name, next(iter(fields)), {field: _field(name, field, kind) for field, kind in fields.items()})
        for name, fields in MODEL.items()
    }
    return Schema(1, collections, RELATIONS)


def database() -> apsw.Connection:
    """A database in memory with the model's tables and rows."""
    connection = apsw.Connection(":memory:")
    for name, fields in MODEL.items():
        columns = [f'"{field}" {_COLUMNS[kind]}' for field, kind in fields.items() if kind != "alias"]
        columns[0] += " PRIMARY KEY"
        connection.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
        for row in ROWS.get(name, []):
            names = ", ".join(f'"{column}"' for column in row)
            connection.execute(
                f'INSERT INTO "{name}" ({names}) VALUES ({", ".join("?" * len(row))})', tuple(row.values())
            )
    return connection


def no_variables(name: str) -> Any:
    """For questions without variables."""
    raise LookupError(name)


class Harbour:
    """The model and its database, to be asked."""

    def __init__(self) -> None:
        self.schema, self.database = schema(), database()

    def ask(
        self,
        collection: str,
        /,
        *,
        visible: Callable[[str], frozenset[str] | None] | None = lambda _: None,
        limits: Limits = (100, None, 10),
        variables: Callable[[str], Any] = no_variables,
        **raw: Any,
    ) -> Any:
        """The decoded answer to a query in raw form."""
        select = resolve(self.schema, collection, parse(raw), visible, limits)
        return json.loads(self.one(rows(select, self.schema), variables))

    def one(self, statement: Statement, variables: Callable[[str], Any] = no_variables) -> Any:
        """The one value that a statement gives."""
        return next(iter(self.database.execute(statement.text, bind(statement, variables))))[0]

    def names(self, **raw: Any) -> list[Any]:
        """The ids of the ships that a query gives."""
        return [row["id"] for row in self.ask("ships", fields="id", **raw)]

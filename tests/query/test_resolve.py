"""Whole questions, asked of a real database."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest

from rowcast.errors import Forbidden, InvalidQuery
from tests.query.harbour import Harbour

ONE = {"id": {"_eq": 1}}


def nested(relations: int) -> dict[str, Any]:
    """A filter through so many relations."""
    below: dict[str, Any] = {"name": {"_eq": "x"}}
    return reduce(lambda found, _: {"sister": found}, range(relations), below)


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ("name,crew", {"name": "Aurora", "crew": 24}),
        ("home", {"home": "HVN"}),
        ("home.name", {"home": {"name": "Haven"}}),
        ("sister.name", {"sister": None}),
        ("voyages", {"voyages": [f"70000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3)]}),
        ("people", {"people": [1, 3, 2]}),
        ("voyages.guests", {"voyages": [{"guests": 80}, {"guests": 64}, {"guests": 150}]}),
        ("home.fleet.name", {"home": {"fleet": [{"name": "Aurora"}, {"name": "Borealis"}]}}),
        (
            "people.sailors_id.name,people.duty",
            {
                "people": [
                    {"sailors_id": {"name": "Åsa Lind"}, "duty": "bridge"},
                    {"sailors_id": {"name": "Chidi Obi"}, "duty": "galley"},
                    {"sailors_id": {"name": "Bo Öberg"}, "duty": "deck"},
                ]
            },
        ),
        ("year(built),home.year(opened)", {"built_year": 1998, "home": {"opened_year": 1901}}),
        (
            "count(voyages),json(extras, cabins[1]),json(extras, engine)",
            {"voyages_count": 3, "extras_cabins_1_json": 20, "extras_engine_json": "diesel"},
        ),
        (
            "name,home.*",
            {
                "name": "Aurora",
                "home": {
                    "code": "HVN",
                    "name": "Haven",
                    "country": "SE",
                    "depth": 12.5,
                    "people": 150000,
                    "opened": "1901-05-01",
                    "tags": ["fish", "ferry"],
                    "facts": {"cranes": 4, "pilot": True},
                    "open": True,
                    "rating": 4.5,
                    "place": {"type": "Point", "coordinates": [11.5, 57.5]},
                    "secret": "**********",
                    "fleet": [1, 2],
                    "departures": [f"70000000-0000-4000-8000-00000000000{n}" for n in (1, 3, 4)],
                },
            },
        ),
    ],
)
def test_fields(harbour: Harbour, fields: str, row: dict[str, Any]) -> None:
    assert harbour.ask("ships", fields=fields, filter=ONE) == [row]


def test_wildcards_open_relations(harbour: Harbour) -> None:
    (row,) = harbour.ask("voyages", fields="*.*", filter={"guests": 210})
    assert row["ship"]["home"] == "HVN"
    assert row["ship"]["voyages"] == [row["id"]]
    assert row["cargo"] == []
    (row,) = harbour.ask("voyages", fields="*.*", filter={"guests": 210}, backlink=False)
    assert "voyages" not in row["ship"]
    (row,) = harbour.ask("ships", fields="*,home.name", filter=ONE)
    assert row["home"] == {"name": "Haven"}
    assert row["crew"] == 24


def test_items_of_many_collections(harbour: Harbour) -> None:
    def cargo(fields: str, **more: Any) -> Any:
        return harbour.ask("voyages", fields=fields, filter={"guests": 80}, **more)[0]["cargo"]

    assert cargo("cargo.item:crates.label,cargo.item:barrels.litres,cargo.collection") == [
        {"item": {"litres": 200}, "collection": "barrels"},
        {"item": {"label": "Books"}, "collection": "crates"},
    ]
    assert cargo("cargo.item:crates.label") == [{"item": 1}, {"item": {"label": "Books"}}]
    assert cargo("cargo.item.id") == [{"item": {"id": 1}}, {"item": {"id": 1}}]
    assert cargo("cargo.item") == [{"item": "1"}, {"item": "1"}]
    assert cargo("cargo.item.*", deep={"cargo": {"item:crates": {"_filter": {"label": "Tea"}}}})[1] == {"item": None}


def test_deep_and_alias(harbour: Harbour) -> None:
    def first(**raw: Any) -> Any:
        return harbour.ask("ships", filter=ONE, **raw)[0]

    assert first(fields="voyages.guests", deep={"voyages": {"_sort": "-guests", "_limit": 1}}) == {
        "voyages": [{"guests": 150}]
    }
    assert first(fields="voyages.guests", deep={"voyages": {"_offset": 1, "_limit": 1}}) == {
        "voyages": [{"guests": 64}]
    }
    assert first(fields="voyages.guests", deep={"voyages": {"_page": 2, "_limit": 2}}) == {"voyages": [{"guests": 150}]}
    assert first(fields="voyages.remark", deep={"voyages": {"_search": "ROUGH"}}) == {
        "voyages": [{"remark": "rough seas"}]
    }
    assert first(fields="voyages", deep={"voyages": {"_fields": "guests", "_limit": 1}}) == {
        "voyages": [{"guests": 80}]
    }
    assert first(fields="home.name", deep={"home": {"_filter": {"country": "NO"}}}) == {"home": None}
    assert first(
        fields="a.fare,b.fare,title",
        alias={"a": "voyages", "b": "voyages", "title": "name"},
        deep={"a": {"_filter": {"fare": {"_lt": 200}}}, "b": {"_filter": {"fare": {"_gt": 200}}}},
    ) == {"a": [{"fare": 120}, {"fare": 120}], "b": [{"fare": 310.5}], "title": "Aurora"}
    port = harbour.ask(
        "ports",
        fields="fleet.voyages.guests",
        filter={"code": "HVN"},
        deep={"fleet": {"_sort": "-id", "voyages": {"_sort": "-guests", "_limit": 1}}},
    )
    assert port == [{"fleet": [{"voyages": [{"guests": 210}]}, {"voyages": [{"guests": 150}]}]}]


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("-crew", [2, 1, 4, 3]),
        ("kind,-name", [2, 1, 4, 3]),
        ("home.depth", [4, 3, 1, 2]),
        ("-home.depth,-id", [2, 1, 3, 4]),
        ("year(built)", [4, 1, 2, 3]),
        ("-count(voyages),id", [1, 2, 3, 4]),
        ("-voyages.guests", [2, 1, 3, 4]),
        ("voyages", [3, 4, 1, 2]),
        (None, [1, 2, 3, 4]),
    ],
)
def test_sorting(harbour: Harbour, sort: str | None, ids: list[int]) -> None:
    assert harbour.names(sort=sort) == ids


def test_windows(harbour: Harbour) -> None:
    assert harbour.names(limit=2) == [1, 2]
    assert harbour.names(limit=2, page=2) == [3, 4]
    assert harbour.names(limit=2, offset=3) == [4]
    assert harbour.names(offset=3, limit=-1) == [4]
    assert harbour.names(limit=0) == []
    assert harbour.names(limits=(2, None, 10)) == [1, 2]
    assert harbour.names(limit=-1, limits=(2, 3, 10)) == [1, 2, 3]
    with pytest.raises(InvalidQuery):
        harbour.names(page=2**52, limit=2**52)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("FERRY", [1, 2]),
        ("élégante", [3]),
        ("31", [2]),
        ("2400", [2]),
        ("zeppelin", []),
        ("100%", []),
        ("5E900000-0000-4000-8000-000000000001", [1]),
    ],
)
def test_search(harbour: Harbour, text: str, ids: list[int]) -> None:
    assert harbour.names(search=text) == ids


def test_a_search_does_not_look_into_secrets(harbour: Harbour) -> None:
    assert harbour.ask("ports", search="argon2") == []


def test_aggregates(harbour: Harbour) -> None:
    assert harbour.ask("ships", aggregate={"count": "*"}) == [{"count": 4}]
    assert harbour.ask("ships", aggregate={"countAll": "*"}) == [{"countAll": 4}]
    assert harbour.ask(
        "ships",
        aggregate={
            "count": "notes",
            "countDistinct": "kind",
            "sum": "crew,tonnage",
            "avg": "crew",
            "min": "built",
            "max": ["seen", "active"],
        },
    ) == [
        {
            "count": {"notes": 3},
            "countDistinct": {"kind": 3},
            "sum": {"crew": 66, "tonnage": 3740.49},
            "avg": {"crew": 16.5},
            "min": {"built": "1998-03-14"},
            "max": {"seen": "2099-01-01T00:00:00.000Z", "active": True},
        }
    ]
    assert harbour.ask("voyages", aggregate={"sumDistinct": "fare", "avgDistinct": "fare"}, filter={"ship": 1}) == [
        {"sumDistinct": {"fare": 430.5}, "avgDistinct": {"fare": 215.25}}
    ]
    assert harbour.ask("ports", aggregate={"max": "secret"}) == [{"max": {"secret": "**********"}}]
    assert harbour.ask("ships", aggregate={"sum": "crew"}, filter={"id": 99}) == [{"sum": {"crew": None}}]


def test_groups(harbour: Harbour) -> None:
    assert harbour.ask("ships", aggregate={"count": "id"}, groupBy="kind", sort="-kind", limit=2) == [
        {"kind": "yacht", "count": {"id": 1}},
        {"kind": "trawler", "count": {"id": 1}},
    ]
    assert harbour.ask("ships", groupBy="active", sort="active") == [
        {"active": None},
        {"active": False},
        {"active": True},
    ]
    assert harbour.ask("voyages", aggregate={"sum": "guests"}, groupBy="year(leaves)", sort="leaves_year") == [
        {"leaves_year": 2023, "sum": {"guests": 210}},
        {"leaves_year": 2024, "sum": {"guests": 294}},
    ]


def test_groups_are_sorted_by_what_is_asked_of_them(harbour: Harbour) -> None:
    asked: dict[str, Any] = {"aggregate": {"count": "*", "sum": "guests,fare"}, "groupBy": "ship", "fields": "*"}
    rows = harbour.ask("voyages", **asked)
    values: dict[str, Callable[[Any], float]] = {
        "count": lambda row: row["count"],
        "sum.guests": lambda row: row["sum"]["guests"] or 0,
        "sum.fare": lambda row: row["sum"]["fare"] or 0,
    }
    for key, value in values.items():
        assert [value(row) for row in harbour.ask("voyages", sort=key, **asked)] == sorted(map(value, rows))
        assert [value(row) for row in harbour.ask("voyages", sort=f"-{key}", **asked)] == sorted(
            map(value, rows), reverse=True
        )
    assert harbour.ask("voyages", aggregate={"max": "year(leaves)"}, groupBy="ship", sort="-max.year(leaves),ship")
    assert harbour.ask("ships", aggregate={"countAll": "*"}, groupBy="kind", sort="-countAll,kind", limit=1)


def test_null_written_as_text_is_null(harbour: Harbour) -> None:
    for written in ("null", "NULL"):
        for field in ("name", "crew", "sister"):
            none = harbour.ask("ships", filter={field: {"_null": True}})
            assert harbour.ask("ships", filter={field: {"_eq": written}}) == none
            assert harbour.ask("ships", filter={field: {"_neq": written}}) == harbour.ask(
                "ships", filter={field: {"_nnull": True}}
            )
    assert harbour.ask("ships", filter={"name": {"_contains": "null"}}) == []


@pytest.mark.parametrize(
    "raw",
    [
        {"aggregate": {"sum": "crew,id"}, "groupBy": "kind", "sort": "sum"},
        {"aggregate": {"count": ""}},
        {"fields": "voyages.*", "deep": {"voyages": {"_aggregate": {"count": "*"}}}},
        {"fields": "voyages", "deep": {"voyages": {"_groupBy": ["guests"]}}},
        {"aggregate": {"median": "crew"}},
        {"aggregate": {"sum": "name"}},
        {"aggregate": {"count": "voyages"}},
        {"groupBy": "home.country"},
        {"groupBy": "voyages"},
        {"groupBy": "kind", "sort": "crew"},
        {"sort": "name.first"},
        {"fields": "name.first"},
        {"fields": "year(name)"},
        {"fields": "century(built)"},
        {"fields": "count(name)"},
        {"fields": "json(extras)"},
        {"fields": ".".join(["sister"] * 10 + ["name"])},
        {"filter": nested(10)},
    ],
)
def test_what_cannot_be_asked(harbour: Harbour, raw: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery):
        harbour.ask("ships", **raw)


def _seen(collection: str) -> frozenset[str] | None:
    return {"ships": frozenset({"id", "name", "voyages", "sister", "home"}), "voyages": frozenset({"id"})}.get(
        collection, frozenset()
    )


def test_ten_names_are_not_too_many(harbour: Harbour) -> None:
    assert harbour.ask("ships", filter=nested(9)) == []
    assert harbour.ask("ships", fields=".".join(["sister"] * 9 + ["name"]))


def test_what_may_not_be_read_is_not_answered(harbour: Harbour) -> None:
    assert set(harbour.ask("ships", visible=_seen)[0]) == {"id", "name", "voyages", "sister", "home"}
    assert set(harbour.ask("ships", visible=_seen, fields="*.*")[0]) == {"id", "name", "voyages", "sister"}
    assert harbour.ask("ships", visible=_seen, fields="id,home.name,people.duty", filter=ONE) == [{"id": 1}]


@pytest.mark.parametrize(
    "raw",
    [
        {"fields": "crew"},
        {"fields": "people"},
        {"fields": "voyages.guests"},
        {"fields": "nothing.at.all"},
        {"fields": "count(people)"},
        {"filter": {"crew": 1}},
        {"filter": {"home": {"code": "x"}}},
        {"filter": {"voyages": {"guests": 1}}},
        {"sort": "crew"},
        {"sort": "home.code"},
        {"aggregate": {"sum": "crew"}},
        {"groupBy": "kind"},
        {"fields": "voyages.id", "deep": {"voyages": {"_filter": {"guests": 1}}}},
    ],
)
def test_what_may_not_be_read_cannot_be_asked(harbour: Harbour, raw: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        harbour.ask("ships", visible=_seen, **raw)


def test_unknown_and_unreadable_collections_are_alike(harbour: Harbour) -> None:
    for collection in ("submarines", "ports"):
        with pytest.raises(Forbidden) as caught:
            harbour.ask(collection, visible=_seen)
        assert caught.value.message == (
            f'You don\'t have permission to access collection "{collection}" or it does not exist. Queried in root.'
        )

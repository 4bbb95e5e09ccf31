"""An answer of a chosen shape: what is read of it, what the database writes, and that an image of the row gives the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowcast.errors import Forbidden, InvalidQuery
from rowcast.feed import Image
from rowcast.live.encode import encoder
from rowcast.policy import Rights, narrow
from rowcast.query.form import lift, put_back
from rowcast.query.parse import Query, parse
from rowcast.query.reach import reaches
from rowcast.query.resolve import resolve
from rowcast.query.shape import Constant, Inside, Member, Plain, Related, RelatedToAny, Shape, paths_of
from rowcast.query.show import fields_of
from rowcast.query.sql import rows
from rowcast.query.tree import Select
from tests.query.harbour import Harbour

COLUMNS = ["id", "name", "kind", "built", "seen", "tonnage", "active", "home", "extras", "labels", "reg"]


def asked(shape: Shape, **raw: Any) -> Query:
    return replace(parse(raw), fields=(), shape=shape)


def answer(harbour: Harbour, select: Select) -> str:
    found: str = harbour.one(rows(select, harbour.schema))
    return found


CARGO = RelatedToAny("is", "item", (("crates", asked((Plain("l", "label"),))), ("barrels", asked(()))))
SHAPE: Shape = (
    Constant("type", 'a "ship"'),
    Plain("name", "id", as_text=True),
    Inside("times", (Plain("y", "year(built)"), Constant("t", "x"), Inside("deep", (Plain("n", "name"),)))),
    Related("port", "home", asked((Plain("c", "code"),), filter={"code": {"_neq": "KRK"}})),
    Related("last", "voyages", asked((Related("load", "cargo", asked((CARGO,))),), sort="-leaves", limit=1)),
)


def test_the_database_writes_the_very_shape(harbour: Harbour) -> None:
    select = resolve(harbour.schema, "ships", asked(SHAPE, sort="id"))
    found = json.loads(answer(harbour, select))
    assert [list(row) for row in found] == [["type", "name", "times", "port", "last"]] * 4
    assert found[0]["type"] == 'a "ship"'
    assert [row["name"] for row in found] == ["1", "2", "3", "4"]
    assert set(found[0]["times"]) == {"y", "t", "deep"}
    assert all(len(row["last"]) <= 1 for row in found)
    form, consts = lift(select)
    assert put_back(form, consts) == select
    assert "cargo" not in {way.collection for way in reaches(select)}
    assert {"ports", "voyages", "voyages_cargo", "crates", "barrels"} <= {way.collection for way in reaches(select)}
    assert fields_of(select) == ["name", "times.y", "times.deep.n", "port.c", "last.load.is:crates.l"]
    assert list(paths_of(SHAPE)) == ["id", "year(built)", "name", "home.code", "voyages.cargo.item:crates.label"]


@pytest.mark.parametrize(
    ("member", "error"),
    [
        (Plain("a", "nothing"), Forbidden),
        (Plain("a", "voyages"), InvalidQuery),
        (Plain("a", "year(name)"), InvalidQuery),
        (Related("a", "name", asked(())), InvalidQuery),
        (Related("a", "nothing", asked(())), Forbidden),
        (RelatedToAny("a", "nothing", ()), Forbidden),
    ],
)
def test_names_that_are_none(harbour: Harbour, member: Member, error: type[Exception]) -> None:
    with pytest.raises(error):
        resolve(harbour.schema, "ships", asked((member,)))
    with pytest.raises(error):
        resolve(harbour.schema, "ships", asked((Inside("x", (member,)),)))


def test_what_may_not_be_seen_is_in_no_shape(harbour: Harbour) -> None:
    visible = {"ships": frozenset({"id", "home"})}
    for member in (
        Plain("a", "name"),
        Inside("i", (Plain("a", "name"),)),
        Related("a", "home", asked((Plain("c", "code"),))),
    ):
        with pytest.raises(Forbidden):
            resolve(harbour.schema, "ships", asked((member,)), lambda name: visible.get(name, frozenset()))


LEAVES = st.builds(Plain, st.sampled_from("abcdefgh"), st.sampled_from(COLUMNS)) | st.builds(
    Plain, st.sampled_from("abcdefgh"), st.sampled_from(["id", "name", "home"]), st.just(True)
)
MEMBERS: st.SearchStrategy[Member] = st.recursive(
    LEAVES | st.builds(Constant, st.sampled_from("abcdefgh"), st.text(max_size=5)),
    lambda below: st.builds(
        Inside, st.sampled_from("abcdefgh"), st.lists(below, max_size=3, unique_by=lambda m: m.key).map(tuple)
    ),
    max_leaves=6,
)
SHAPES = st.lists(MEMBERS, max_size=5, unique_by=lambda member: member.key).map(tuple)
RULES = [
    {"collection": "ships", "action": "read", "permissions": {}, "fields": ["id", "kind", "home"]},
    {"collection": "ships", "action": "read", "permissions": {"id": {"_gt": 2}}, "fields": ["*"]},
]


@settings(deadline=None)
@given(SHAPES, st.booleans())
def test_an_image_gives_what_the_database_writes(harbour: Harbour, shape: Shape, masked: bool) -> None:
    select = resolve(harbour.schema, "ships", asked(shape, sort="id"))
    everything = json.loads(answer(harbour, resolve(harbour.schema, "ships", parse({"fields": COLUMNS, "sort": "id"}))))
    if masked:
        select = narrow(select, Rights(harbour.schema, RULES, key="r"))
    encode = encoder(select.nodes)
    assert encode is not None
    written = json.loads(answer(harbour, select))
    assert [json.loads(encode(Image(json.dumps(row)))) for row in everything] == written

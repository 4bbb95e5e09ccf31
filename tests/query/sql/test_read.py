"""The statements themselves: one for each question, masks, counts, keys, any name and any width."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import apsw

from rowcast.query.parse import parse
from rowcast.query.resolve import resolve
from rowcast.query.sql import bind, count, keys, rows
from rowcast.query.tree import All, Always, Const, Fixed, Inner, Leaf, Ref, Select, Variable
from rowcast.query.tree import Test as Comparison
from rowcast.schema import Collection, Column, Field, Schema
from tests.query.harbour import Harbour, no_variables


def _resolved(harbour: Harbour, collection: str, **raw: Any) -> Select:
    return resolve(harbour.schema, collection, parse(raw))


def test_everything_nested_is_one_statement_with_one_value(harbour: Harbour) -> None:
    select = _resolved(harbour, "ports", fields="*.*.*,fleet.people.sailors_id.ships.*,departures.cargo.item.*")
    statement = rows(select, harbour.schema)
    found = list(harbour.database.execute(statement.text, bind(statement, no_variables)))
    assert len(found) == 1
    assert len(json.loads(found[0][0])) == 4


def test_masked_members_are_null_where_the_mask_does_not_hold(harbour: Harbour) -> None:
    select = _resolved(harbour, "ships", fields="id,name,home.name,voyages,sister", sort="id")
    ships = harbour.schema.collections["ships"].fields
    mask = Comparison(Ref(ships["kind"]), "eq", Variable("$kind"))
    nodes = tuple(
        replace(n, ref=replace(n.ref, mask=mask))
        if isinstance(n, Leaf) and n.key == "name"
        else replace(n, mask=mask)
        if not isinstance(n, Leaf | Fixed | Inner)
        else n
        for n in select.nodes
    )
    found = json.loads(harbour.one(rows(replace(select, nodes=nodes), harbour.schema), {"$kind": "yacht"}.__getitem__))
    assert found[0] == {"id": 1, "name": None, "home": None, "voyages": None, "sister": None}
    assert found[2] == {"id": 3, "name": "Célestine", "home": {"name": "Kråkö"}, "voyages": [], "sister": None}


def test_masked_columns_neither_match_nor_sort(harbour: Harbour) -> None:
    ships = harbour.schema.collections["ships"].fields
    hidden = Ref(ships["crew"], mask=Comparison(Ref(ships["id"]), "gt", Const(1)))
    select = _resolved(harbour, "ships", fields="id")
    assert harbour.one(count(replace(select, where=Comparison(hidden, "gt", Const(0))), harbour.schema)) == 3
    order = replace(select.order[0], ref=hidden, descending=True)
    found = json.loads(harbour.one(rows(replace(select, order=(order, *select.order)), harbour.schema)))
    assert [row["id"] for row in found] == [2, 4, 3, 1]


def test_only_permitted_rows_are_counted(harbour: Harbour) -> None:
    select = _resolved(harbour, "ships", fields="count(voyages)", filter={"id": 1})
    (leaf,) = select.nodes
    assert isinstance(leaf, Leaf)
    guests = Ref(harbour.schema.collections["voyages"].fields["guests"])
    counted = replace(leaf, ref=replace(leaf.ref, counted=Comparison(guests, "gt", Const(70))))
    assert json.loads(harbour.one(rows(replace(select, nodes=(counted,)), harbour.schema))) == [{"voyages_count": 2}]


def test_rows_on_the_way_of_a_sort_may_be_hidden(harbour: Harbour) -> None:
    select = _resolved(harbour, "ships", fields="id", sort="-home.depth")
    country = Ref(harbour.schema.collections["ports"].fields["code"])
    order = replace(select.order[0], on=(Comparison(country, "neq", Const("HVN")),))
    found = json.loads(harbour.one(rows(replace(select, order=(order, *select.order[1:])), harbour.schema)))
    assert [row["id"] for row in found] == [3, 1, 2, 4]


def test_counts_ignore_the_window_and_keys_keep_it(harbour: Harbour) -> None:
    select = _resolved(harbour, "ships", filter={"crew": {"_gt": 5}}, sort="-crew", limit=2)
    assert harbour.one(count(select, harbour.schema)) == 3
    statement = keys(select, harbour.schema)
    assert list(harbour.database.execute(statement.text, bind(statement, no_variables))) == [(2,), (1,)]


def test_secrets_are_shown_to_the_program_alone(harbour: Harbour) -> None:
    select = _resolved(harbour, "ports", fields="secret", filter={"code": "HVN"})
    assert json.loads(harbour.one(rows(select, harbour.schema))) == [{"secret": "**********"}]
    assert json.loads(harbour.one(rows(select, harbour.schema, reveal=True))) == [{"secret": "$argon2$a"}]


def test_names_and_widths_of_any_kind() -> None:
    names = ["id", 'a"b', "c'd", "e:f", "g%h", "i?j", "select", "Ünï", *(f"f{n}" for n in range(700))]
    fields = {name: Field('od"d', name, "string", (), Column(name, 'od"d', "varchar")) for name in names}
    schema = Schema(1, {'od"d': Collection('od"d', "id", fields)})
    database = apsw.Connection(":memory:")
    columns = ", ".join('"' + name.replace('"', '""') + '" varchar(255)' for name in names)
    database.execute(f'CREATE TABLE "od""d" ({columns})')
    database.execute('INSERT INTO "od""d" ("id", "c\'d") VALUES (?, ?)', ("1", "x"))
    select = resolve(schema, 'od"d', parse({"filter": {"c'd": {"_eq": "x"}, "e:f": {"_null": True}}, "sort": 'a"b'}))
    statement = rows(select, schema)
    (row,) = json.loads(next(iter(database.execute(statement.text, bind(statement, no_variables))))[0])
    assert list(row) == names
    assert (row["id"], row["c'd"]) == ("1", "x")


def test_empty_junctions_hold(harbour: Harbour) -> None:
    select = replace(_resolved(harbour, "ships"), where=All((All(()), Always(True))))
    assert harbour.one(count(select, harbour.schema)) == 4

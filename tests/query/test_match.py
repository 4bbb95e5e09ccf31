"""The predicate answers as SQLite does, or declines: random conditions about random rows, decided by both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowcast.query.match import fold, predicate
from rowcast.query.sql import bind
from rowcast.query.sql.wire import wire
from rowcast.query.sql.writer import Writer
from rowcast.query.tree import All, Always, Condition, Const, Not, Ref, Search, Some, Through, Variable
from rowcast.query.tree import Test as Comparison
from tests.query.harbour import schema

SCHEMA = schema()
SHIPS = SCHEMA.collections["ships"].fields
COLUMNS = (
    "name",
    "notes",
    "reg",
    "crew",
    "tonnage",
    "speed",
    "active",
    "built",
    "launched",
    "seen",
    "departs",
    "labels",
    "extras",
)
VARIABLES = {
    "$CURRENT_USER": "å",
    "$CURRENT_USER.title": "ab",
    "$CURRENT_ROLES": ["a", "B", "1"],
    "$NOW": "2020-02-02T02:02:02.000Z",
}

WORDS = st.sampled_from(
    [
        "",
        "a",
        "A",
        "ab",
        "aB",
        "å",
        "Å",
        "ÅB",
        "50%",
        "%",
        "_",
        "1",
        "10",
        "9",
        " ",
        "'",
        '"',
        "長",
        "e\u0301",
        "é",
        "ß",
        "\U0001f600",
    ]
)
TEXTS = st.one_of(WORDS, st.lists(WORDS, max_size=3).map("".join))
INTEGERS = st.one_of(st.integers(-3, 12), st.integers(-(2**63), 2**63 - 1))
FLOATS = st.one_of(
    st.sampled_from([0.0, -0.0, 0.1, 0.2, 0.30000000000000004, 0.3, 1.5, 10.0, 12.34, 1e17, 1e300]),
    st.integers(-3, 12).map(float),
)
STAMPS = st.sampled_from(
    [
        "2020-02-02T02:02:02.000Z",
        "2020-02-02T02:02:02.001Z",
        "1999-12-31T23:59:59.999Z",
        "2020-02-02 02:02:02",
        "2020-02-02",
    ]
)
MOMENTS = st.sampled_from(["2020-02-02T02:02:02", "2020-02-02 02:02:03", "1999-12-31T23:59:59"])
DATES = st.sampled_from(["2020-02-02", "1999-12-31", "2020-02-03"])
TIMES = st.sampled_from(["02:02:02", "23:59:59", "00:00:00"])

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXTS,
    "notes": TEXTS,
    "reg": TEXTS,
    "crew": INTEGERS,
    "tonnage": st.one_of(FLOATS, INTEGERS),
    "speed": FLOATS,
    "active": st.booleans(),
    "built": DATES,
    "launched": MOMENTS,
    "seen": STAMPS,
    "departs": TIMES,
    "labels": st.sampled_from(["", "a", "a,b"]),
    "extras": st.sampled_from(["{}", '{"a":1}', "null", "[1]"]),
}
CANONICAL = {"seen": STAMPS.filter(lambda v: len(v) == 24), "launched": MOMENTS.filter(lambda v: "T" in v)}
ROWS = st.fixed_dictionaries({name: st.one_of(st.none(), VALUES[name]) for name in COLUMNS})
TEXT_OPERATORS = [f"{fold}{word}" for fold in ("", "i") for word in ("contains", "starts_with", "ends_with")]


def _constants(name: str) -> st.SearchStrategy[Any]:
    return CANONICAL.get(name, VALUES[name])


def _operands(name: str, operator: str) -> st.SearchStrategy[Any]:
    if operator in ("null", "nnull", "empty", "nempty"):
        return st.just(Const(None))
    kind = SHIPS[name].type
    if operator == "in":
        lists = st.lists(_constants(name), min_size=1, max_size=20).map(lambda items: Const(tuple(items)))
        return st.one_of(lists, st.just(Variable("$CURRENT_ROLES", kind, many=True)))
    one = _constants(name).filter(lambda value: value != "") if operator.endswith("ends_with") else _constants(name)
    variables = st.sampled_from(
        [Variable("$CURRENT_USER", kind), Variable("$CURRENT_USER.title", kind), Variable("$NOW", kind)]
    )
    return st.one_of(one.map(Const), variables)


def _tests() -> st.SearchStrategy[Condition]:
    def of(name: str) -> st.SearchStrategy[Condition]:
        operators = ["eq", "neq", "lt", "lte", "gt", "gte", "in", "null", "nnull", "empty", "nempty"]
        if SHIPS[name].type in ("string", "text", "uuid"):
            operators += TEXT_OPERATORS
        masks = st.one_of(
            st.none(), st.none(), st.sampled_from([Comparison(Ref(SHIPS["crew"]), "gt", Const(3)), Always(False)])
        )
        return st.sampled_from(operators).flatmap(
            lambda operator: st.builds(
                lambda mask, right: Comparison(Ref(SHIPS[name], mask=mask), operator, right),
                masks,
                _operands(name, operator),
            )
        )

    return st.sampled_from(COLUMNS).flatmap(of)


def _searches() -> st.SearchStrategy[Condition]:
    refs = tuple(Ref(SHIPS[name]) for name in ("name", "notes"))
    numbers = (*refs, Ref(SHIPS["crew"]), Ref(SHIPS["speed"]))
    return st.one_of(
        st.builds(Search, TEXTS, st.just(refs)),
        st.builds(Search, st.sampled_from(["1", "10", "1.5", "9"]), st.just(numbers)),
    )


CONDITIONS = st.recursive(
    st.one_of(_tests(), _tests(), _tests(), _searches(), st.booleans().map(Always)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple).map(All),
        st.lists(inner, max_size=3).map(tuple).map(Some),
        inner.map(Not),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def ships() -> Iterator[apsw.Connection]:
    kinds = {
        "string": "varchar(255)",
        "uuid": "char(36)",
        "decimal": "decimal(10,2)",
        "timestamp": "datetime",
        "csv": "text",
    }
    columns = ", ".join(f'"{name}" {kinds.get(SHIPS[name].type, SHIPS[name].type)}' for name in COLUMNS)
    connection = apsw.Connection(":memory:")
    connection.execute(f"CREATE TABLE ships (id integer PRIMARY KEY, {columns})")
    yield connection
    connection.close()


def _by_sql(ships: apsw.Connection, condition: Condition) -> tuple[dict[str, Any], bool | None]:
    """The row's wire form and the database's answer."""
    import sqlalchemy as sa

    writer = Writer(SCHEMA)
    table = writer.table("ships")
    statement = writer.finish(sa.select(writer.holds(table, condition).label("answer")).select_from(table.clause))
    answer = next(iter(ships.execute(statement.text, bind(statement, VARIABLES.__getitem__))))[0]
    members = ",".join(f"'{name}',{wire(SHIPS[name], name)}" for name in COLUMNS)
    image = json.loads(next(iter(ships.execute(f"SELECT json_object({members}) FROM ships")))[0])
    return image, None if answer is None else bool(answer)


@settings(
    max_examples=1200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(CONDITIONS, ROWS)
def test_the_predicate_answers_as_the_database(
    ships: apsw.Connection, condition: Condition, row: dict[str, Any]
) -> None:
    decide = predicate(condition)
    if decide is None:
        return
    ships.execute("DELETE FROM ships")
    names = ", ".join(row)
    ships.execute(f"INSERT INTO ships ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    image, answer = _by_sql(ships, condition)
    assert decide(image, VARIABLES.__getitem__) is answer


@pytest.mark.parametrize(
    "name", ["name", "notes", "reg", "crew", "tonnage", "speed", "active", "built", "launched", "seen", "departs"]
)
def test_plain_columns_are_decided_in_memory(name: str) -> None:
    assert predicate(Comparison(Ref(SHIPS[name]), "eq", Const(None))) is not None


@pytest.mark.parametrize(
    "condition",
    [
        Comparison(Ref(SHIPS["extras"]), "eq", Const("{}")),
        Comparison(Ref(SHIPS["labels"]), "contains", Const("a")),
        Comparison(Ref(SHIPS["built"], "year"), "eq", Const(1998)),
        Comparison(Ref(SHIPS["name"]), "contains", Const("a\0b")),
        Through(SCHEMA.links["ships", "home"], "ports", Always(True)),
        All((Always(True), Through(SCHEMA.links["ships", "home"], "ports", Always(True)))),
    ],
)
def test_what_a_row_cannot_decide_is_declined(condition: Condition) -> None:
    assert predicate(condition) is None


def test_a_mask_makes_the_value_unknown() -> None:
    hidden = Comparison(Ref(SHIPS["name"], mask=Comparison(Ref(SHIPS["crew"]), "gt", Const(5))), "eq", Const("x"))
    decide = predicate(hidden)
    assert decide is not None
    assert decide({"name": "x", "crew": 6}, VARIABLES.__getitem__) is True
    assert decide({"name": "x", "crew": 5}, VARIABLES.__getitem__) is None


def test_folding_is_of_ascii_letters_only() -> None:
    assert fold("ÅBCé") == "Åbcé"

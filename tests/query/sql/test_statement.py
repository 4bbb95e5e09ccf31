"""Filling the places of a statement."""

from __future__ import annotations

from rowcast.query.sql import Statement, bind
from rowcast.query.tree import Const, Slot, Variable

VARIABLES = {"$NOW": "2026-11-01T12:00:00.000Z", "$LIST": ["1", None, "x"], "$ONE": ["a"], "$NONE": None}.__getitem__


def test_constants_are_ready() -> None:
    statement = Statement("?", (Const(1), Const(("a", 2))))
    assert bind(statement, VARIABLES) is statement.ready
    assert statement.ready == (1, '["a", 2]')


def test_variables_are_cast_to_what_they_are_compared_with() -> None:
    binds = (
        Variable("$NOW", "date"),
        Variable("$LIST", "integer", many=True),
        Variable("$ONE"),
        Variable("$LIST"),
        Variable("$NONE"),
    )
    assert bind(Statement("", binds), VARIABLES) == ("2026-11-01", "[1, null]", "a", None, None)


def test_slots_take_the_constants_that_were_lifted() -> None:
    assert bind(Statement("", (Slot(1), Const(5), Slot(0, many=True))), VARIABLES, (("å", 1), "b")) == (
        "b",
        5,
        '["å", 1]',
    )

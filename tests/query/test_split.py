from __future__ import annotations

from rowcast.query.split import Equality, Nullness, Range, anchor
from rowcast.query.tree import All, Const, Not, Ref, Some, Variable
from rowcast.query.tree import Test as Where
from rowcast.schema import Column, Field


def field(name: str, kind: str) -> Ref:
    return Ref(Field("notes", name, kind, column=Column(name, "notes", kind)))


NAME, SIZE, RATE, MADE = (
    field(name, kind)
    for name, kind in (("name", "string"), ("size", "integer"), ("rate", "float"), ("made", "timestamp"))
)
BY_NAME, BY_SIZE = Where(NAME, "eq", Const("a")), Where(SIZE, "in", Const((1, 2, None)))
USER = Variable("$CURRENT_USER", "string")


def test_equality() -> None:
    assert anchor(BY_NAME, "id") == Equality("name", ("a",))
    assert anchor(BY_SIZE, "id") == Equality("size", (1, 2))
    assert anchor(All((BY_SIZE, All((BY_NAME,)))), "id") == Equality("name", ("a",))
    assert anchor(All((BY_SIZE, BY_NAME)), "size") == Equality("size", (1, 2))


def test_what_no_row_can_be_found_by() -> None:
    for unfit in (
        Some((BY_NAME, BY_SIZE)),
        Not(BY_NAME),
        Where(NAME, "neq", Const("a")),
        Where(NAME, "eq", Const(None)),
        Where(NAME, "gt", Const("a")),
        Where(RATE, "eq", Const(1.5)),
        Where(Ref(NAME.field, "year"), "eq", Const("a")),
        Where(NAME, "eq", USER),
        Where(Ref(NAME.field, mask=BY_SIZE), "null", Const(None)),
    ):
        assert anchor(unfit, "id") is None


def test_ranges() -> None:
    above, below = Where(SIZE, "gt", Const(3)), Where(SIZE, "lte", Const(9))
    assert anchor(above, "id") == Range("size", 3, None)
    assert anchor(All((above, below, Where(SIZE, "gte", Const(5)))), "id") == Range("size", 5, 9)
    since = Where(MADE, "gte", Const("2026-01-01T00:00:00.000Z"))
    assert anchor(All((since, above, below)), "id") == Range("size", 3, 9)
    assert anchor(All((since, BY_NAME)), "id") == Equality("name", ("a",))
    assert anchor(All((Where(SIZE, "gt", Const("x")), below)), "id") is None


def test_nullness() -> None:
    empty = Where(NAME, "null", Const(None))
    assert anchor(empty, "id") == Nullness("name")
    assert anchor(All((empty, Where(RATE, "lt", Const(2)))), "id") == Range("rate", None, 2)

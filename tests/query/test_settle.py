from __future__ import annotations

from typing import Any

from rowcast.query.settle import is_settled, settle
from rowcast.query.tree import All, Const, Not, Ref, Variable
from rowcast.query.tree import Test as Where
from rowcast.schema import Field

NAME, SIZE = (Field("notes", n, kind) for n, kind in (("name", "string"), ("size", "integer")))
USER = Variable("$CURRENT_USER", "string")


def values(**known: Any) -> Any:
    return lambda name: known.get(name.removeprefix("$"))


def test_variables_become_constants_of_the_fields_type() -> None:
    tree = All((Where(Ref(SIZE), "eq", Variable("$CURRENT_USER.size", "integer")), Where(Ref(NAME), "eq", USER)))
    settled = settle(tree, lambda name: "5" if name.endswith("size") else "ann")
    assert settled == All((Where(Ref(SIZE), "eq", Const(5)), Where(Ref(NAME), "eq", Const("ann"))))
    assert is_settled(settled)
    assert not is_settled(Where(Ref(NAME), "eq", Variable("$NOW", "timestamp")))


def test_a_variable_without_value_stays_so_that_it_matches_nothing() -> None:
    tree = Not(Where(Ref(NAME), "eq", USER))
    assert settle(tree, values()) is tree


def test_now_stays() -> None:
    tree = Where(Ref(NAME), "lt", Variable("$NOW(-1 day)", "timestamp"))
    assert settle(tree, values()) is tree


def test_lists() -> None:
    roles = Variable("$CURRENT_ROLES", "string", many=True)
    assert settle(Where(Ref(NAME), "in", roles), values(CURRENT_ROLES=["a", "b"])) == Where(
        Ref(NAME), "in", Const(("a", "b"))
    )
    mixed = Where(Ref(NAME), "in", (Const("x"), USER))
    assert settle(mixed, values(CURRENT_USER="ann")) == Where(Ref(NAME), "in", (Const("x"), Const("ann")))

"""Expressions of every kind: what they say holds of the rows that Python's own operators would choose, and the opposite of the
others."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcast.client import Condition, F
from rowcast.client.frames import encode

Row = Mapping[str, Any]
Truth = bool | None
"""None: nobody knows, as of what is compared with null."""


class Said:
    """A condition, and whether it holds, told without it."""

    def __init__(self, condition: Condition, holds: Callable[[Row], Truth]) -> None:
        self.condition, self.holds = condition, holds

    def __repr__(self) -> str:
        return repr(self.condition)


def both(one: Truth, two: Truth) -> Truth:
    """And."""
    return False if one is False or two is False else None if one is None or two is None else True


def other(one: Truth) -> Truth:
    """Not."""
    return None if one is None else not one


NUMBER, TEXT = st.integers(0, 3), st.text("aB%_", max_size=2)
ROW = st.fixed_dictionaries({"n": st.none() | NUMBER, "t": st.none() | TEXT})
COMPARE = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


def known(name: str, test: Callable[[Any], bool]) -> Callable[[Row], Truth]:
    """Of what is not null."""
    return lambda row: None if row[name] is None else test(row[name])


def compared(how: Callable[[Any, Any], Any], value: Any, name: str) -> Said:
    """By one of Python's operators."""
    return Said(how(F[name], value), known(name, lambda found: how(found, value)))


def of_texts(text: str, ignore_case: bool) -> list[Said]:
    """The verbs of texts."""
    fold: Callable[[str], str] = str.lower if ignore_case else str
    tests: dict[str, Callable[[str, str], bool]] = {
        "contains": lambda found, part: part in found,
        "startswith": str.startswith,
        "endswith": str.endswith,
    }

    def said(verb: str, test: Callable[[str, str], bool]) -> Said:
        return Said(
            getattr(F.t, verb)(text, ignore_case=ignore_case), known("t", lambda found: test(fold(found), fold(text)))
        )

    return [said(verb, test) for verb, test in tests.items()]


SIMPLE: st.SearchStrategy[Said] = st.one_of(
    st.builds(compared, st.sampled_from(COMPARE), NUMBER, st.just("n")),
    st.builds(compared, st.sampled_from(COMPARE), TEXT, st.just("t")),
    st.lists(NUMBER, min_size=1).map(lambda many: Said(F.n.isin(many), known("n", lambda found: found in many))),
    st.tuples(NUMBER, NUMBER).map(
        lambda two: Said(F.n.between(*two), known("n", lambda found: two[0] <= found <= two[1]))
    ),
    st.tuples(TEXT, st.booleans()).flatmap(lambda given: st.sampled_from(of_texts(*given))),
    st.sampled_from(
        [
            Said(F.n.is_null(), lambda row: row["n"] is None),
            Said(F.n == None, lambda row: row["n"] is None),  # noqa: E711 - as a user says it
            Said(F.n != None, lambda row: row["n"] is not None),  # noqa: E711
            Said(F.t.is_empty(), lambda row: not row["t"]),
        ]
    ),
)


def combined(inner: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
    """By the three signs, also with plain JSON on either side."""
    pair, plain = st.tuples(inner, inner), st.sampled_from(["no", "left", "right"])
    return st.one_of(
        st.builds(_anded, pair, plain),
        st.builds(_ored, pair, plain),
        inner.map(lambda one: Said(~one.condition, lambda row: other(one.holds(row)))),
    )


def _sides(pair: tuple[Said, Said], plain: str) -> tuple[Any, Any]:
    one, two = pair
    return one.condition.json if plain == "left" else one.condition, (
        two.condition.json if plain == "right" else two.condition
    )


def _anded(pair: tuple[Said, Said], plain: str) -> Said:
    left, right = _sides(pair, plain)
    return Said(left & right, lambda row: both(pair[0].holds(row), pair[1].holds(row)))


def _ored(pair: tuple[Said, Said], plain: str) -> Said:
    left, right = _sides(pair, plain)
    return Said(left | right, lambda row: other(both(other(pair[0].holds(row)), other(pair[1].holds(row)))))


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "_eq": operator.eq,
    "_neq": operator.ne,
    "_lt": operator.lt,
    "_lte": operator.le,
    "_gt": operator.gt,
    "_gte": operator.ge,
    "_in": lambda found, many: found in many,
    "_nin": lambda found, many: found not in many,
    "_between": lambda found, two: two[0] <= found <= two[1],
    "_nbetween": lambda found, two: not two[0] <= found <= two[1],
    "_contains": lambda found, text: text in found,
    "_ncontains": lambda found, text: text not in found,
    "_icontains": lambda found, text: text.lower() in found.lower(),
    "_nicontains": lambda found, text: text.lower() not in found.lower(),
    "_starts_with": str.startswith,
    "_nstarts_with": lambda found, text: not found.startswith(text),
    "_istarts_with": lambda found, text: found.lower().startswith(text.lower()),
    "_nistarts_with": lambda found, text: not found.lower().startswith(text.lower()),
    "_ends_with": str.endswith,
    "_nends_with": lambda found, text: not found.endswith(text),
    "_iends_with": lambda found, text: found.lower().endswith(text.lower()),
    "_niends_with": lambda found, text: not found.lower().endswith(text.lower()),
}


def meant(json: Mapping[str, Any], row: Row) -> Truth:
    """What a server makes of it."""
    truth: Truth = True
    for name, value in json.items():
        if name == "_and":
            found: Truth = True
            for each in value:
                found = both(found, meant(each, row))
        elif name == "_or":
            found = False
            for each in value:
                found = other(both(other(found), other(meant(each, row))))
        else:
            ((sign, operand),) = value.items()
            found = _compared(row[name], sign, operand)
        truth = both(truth, found)
    return truth


def _compared(found: Any, sign: str, operand: Any) -> Truth:
    if sign in ("_null", "_nnull"):
        return (found is None) is (sign == "_null")
    if sign in ("_empty", "_nempty"):
        return (not found) is (sign == "_empty")
    return None if found is None else OPERATORS[sign](found, operand)


@given(st.recursive(SIMPLE, combined, max_leaves=8), ROW)
def test_what_is_said_is_meant(said: Said, row: Row) -> None:
    assert meant(said.condition.json, row) is said.holds(row)
    assert meant((~said.condition).json, row) is other(said.holds(row))
    assert msgspec.json.decode(encode(said.condition)) == said.condition.json, "it is JSON already"


@pytest.mark.parametrize("empty", [{}, {"_and": []}, {"_or": []}, {"_and": [{}]}], ids=repr)
def test_of_nothing_there_is_no_opposite(empty: dict[str, Any]) -> None:
    """``_or`` of nothing is no condition to servers, thus all rows."""
    with pytest.raises(TypeError, match="no opposite"):
        _ = ~Condition(empty)


def test_parentheses_that_are_missing() -> None:
    slips: list[Callable[[], Any]] = [
        lambda: F.a == 1 & F.b == 2,  # type: ignore[operator]
        lambda: F.a == "x" | F.b == "y",  # type: ignore[operator]
        lambda: F.a & (F.b == 2),  # type: ignore[operator]
        lambda: (F.b == 2) & F.a,  # type: ignore[operator]
    ]
    for slip in slips:
        with pytest.raises(TypeError, match="parentheses"):
            slip()
    with pytest.raises(TypeError, match="no condition"):
        _ = not F.a
    with pytest.raises(TypeError, match="named by a text"):
        _ = F.a[0]  # type: ignore[index]

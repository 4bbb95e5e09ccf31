"""Random filters as clients and rules write them. Must not know who asks."""

from __future__ import annotations

from random import Random
from typing import Any

from rowcast.query.operators import LISTS, NULLNESS, RANGES, TEXT, allowed
from tests.oracle.model import USERS, Model, Tie
from tests.oracle.values import WORDS, some_value

Filter = dict[str, Any]
_UNLIKELY = 0.15


def random_filter(rng: Random, model: Model, table: str, depth: int = 2, variables: bool = True) -> Filter:
    """A filter on the rows of the table; ``depth`` bounds logic and relations, ``variables`` allows those of the asker."""
    roll = rng.random()
    if depth and roll < 0.2:
        parts = [random_filter(rng, model, table, depth - 1, variables) for _ in range(rng.randint(1, 3))]
        return {rng.choice(["_and", "_or"]): parts}
    ties = [*model.ones(table), *model.manys(table)]
    if depth and model.table(table).anys and roll < 0.35:
        other = rng.choice(model.table(table).anys)
        return {f"item:{other}": random_filter(rng, model, other, depth - 1, variables)}
    if depth and ties and roll < 0.5:
        return _related(rng, model, table, rng.choice(ties), depth - 1, variables)
    if variables and roll < 0.62:
        return _of_asker(rng, model, table)
    return _own(rng, model, table)


def _own(rng: Random, model: Model, table: str) -> Filter:
    columns = model.table(table).columns
    name = rng.choice(["id", *columns, *(tie.field for tie in model.ones(table))])
    kind = model.type_of(table, name)
    if kind in ("date", "dateTime", "timestamp") and rng.random() < _UNLIKELY:
        return {f"year({name})": {"_eq": rng.choice([1999, 2001, 2098])}}
    tests = {}
    for _ in range(1 if rng.random() < 0.85 else 2):
        operator = rng.choice(sorted(allowed(kind) - {"json"}))
        tests[f"_{operator}"] = _operand(rng, kind, operator)
    return {name: tests}


def _operand(rng: Random, kind: str, operator: str) -> Any:
    if operator in NULLNESS:
        return rng.random() < 0.8
    if operator in LISTS:
        return [_operand(rng, kind, "eq") for _ in range(rng.randint(1, 3))]
    if operator in RANGES:
        return sorted((_operand(rng, kind, "eq") for _ in range(2)), key=str)
    if operator in TEXT or kind in ("json", "csv"):
        return rng.choice([word for word in WORDS if word])
    if kind == "timestamp" and rng.random() < _UNLIKELY:
        return rng.choice(["$NOW", "$NOW(-10 years)"])
    return some_value(rng, kind) or (1 if kind in ("integer", "bigInteger", "float", "decimal") else "a")


def _of_asker(rng: Random, model: Model, table: str) -> Filter:
    columns = model.table(table).columns
    choices: list[Filter] = (
        [{"owner": {rng.choice(["_eq", "_eq", "_neq"]): "$CURRENT_USER"}}] if "owner" in columns else []
    )
    words = [name for name, kind in columns.items() if kind == "string"]
    if words:
        name = rng.choice(words)
        choices += [{name: {"_eq": "$CURRENT_USER.title"}}, {name: {"_in": ["$CURRENT_USER.title", "a"]}}]
        choices += [{name: {"_eq": "$CURRENT_USER.role.name"}}, {name: {"_nin": "$CURRENT_ROLES"}}]
        choices += [
            {name: {rng.choice(["_in", "_nin"]): rng.choice(["$CURRENT_ROLES.name", "$CURRENT_POLICIES.name"])}}
        ]
        choices += [{name: {rng.choice(["_eq", "_neq"]): path}} for path in rng.sample(_paths(model), 2)]
    choices += _of_team(model, table)
    return rng.choice(choices)


def _paths(model: Model) -> list[str]:
    """Where texts of the team, or near it, are found."""
    roots = ["$CURRENT_USER.team", "$CURRENT_USER.team", "$CURRENT_ROLE.team", "$CURRENT_ROLES.team"]
    near = [f"$CURRENT_USER.team.{tie.field}" for tie in model.ones(model.team)]
    near += [f"$CURRENT_USER.team.{tie.alias}" for tie in model.manys(model.team) if tie.many not in ("j", USERS)]
    return [f"{path}.f0" for path in (*roots, *near)] + ["$CURRENT_USER.language"]


def _of_team(model: Model, table: str) -> list[Filter]:
    """The team itself, and what hangs on it."""
    lists = [tie.alias for tie in model.manys(model.team) if tie.many == table]
    own = [{"id": {"_eq": "$CURRENT_USER.team"}}] if table == model.team else []
    return own + [{"id": {"_in": f"$CURRENT_USER.team.{alias}"}} for alias in lists]


def _related(rng: Random, model: Model, table: str, tie: Tie, depth: int, variables: bool) -> Filter:
    if tie.many == table and (tie.one != table or rng.random() < 0.5):
        below = random_filter(rng, model, tie.one, depth, variables)
        return {tie.field: below if rng.random() < 0.85 else {rng.choice(["_some", "_none"]): below}}
    if tie.alias is None:
        return _own(rng, model, table)
    if rng.random() < _UNLIKELY:
        return {f"count({tie.alias})": {rng.choice(["_gt", "_eq", "_lt"]): rng.randint(0, 2)}}
    if rng.random() < _UNLIKELY:
        return {tie.alias: {rng.choice(["_null", "_nnull"]): True}}
    below = random_filter(rng, model, tie.many, depth, variables)
    return {tie.alias: rng.choice([below, {"_some": below}, {"_none": below}])}

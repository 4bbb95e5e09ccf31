"""Random questions of subscribers: which fields, which rows, in which order and how many. Must not know who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.oracle.filters import random_filter
from tests.oracle.model import USERS, Model, Tie

KINDS = ("create", "update", "delete")
DAYS, CLOCKS = ("date", "dateTime", "timestamp"), ("time", "dateTime", "timestamp")


@dataclass(frozen=True, slots=True)
class Question:
    """What a subscription asks. ``only``: one kind of event; ``item``: the how-manyeth row it is about, None for all rows."""

    collection: str
    query: dict[str, Any] = field(default_factory=dict)
    only: str | None = None
    item: int | None = None
    exact: bool = False
    placed: bool = False


def random_question(rng: Random, model: Model) -> Question:
    """Any question about any collection, half of them for an exact set."""
    table = rng.choice(sorted(model.tables)) if rng.random() < 0.95 else USERS
    exact, placed = rng.random() < 0.5, rng.random() < 0.6
    query: dict[str, Any] = {}
    if rng.random() < 0.9:
        query["fields"] = _fields(rng, model, table)
        query |= _beneath(rng, model, table, query["fields"])
    if rng.random() < 0.7:
        query["filter"] = random_filter(rng, model, table)
    if rng.random() < 0.07:
        query["meta"] = rng.choice([["total_count"], ["filter_count"], ["total_count", "filter_count"]])
    if rng.random() < 0.05:
        query["search"] = rng.choice(["a", "7", "é"])
    if exact and rng.random() < 0.12:
        return Question(table, _numbers(rng, model, table, query), exact=True, placed=placed)
    if rng.random() < (0.4 if exact else 0.25):
        query |= _window(rng, model, table)
    if rng.random() < 0.08:
        plain = query | {"sort": None, "limit": None, "offset": None, "page": None, "meta": None}
        return Question(table, plain, None, rng.randrange(20), exact, placed)
    return Question(table, query, rng.choice(KINDS) if rng.random() < 0.1 and not exact else None, None, exact, placed)


def _numbers(rng: Random, model: Model, table: str, query: dict[str, Any]) -> dict[str, Any]:
    """A question about numbers."""
    numbers = [name for name, kind in model.table(table).columns.items() if kind == "integer"]
    function = rng.choice(["sum", "max", "countDistinct"])
    aggregate = {function: [rng.choice(numbers)]} if numbers and rng.random() < 0.6 else {"count": "*"}
    columns = model.table(table).columns
    keys = [*columns, *(tie.field for tie in model.ones(table)), *_calls(rng, columns)]
    grouped = (
        {"groupBy": rng.sample(keys, 1 if rng.random() < 0.8 else min(2, len(keys)))} if rng.random() < 0.6 else {}
    )
    return {name: part for name, part in query.items() if name == "filter"} | {"aggregate": aggregate} | grouped


def _fields(rng: Random, model: Model, table: str) -> list[str]:
    if rng.random() < 0.15:
        return ["*"]
    columns = ["id", *model.table(table).columns]
    chosen = ["*"] if rng.random() < 0.4 else rng.sample(columns, rng.randint(1, min(4, len(columns))))
    ties = [*model.ones(table), *model.manys(table)]
    if rng.random() < 0.15:
        chosen += _calls(rng, model.table(table).columns)
    while ties and rng.random() < 0.35:
        chosen.append(_nested(rng, model, table, rng.choice(ties)))
    chosen += _any(rng, model, table)
    return list(dict.fromkeys(chosen))


def _calls(rng: Random, columns: Mapping[str, str]) -> list[str]:
    """A function of a column that has any."""
    calls = [
        f"{rng.choice(['year', 'month', 'day', 'weekday'])}({name})" for name, kind in columns.items() if kind in DAYS
    ]
    calls += [f"{rng.choice(['hour', 'second'])}({name})" for name, kind in columns.items() if kind in CLOCKS]
    calls += [rng.choice([f"count({name})", f"json({name}, a)"]) for name, kind in columns.items() if kind == "json"]
    return rng.sample(calls, 1) if calls else []


def _beneath(rng: Random, model: Model, table: str, fields: list[str]) -> dict[str, Any]:
    """Questions about the rows of lists, and other names for fields."""
    lists = {
        tie.alias: tie.many for tie in model.manys(table) if any(name.startswith(f"{tie.alias}.") for name in fields)
    }
    deep = {alias: _deep(rng, model, many) for alias, many in lists.items() if alias is not None and rng.random() < 0.5}
    found: dict[str, Any] = {"deep": deep} if deep else {}
    if lists and rng.random() < 0.2:
        name = rng.choice(sorted(filter(None, lists)))
        fields.append("more.id")
        found["alias"] = {"more": name}
        found["deep"] = deep | {"more": _deep(rng, model, lists[name])}
    elif rng.random() < 0.05:
        fields.append("called")
        found["alias"] = {"called": rng.choice(sorted(model.table(table).columns))}
    return found


def _deep(rng: Random, model: Model, table: str) -> dict[str, Any]:
    """Which rows of a list, in which order and how many."""
    deep: dict[str, Any] = {}
    if rng.random() < 0.6:
        deep["_filter"] = random_filter(rng, model, table, 1)
    if rng.random() < 0.6:
        columns = model.table(table).columns
        names = [name for name, kind in columns.items() if kind not in ("json", "csv")]
        names += [f"{tie.field}.f0" for tie in model.ones(table) if tie.one != "j"]
        deep["_sort"] = [rng.choice(["", "-"]) + rng.choice(names), "id"]
        if rng.random() < 0.6:
            deep["_limit"] = rng.randint(0, 2)
    return deep


def _any(rng: Random, model: Model, table: str) -> list[str]:
    """Members of whatever the item is."""
    anys = model.table(table).anys
    if not anys or rng.random() < 0.3:
        return []
    if rng.random() < 0.2:
        return ["item", "kind"]
    other = rng.choice(anys)
    name = rng.choice(["*", "id", *model.table(other).columns])
    return [rng.choice([f"item:{other}.{name}", f"item.{rng.choice(['id', 'f0', '*'])}"])]


def _nested(rng: Random, model: Model, table: str, tie: Tie, depth: int = 2) -> str:
    down = tie.one == table and tie.alias is not None and (tie.many != table or rng.random() < 0.5)
    if not down and tie.many != table:
        return "*"
    name, other = (tie.alias or "", tie.many) if down else (tie.field, tie.one)
    roll = rng.random()
    if roll < 0.15:
        return name
    if down and roll < 0.25:
        return f"count({name})"
    ties = [*model.ones(other), *model.manys(other)]
    if roll < 0.6 and (below := _any(rng, model, other)):
        return f"{name}.{below[0]}"
    if depth > 1 and ties and roll < 0.45:
        return f"{name}.{_nested(rng, model, other, rng.choice(ties), depth - 1)}"
    return f"{name}.{rng.choice(['*', 'id', *model.table(other).columns])}"


def _window(rng: Random, model: Model, table: str) -> dict[str, Any]:
    window: dict[str, Any] = {}
    kinds = model.table(table).columns
    keys = ["id", *(name for name, kind in kinds.items() if kind not in ("json", "csv"))]
    keys += [f"{tie.field}.{rng.choice(['id', 'f0', 'f1'])}" for tie in model.ones(table) if tie.one != "j"]
    if rng.random() < 0.7:
        window["sort"] = [rng.choice(["", "-"]) + key for key in rng.sample(keys, rng.randint(1, 2))]
    if rng.random() < 0.6:
        window["limit"] = rng.choice([1, 2, 3, 4, 8])
        if rng.random() < 0.2:
            window["offset"] = rng.randint(1, 2)
        elif rng.random() < 0.15:
            window["page"] = rng.randint(1, 3)
    return window

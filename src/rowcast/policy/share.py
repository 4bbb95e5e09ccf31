"""The rights of a share: what its role may read, cut to the one item that is shared and what hangs on it. Must not know
sessions.

What hangs on an item: the rows that point to it (and to those), and the rows that it or they point to. Never the
other rows that point to the same target: sharing an article shows its section, not the section's other articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rowcast.policy.rights import Action, Rights, Rule, any_of, both
from rowcast.query.tree import Condition, Const, Ref, Test, Through
from rowcast.schema import Link, Relation, Schema

_DEEPEST = 4
Key = str | int


class ShareRights(Rights):
    """Reading one item and what hangs on it. ``role_rows``: the rules of the share's role; None: of a role with
    admin access."""

    def __init__(
        self, schema: Schema, role_rows: Iterable[Mapping[str, Any]] | None, collection: str, item: Key, *, key: object
    ) -> None:
        super().__init__(schema, role_rows or (), key=key)
        self._everything = role_rows is None
        self._within = reach(schema, collection, item) if collection in schema.collections else {}

    def rules(self, collection: str, action: Action) -> tuple[Rule, ...]:
        """The rules of the role, on the rows within reach."""
        within = self._within.get(collection)
        if action != "read" or within is None:
            return ()
        if self._everything:
            return (Rule(within, None),)
        return tuple(
            replace(rule, condition=both(rule.condition, within)) for rule in super().rules(collection, action)
        )


def reach(schema: Schema, collection: str, item: Key) -> dict[str, Condition]:
    """By collection: which rows hang on the item."""
    start: Condition = Test(Ref(schema.collections[collection].key), "eq", Const(item))
    found: dict[str, list[Condition]] = {}
    border = [(collection, start, True)]
    for _ in range(_DEEPEST):
        steps = [step for name, rows, down in border for step in _steps(schema, name, rows, down)]
        border = [step for step in steps if step[0] != collection and step[0] not in found]
        for name, rows, _down in border:
            found.setdefault(name, []).append(rows)
    return {collection: start, **{name: any_of(rows) for name, rows in found.items()}}


def _steps(schema: Schema, name: str, rows: Condition, down: bool) -> list[tuple[str, Condition, bool]]:
    """The collections one relation away, with the rows that are related to ``rows`` of ``name``. ``down``: only rows
    that point to what was reached so far were followed, so more of them may be."""
    steps: list[tuple[str, Condition, bool]] = []
    for relation in schema.relations:
        if relation.collection == name and relation.related is not None:
            steps.append((relation.related, Through(_back(relation), name, rows), False))
        if relation.related == name and down:
            steps.append((relation.collection, Through(Link("m2o", name, relation), name, rows), True))
    return [step for step in steps if step[0] in schema.collections]


def _back(relation: Relation) -> Link:
    """The relation seen from the collection that is pointed to, whether it has a field for that or not."""
    return Link("o2m", relation.collection, relation)

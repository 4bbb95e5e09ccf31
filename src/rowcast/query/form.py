"""Separates the form of a question from its constants, so that questions that differ in values alone share one plan. Must not know
SQL: a lifted constant is a ``Slot``, bound when the plan runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from rowcast.query.tree import (
    All,
    AnyOf,
    Condition,
    Const,
    Keys,
    Leaf,
    Many,
    Node,
    Not,
    One,
    Search,
    Select,
    Slot,
    Some,
    Test,
    Through,
)

_FIXED = frozenset({"null", "nnull", "empty", "nempty", "intersects_bbox"})


def lift(select: Select) -> tuple[Select, tuple[Any, ...]]:
    """The form of ``select`` and its constants, in the order of their slots. Equal forms may share a statement; ``bind`` puts the
    constants back."""
    lifter = _Lifter()
    return lifter.select(select), tuple(lifter.consts)


def lift_condition(condition: Condition) -> tuple[Condition, tuple[Any, ...]]:
    """The form of a condition and its constants. Texts that are searched for stay where they are."""
    lifter = _Lifter(with_search=False)
    return lifter.condition(condition), tuple(lifter.consts)


@dataclass(slots=True)
class _Lifter:
    consts: list[Any] = field(default_factory=list)
    with_search: bool = True

    def select(self, select: Select) -> Select:
        return replace(
            select,
            nodes=tuple(map(self._node, select.nodes)),
            where=self.condition(select.where),
            limit=self._slot(select.limit) if isinstance(select.limit, int) else select.limit,
            offset=self._slot(select.offset) if isinstance(select.offset, int) and select.offset else select.offset,
        )

    def _slot(self, value: Any) -> Slot:
        self.consts.append(value)
        return Slot(len(self.consts) - 1, isinstance(value, tuple))

    def _node(self, node: Node) -> Node:
        match node:
            case Leaf():
                return node
            case One() | Many() | Keys():
                return replace(node, select=self.select(node.select))
            case AnyOf():
                return replace(node, selects=tuple(map(self.select, node.selects)))

    def condition(self, condition: Condition) -> Condition:
        match condition:
            case All(parts):
                return All(tuple(map(self.condition, parts)))
            case Some(parts):
                return Some(tuple(map(self.condition, parts)))
            case Not(part):
                return Not(self.condition(part))
            case Test(_, operator, Const(value)) if operator not in _FIXED:
                return replace(condition, right=self._slot(value))
            case Through():
                return replace(condition, on=self.condition(condition.on))
            case Search(str(text)) if self.with_search:
                return replace(condition, text=self._slot(text))
            case _:
                return condition

"""Separates the form of a question from its constants, so that questions that differ in values alone share one plan. Must not know
SQL: a lifted constant is a ``Slot``, bound when the plan runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rowcast.query.tree import (
    All,
    AnyOf,
    Condition,
    Const,
    Fixed,
    Inner,
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


def lift(select: Select, *, with_search: bool = True) -> tuple[Select, tuple[Any, ...]]:
    """The form of ``select`` and its constants, in the order of their slots. Equal forms may share a statement; ``bind`` puts the
    constants back. Without ``with_search``, texts that are searched for stay where they are."""
    lifter = _Lifter(with_search=with_search)
    return lifter.select(select), tuple(lifter.consts)


def put_back(form: Select, consts: Sequence[Any]) -> Select:
    """The question of which ``lift`` made the form."""
    return _Filler(consts=list(consts)).select(form)


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
            case Leaf() | Fixed():
                return node
            case Inner():
                return replace(node, nodes=tuple(map(self._node, node.nodes)))
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


@dataclass(slots=True)
class _Filler(_Lifter):
    """The way back: slots become constants."""

    def _slot(self, value: Any) -> Any:
        return value

    def select(self, select: Select) -> Select:
        plain = _Lifter.select(self, select)
        return replace(plain, limit=self._plain(plain.limit), offset=self._plain(plain.offset))

    def _plain(self, value: Any) -> Any:
        return self.consts[value.index] if isinstance(value, Slot) else value

    def condition(self, condition: Condition) -> Condition:
        match condition:
            case Test(_, _, Slot(index)):
                return replace(condition, right=Const(self.consts[index]))
            case Test():
                return condition
            case Search(Slot(index)):
                return replace(condition, text=self.consts[index])
            case _:
                return _Lifter.condition(self, condition)

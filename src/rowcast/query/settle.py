"""Puts the values of variables into a question. Must not know who gives them.

Two kinds of variables stay: ``$NOW``, which is another one each time, and those without a value, since a comparison with an unknown
value matches nothing while one with a written null asks for null.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from rowcast.query.tree import Const, Leaf, Variable
from rowcast.query.values import fitting
from rowcast.query.variables import is_now
from rowcast.schema import Field, Link

T = TypeVar("T")


def settle(tree: T, value: Callable[[str], Any]) -> T:
    """The same tree with constants in place of variables. Parts without variables are shared with the old tree."""
    result: T = _settle(tree, value)
    return result


def is_settled(tree: object) -> bool:
    """Whether no variable is left that has a value."""
    if isinstance(tree, Variable):
        return not is_now(tree.name)
    if isinstance(tree, tuple):
        return all(map(is_settled, tree))
    return not _is_node(tree) or all(is_settled(getattr(tree, f.name)) for f in fields(tree))  # type: ignore[arg-type]


def _settle(node: Any, value: Callable[[str], Any]) -> Any:
    if isinstance(node, Variable):
        return _constant(node, value)
    if isinstance(node, tuple):
        return _settle_all(node, value)
    if not _is_node(node) or (isinstance(node, Leaf) and node.ref.mask is node.ref.counted is None):
        return node
    changed = {}
    for each in fields(node):
        old = getattr(node, each.name)
        new = _settle(old, value)
        if new is not old:
            changed[each.name] = new
    return replace(node, **changed) if changed else node


def _settle_all(parts: tuple[Any, ...], value: Callable[[str], Any]) -> tuple[Any, ...]:
    new = tuple(_settle(part, value) for part in parts)
    if all(a is b for a, b in zip(new, parts, strict=True)):
        return parts
    return tuple(one for part in new for one in _members(part))


def _members(part: Any) -> tuple[Any, ...]:
    """A list that a variable stands for, in a list, adds its members."""
    if isinstance(part, Const) and isinstance(part.value, tuple):
        return tuple(map(Const, part.value))
    return (part,)


def _constant(variable: Variable, value: Callable[[str], Any]) -> Const | Variable:
    if is_now(variable.name):
        return variable
    found = value(variable.name)
    if variable.many:
        members = found if isinstance(found, list | tuple | set | frozenset) else (found,)
        return Const(tuple(fitting(variable.type, each) for each in members if each is not None))
    if isinstance(found, list | tuple):
        found = found[0] if len(found) == 1 else None
    fitted = fitting(variable.type, found)
    return variable if fitted is None else Const(fitted)


def _is_node(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, Field | Link | Const | type)

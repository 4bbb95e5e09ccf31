"""Finished SQL with the places of its values, and the filling of those places. Must not know how the text was made."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rowcast.query.tree import Const, Slot, Variable
from rowcast.query.values import fitting

Bound = Const | Variable | Slot


@dataclass(frozen=True, slots=True)
class Statement:
    """``text`` with positional ``?``; ``binds`` says what stands at each. A list is one place: its JSON text."""

    text: str
    binds: tuple[Bound, ...] = ()
    ready: tuple[Any, ...] = field(init=False, repr=False)
    open: tuple[tuple[int, Variable | Slot], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """What never changes is made once: ``ready`` holds the constants, ``open`` the places that are left."""
        object.__setattr__(
            self, "ready", tuple(_argument(b.value) if isinstance(b, Const) else None for b in self.binds)
        )
        object.__setattr__(self, "open", tuple((i, b) for i, b in enumerate(self.binds) if not isinstance(b, Const)))


def bind(statement: Statement, variables: Callable[[str], Any], consts: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The positional arguments. ``variables`` gives the value of a variable by its whole name, ``consts`` are what ``form.lift``
    took out."""
    if not statement.open:
        return statement.ready
    arguments = list(statement.ready)
    for place, what in statement.open:
        arguments[place] = (
            _argument(consts[what.index]) if isinstance(what, Slot) else _variable(what, variables(what.name))
        )
    return tuple(arguments)


def _argument(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (tuple, list)) else value


def _variable(variable: Variable, value: Any) -> Any:
    if variable.many:
        items = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        return json.dumps([fitting(variable.type, item) for item in items if item is not None], ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        value = value[0] if len(value) == 1 else None
    return fitting(variable.type, value)

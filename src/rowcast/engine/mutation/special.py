"""The specials of a field that give it a value by themselves: keys, times, who did it. Must not know payloads or casting of
other values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from rowcast.schema import Field

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope

Verb = Literal["create", "update"]
Make = Callable[["Scope"], Any]


def imposed(field: Field, verb: Verb) -> Make | None:
    """What sets the field on that verb whatever the payload says, or None. Gives the stored form."""
    kind = verb + "d"
    for name in field.special:
        what, _, when = name.partition("-")
        if when == kind and what in _MAKERS:
            return _MAKERS[what](field)
    return None


def supplied(field: Field, verb: Verb) -> Make | None:
    """What sets the field on that verb when the payload gives no value, or None."""
    return _uuid if verb == "create" and "uuid" in field.special and not field.is_alias else None


def _uuid(_scope: Scope) -> str:
    return str(uuid4())


def _date(field: Field) -> Make:
    kind = field.type

    def make(scope: Scope) -> str:
        return scope.moment(kind)

    return make


def _user(_field: Field) -> Make:
    return lambda scope: scope.actor.user


def _role(_field: Field) -> Make:
    return lambda scope: scope.actor.role


_MAKERS: dict[str, Callable[[Field], Make]] = {"date": _date, "user": _user, "role": _role}

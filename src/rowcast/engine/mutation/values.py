"""The values of a payload as the columns of its plan store them. Must not know statements or checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowcast.engine.mutation.plan import WritePlan
    from rowcast.engine.mutation.scope import Scope

Payload = Mapping[str, Any]


def values_of(scope: Scope, plan: WritePlan, payload: Payload) -> tuple[list[Any], list[Any]]:
    """The binds of the plan's columns in stored form, and the part of them that specials made."""
    args = [cast(payload[name]) for name, cast in plan.given]
    if plan.fallback:
        for i, (name, _) in enumerate(plan.given):
            if args[i] is None and name in plan.fallback:
                args[i] = plan.fallback[name](scope)
    made = [make(scope) for _, make in plan.made]
    return args + made, made

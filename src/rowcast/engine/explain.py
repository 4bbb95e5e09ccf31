"""Explain a right: which policies a user has and whence, which rules they hold, and what follows for one action. Must not decide
anything itself: it asks what the other verbs ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from rowcast.auth import Actor
from rowcast.engine.asif import Subject, seen, standing
from rowcast.engine.mutation.cast import cast_key
from rowcast.engine.permissions import exists
from rowcast.errors import InvalidQuery
from rowcast.policy import Action, Rights
from rowcast.policy.explain import Asked, Reading, judge, readings
from rowcast.policy.rights import both, mentioned
from rowcast.query.tree import Always, Condition, Const, Ref, Test
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

ACTIONS: tuple[str, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained. ``user``, ``role``, ``policy``, ``ip``: as in ``Subject``. ``key``: one item. ``fields``: those
    that are to be read or written."""

    user: str | None
    collection: str
    action: str
    key: str | None = None
    fields: tuple[str, ...] = ()
    ip: str | None = None
    role: str | None = None
    policy: str | None = None


async def explain(engine: Engine, question: Question) -> dict[str, Any]:
    """The trace: ``user``, ``asked``, ``policies``, ``rules``, ``variables`` and ``verdict``, in plain JSON values.

    Raises InvalidQuery for an unknown user, role, policy or action. It is for administrators and the command line: the caller
    checks that.
    """
    if question.action not in ACTIONS:
        raise InvalidQuery(f'"action" must be one of {", ".join(ACTIONS)}')
    found = await seen(engine, Subject(question.user, question.role, question.policy, question.ip))
    actor, place = found.actor, await standing(engine, found, question.ip)
    rights = await engine.rights(actor)
    asked, matches = await _asked(engine, actor, rights, question)
    rules = readings(rights, question.collection, asked.action, matches)
    return {
        "user": found.row,
        "asked": {**asdict(question), "user": found.row["id"] if found.row else None},
        "policies": [asdict(policy) for policy in place.policies],
        "rules": [asdict(rule) for rule in rules],
        "variables": await _values(engine, actor, rules),
        "verdict": asdict(judge(rights, asked, place, rules)),
    }


async def _asked(
    engine: Engine, actor: Actor, rights: Rights, question: Question
) -> tuple[Asked, Sequence[bool | None]]:
    """What is judged, and which rules hold for the item."""
    asked = Asked(question.collection, question.action, question.fields)  # type: ignore[arg-type]
    rules = rights.rules(asked.collection, asked.action)
    found = rights.schema.get(asked.collection)
    if found is None or question.key is None or asked.action == "create":
        return asked, [None] * len(rules)
    cast = cast_key(found.key, question.key)
    this = Test(Ref(found.key), "eq", Const(cast))
    is_there = cast is not None and await _holds(engine, actor, rights, found, this, Always(True))
    matches = [is_there and await _holds(engine, actor, rights, found, this, rule.condition) for rule in rules]
    return replace(asked, exists=is_there), matches


async def _holds(
    engine: Engine, actor: Actor, rights: Rights, collection: Collection, this: Condition, condition: Condition
) -> bool:
    return await exists(engine, actor, rights, collection, both(this, condition))


async def _values(engine: Engine, actor: Actor, rules: Iterable[Reading]) -> dict[str, Any]:
    """What the variables of these rules stand for."""
    names = mentioned(part for rule in rules for part in (rule.condition, rule.validation, rule.presets))
    variables = await engine.variables(actor, names)
    return {name: variables(name) for name in sorted(names)}

"""Explain a right: which policies a user has and whence, which rules they hold, and what follows for one action. Must not decide
anything itself: it asks what the other verbs ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from rowcast.auth import Actor
from rowcast.engine.identify import stand
from rowcast.engine.identities import Policy
from rowcast.engine.identities import Standing as Known
from rowcast.engine.internal import internal_row, internal_rows
from rowcast.engine.mutation.cast import cast_key
from rowcast.engine.permissions import exists
from rowcast.errors import InvalidQuery
from rowcast.policy import Action, Rights
from rowcast.policy.explain import Asked, Held, Reading, Source, Standing, judge, readings
from rowcast.policy.rights import both, mentioned
from rowcast.query.tree import Always, Condition, Const, Ref, Test
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

PUBLIC = "public"
ACTIONS: tuple[str, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained. ``user``: id or e-mail address; None or ``public``: the public. ``key``: one item. ``fields``: those
    that are to be read or written. ``ip``: where the user asks from; unknown, policies with IP rules are not in force."""

    user: str | None
    collection: str
    action: str
    key: str | None = None
    fields: tuple[str, ...] = ()
    ip: str | None = None


async def explain(engine: Engine, question: Question) -> dict[str, Any]:
    """The trace: ``user``, ``asked``, ``policies``, ``rules``, ``variables`` and ``verdict``, in plain JSON values.

    Raises InvalidQuery for an unknown user or action. It is for administrators and the command line: the caller checks that.
    """
    if question.action not in ACTIONS:
        raise InvalidQuery(f'"action" must be one of {", ".join(ACTIONS)}')
    row = await _user(engine, question.user)
    known = await _known(engine, row)
    actor = stand(Actor(ip=question.ip), known, own=True)
    rights = await engine.rights(actor)
    standing = Standing(row["status"] if row else None, known.has_tfa, await _policies(engine, known, question.ip))
    asked, matches = await _asked(engine, actor, rights, question)
    rules = readings(rights, question.collection, asked.action, matches)
    return {
        "user": row,
        "asked": {**asdict(question), "user": row["id"] if row else None},
        "policies": [asdict(policy) for policy in standing.policies],
        "rules": [asdict(rule) for rule in rules],
        "variables": await _values(engine, actor, rules),
        "verdict": asdict(judge(rights, asked, standing, rules)),
    }


async def _user(engine: Engine, user: str | None) -> dict[str, Any] | None:
    """The row of the user in short; None for the public."""
    if user in (None, "", PUBLIC):
        return None
    either = {"_or": [{"id": {"_eq": user}}, {"email": {"_eq": user}}]}
    fields = ["id", "email", "status", "role.id", "role.name"]
    found = await internal_row(engine, "directus_users", filter=either, fields=fields)
    if found is None:
        raise InvalidQuery(f'There is no user "{user}"')
    return found


async def _known(engine: Engine, row: Mapping[str, Any] | None) -> Known:
    found = await engine.identities.user(row["id"]) if row else await engine.identities.role(None)
    assert found is not None
    return found


async def _policies(engine: Engine, known: Known, ip: str | None) -> tuple[Held, ...]:
    """Every policy of the user, in force or not, with all that it has come by."""
    sources = await _sources(engine, known)
    ids = [policy.id for policy in known.policies]
    rows = await internal_rows(engine, "directus_policies", filter={"id": {"_in": ids}}) if ids else []
    names = {row["id"]: row["name"] for row in rows}
    return tuple(_held(policy, names.get(policy.id, ""), sources.get(policy.id, ()), ip) for policy in known.policies)


def _held(policy: Policy, name: str, sources: Sequence[Source], ip: str | None) -> Held:
    flags = (policy.admin, policy.app, policy.enforce_tfa)
    return Held(policy.id, name, tuple(sources), *flags, policy.ips, policy.holds_at(ip))


async def _sources(engine: Engine, known: Known) -> dict[str, list[Source]]:
    """By policy: what it is attached to."""
    holders: list[dict[str, Any]] = [{"role": {"_in": list(known.roles)}}] if known.roles else []
    if known.user is not None:
        holders.append({"user": {"_eq": known.user}})
    if not known.roles:
        holders.append({"_and": [{"user": {"_null": True}}, {"role": {"_null": True}}]})
    fields = ["policy", "user", "role.id", "role.name"]
    found: dict[str, list[Source]] = {}
    for link in await internal_rows(engine, "directus_access", filter={"_or": holders}, fields=fields, sort="sort,id"):
        found.setdefault(link["policy"], []).append(_source(known, link))
    return found


def _source(known: Known, link: Mapping[str, Any]) -> Source:
    role = link["role"]
    if role is not None:
        return Source("role" if role["id"] == known.role else "parent role", role["id"], role["name"])
    return Source("public") if link["user"] is None else Source("user", link["user"])


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

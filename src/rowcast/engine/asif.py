"""What somebody else would get: the rights in force for a user, a role, one policy or the public, and the rows as that one. Must
not decide anything itself; for administrators, who are checked by the caller."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from rowcast.auth import Actor
from rowcast.engine.account.identify import stand
from rowcast.engine.account.identities import Policy
from rowcast.engine.account.identities import Standing as Known
from rowcast.engine.internal import internal_row, internal_rows
from rowcast.engine.permissions import granted
from rowcast.errors import InvalidQuery
from rowcast.policy.explain import Held, Source, Standing

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

PUBLIC = "public"
Kind = Literal["user", "role", "policy"]


@dataclass(frozen=True, slots=True)
class Subject:
    """As whom. ``user`` (id or e-mail address), ``role`` or ``policy`` (ids), the first that is given; none, or the user
    ``public``: everybody who is not signed in. ``ip``: where from; unknown, policies with IP rules are not in force."""

    user: str | None = None
    role: str | None = None
    policy: str | None = None
    ip: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A subject as the database knows it: its row in short (users only), its standing, and as whom it would ask."""

    row: dict[str, Any] | None
    known: Known
    actor: Actor


async def seen(engine: Engine, subject: Subject) -> Seen:
    """Find the subject. Its own state (not active, no second factor) takes nothing away here. Raises InvalidQuery when there is no
    such thing."""
    row = await _user(engine, subject.user)
    known = await _known(engine, subject, row)
    return Seen(row, known, stand(Actor(ip=subject.ip), known, own=True))


async def effective(engine: Engine, subject: Subject) -> dict[str, Any]:
    """The rights in force: ``user``, ``status``, ``lacks_second_factor``, ``admin``, ``app``, ``policies`` (each with what it has
    come by) and ``permissions`` by collection and action, as ``/permissions/me`` tells them. Raises InvalidQuery."""
    found = await seen(engine, subject)
    place = await standing(engine, found, subject.ip)
    return {
        "user": found.row,
        "status": place.status,
        "lacks_second_factor": subject.user is not None and place.lacks_second_factor,
        "admin": found.actor.admin,
        "app": found.actor.app,
        "policies": [asdict(policy) for policy in place.policies],
        "permissions": await granted(engine, found.actor),
    }


async def standing(engine: Engine, found: Seen, ip: str | None) -> Standing:
    """The subject as ``policy.explain`` judges it: every policy, in force or not, with all that it has come by. Only users can lack
    a second factor."""
    known = found.known
    sources = await _sources(engine, known)
    ids = [policy.id for policy in known.policies]
    rows = await internal_rows(engine, "directus_policies", filter={"id": {"_in": ids}}) if ids else []
    names = {row["id"]: row["name"] for row in rows}
    held = tuple(_held(policy, names.get(policy.id, ""), sources.get(policy.id, ()), ip) for policy in known.policies)
    return Standing(found.row["status"] if found.row else None, known.has_tfa or found.row is None, held)


async def _user(engine: Engine, user: str | None) -> dict[str, Any] | None:
    """The row of the user in short; None for everybody else."""
    if user in (None, "", PUBLIC):
        return None
    either = {"_or": [{"id": {"_eq": user}}, {"email": {"_eq": user}}]}
    fields = ["id", "email", "status", "role.id", "role.name"]
    found = await internal_row(engine, "directus_users", filter=either, fields=fields)
    if found is None:
        raise InvalidQuery(f'There is no user "{user}"')
    return found


async def _known(engine: Engine, subject: Subject, row: dict[str, Any] | None) -> Known:
    if row is not None:
        found = await engine.identities.user(row["id"])
        assert found is not None
        return found
    if subject.user is None and subject.role is None and subject.policy is not None:
        return Known(None, None, True, False, (), (await _policy(engine, subject.policy),))
    role = subject.role if subject.user is None else None
    if role is not None and not (await engine.identities.role(role)).roles:
        raise InvalidQuery(f'There is no role "{role}"')
    return await engine.identities.role(role)


async def _policy(engine: Engine, key: str) -> Policy:
    row = await internal_row(engine, "directus_policies", filter={"id": {"_eq": key}})
    if row is None:
        raise InvalidQuery(f'There is no policy "{key}"')
    flags = (bool(row["admin_access"]), bool(row["app_access"]), bool(row["enforce_tfa"]))
    return Policy(row["id"], *flags, tuple(row["ip_access"] or ()))


def _held(policy: Policy, name: str, sources: list[Source] | tuple[()], ip: str | None) -> Held:
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


def _source(known: Known, link: dict[str, Any]) -> Source:
    role = link["role"]
    if role is not None:
        return Source("role" if role["id"] == known.role else "parent role", role["id"], role["name"])
    return Source("public") if link["user"] is None else Source("user", link["user"])

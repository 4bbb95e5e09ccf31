"""Random people: users with roles, policies and the rules in them. Must not know rows or questions."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from rowcast.auth import SYSTEM
from rowcast.auth.tokens import Claims, access
from rowcast.engine.create import create
from rowcast.engine.engine import Engine
from tests.oracle.filters import random_filter
from tests.oracle.model import USERS, Model
from tests.oracle.values import USERS as PERSONS

ROLES = tuple(f"30000000-0000-4000-8000-00000000000{number}" for number in range(3))
POLICIES = tuple(f"20000000-0000-4000-8000-00000000000{number}" for number in range(4))
ADMINS = "20000000-0000-4000-8000-0000000000ff"
ACTIONS = ("read", "read", "read", "create", "update", "delete")


SHARES = tuple(f"40000000-0000-4000-8000-00000000000{number}" for number in range(2))
PLACES = (None, "10.0.0.1", "10.0.0.2")
"""Where people ask from."""
SECRET = "for tests only, and long enough for a key"


def share_token(share: str) -> str:
    """What lets somebody in by a share."""
    now = time.time()
    return access(Claims(None, None, int(now) + 10**7, share=share), SECRET, now)


def token(user: str) -> str:
    """The static token that a user has at first."""
    return f"token-{user[-1]}"


def random_rule(rng: Random, model: Model, table: str | None = None, action: str | None = None) -> dict[str, Any]:
    """A permission row: of which rows, and which fields."""
    if table == "directus_roles":
        return _of_roles(rng, model)
    table = table or rng.choice([*sorted(model.tables), USERS])
    rule = {} if rng.random() < 0.35 else random_filter(rng, model, table)
    names = model.names(table)
    fields = ["*"] if rng.random() < 0.55 else rng.sample(names, rng.randint(1, len(names)))
    if fields != ["*"] and rng.random() < 0.8 and "id" not in fields:
        fields.append("id")
    if table == USERS:
        action = "read"
    return {"collection": table, "action": action or rng.choice(ACTIONS), "permissions": rule, "fields": fields}


def _of_people(rng: Random, model: Model) -> dict[str, Any]:
    """Whom one may see: often oneself, and by whatever decides about the team."""
    rule = random_rule(rng, model, USERS, "read")
    return rule | rng.choice([{}, {"permissions": {"id": {"_eq": "$CURRENT_USER"}}}, {"fields": ["*"]}])


def _of_roles(rng: Random, model: Model) -> dict[str, Any]:
    below = {"team": random_filter(rng, model, model.team)} if rng.random() < 0.5 else {}
    return {"collection": "directus_roles", "action": "read", "permissions": below, "fields": ["*"]}


async def settle_people(engine: Engine, model: Model, rng: Random) -> None:
    """Policies with rules, roles (the second below the first) and users; the first user is an administrator."""
    for policy in POLICIES:
        rules = [random_rule(rng, model, table, "read") for table in model.tables if rng.random() < 0.85]
        rules += [random_rule(rng, model) for _ in range(rng.randint(1, 4))]
        rules += [_of_people(rng, model), _of_roles(rng, model)]
        await create(engine, SYSTEM, "directus_policies", {"id": policy, "name": policy, "permissions": rules})
    await create(engine, SYSTEM, "directus_policies", {"id": ADMINS, "name": "admins", "admin_access": True})
    for number, role in enumerate(ROLES):
        parent = ROLES[0] if number == 1 else None
        policies = [{"policy": POLICIES[number]}]
        row = {"id": role, "name": rng.choice("ab"), "parent": parent, "policies": policies}
        await create(engine, SYSTEM, "directus_roles", row)
    for number, user in enumerate(PERSONS):
        policies = [{"policy": ADMINS}] if number == 0 else [{"policy": rng.choice(POLICIES)}] * rng.randint(0, 1)
        row = {"id": user, "token": token(user), "status": "active", "title": rng.choice(["a", "b", None])}
        place = None if number == 0 else rng.choice([*ROLES, None])
        await create(engine, SYSTEM, "directus_users", row | {"role": place, "policies": policies})

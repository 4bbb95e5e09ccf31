"""The first start: what a new database needs before anybody can sign in. Must not touch a database that has a user."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from rowcast.auth.actor import SYSTEM
from rowcast.engine.create import create_one
from rowcast.engine.engine import Engine
from rowcast.engine.hashing import hash_password
from rowcast.engine.internal import internal_row
from rowcast.engine.mutation.scope import Scope, within
from rowcast.server.config import ServerSettings

PUBLIC_POLICY = "abf8a154-5b1c-4a46-ac9c-7300570f4f17"
"""The id that clients know the public's policy by. Names that begin with ``$t:`` are translated by the client."""


@dataclass(frozen=True, slots=True)
class Login:
    """The administrator that was made. ``password`` is None when it was given, so that it is never shown again."""

    email: str
    password: str | None


async def first_start(engine: Engine, server: ServerSettings) -> Login | None:
    """Make the administrator's role and policy, the public policy and the administrator, in one transaction. Returns None when
    the database has a user already."""
    if await internal_row(engine, "directus_users", fields=["id"]) is not None:
        return None
    made = None if server.admin_password else secrets.token_urlsafe(12)
    hashed = await hash_password(server.admin_password or made or "")

    async def work(scope: Scope) -> None:
        role = await _administrators(scope)
        await _public(scope)
        await create_one(scope, "directus_settings", {})
        await create_one(scope, "directus_users", _user(server, hashed, role))

    await within(engine, SYSTEM, work)
    return Login(server.admin_email, made)


async def _administrators(scope: Scope) -> Any:
    about = {"name": "Administrator", "icon": "verified", "description": "$t:admin_description"}
    role = await create_one(scope, "directus_roles", about)
    policy = await create_one(scope, "directus_policies", {**about, "admin_access": True, "app_access": True})
    await create_one(scope, "directus_access", {"role": role, "policy": policy, "sort": 1})
    return role


async def _public(scope: Scope) -> None:
    about = {"id": PUBLIC_POLICY, "name": "$t:public_label", "icon": "public", "description": "$t:public_description"}
    policy = await create_one(scope, "directus_policies", about)
    await create_one(scope, "directus_access", {"role": None, "user": None, "policy": policy, "sort": 1})


def _user(server: ServerSettings, hashed: str, role: Any) -> dict[str, Any]:
    names = {"first_name": "Admin", "last_name": "User", "status": "active"}
    return {**names, "email": server.admin_email, "password": hashed, "token": server.admin_token, "role": role}

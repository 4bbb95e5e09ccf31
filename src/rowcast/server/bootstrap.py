"""The first start: what a new database needs before anybody can sign in. Must not touch a database that has a user."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from rowcast.auth.actor import SYSTEM
from rowcast.engine.account.hashing import hash_password
from rowcast.engine.account.setup import administrators, has_admin, prepare, setup_code
from rowcast.engine.create import create_one
from rowcast.engine.engine import Engine
from rowcast.engine.internal import internal_row
from rowcast.engine.mutation.scope import Scope, within
from rowcast.server.config import ServerSettings


@dataclass(frozen=True, slots=True)
class Login:
    """The administrator that was made. ``password`` is None when it was given, so that it is never shown again."""

    email: str
    password: str | None


async def first_start(engine: Engine, server: ServerSettings) -> Login | None:
    """Make the administrator's role and policy, the public policy and, unless that is left to the set-up page, the administrator,
    in one transaction. Returns None when the database has a user already, or nobody was made."""
    if await internal_row(engine, "directus_users", fields=["id"]) is not None:
        return None
    if is_left_to_the_page(server):
        await prepare(engine)
        return None
    made = None if server.admin_password else secrets.token_urlsafe(12)
    hashed = await hash_password(server.admin_password or made or "")

    async def work(scope: Scope) -> None:
        await create_one(scope, "directus_users", _user(server, hashed, await administrators(scope)))

    await within(engine, SYSTEM, work, limited=False)
    return Login(server.admin_email, made)


async def open_setup(engine: Engine) -> str | None:
    """The set-up code while nobody can administrate; else None."""
    return None if await has_admin(engine) else setup_code(engine.settings.secret)


def is_left_to_the_page(server: ServerSettings) -> bool:
    """Whether the first administrator is made on the set-up page: where that is set and no login was given."""
    return server.setup == "page" and server.admin_password is None and server.admin_token is None


def _user(server: ServerSettings, hashed: str, role: Any) -> dict[str, Any]:
    names = {"first_name": "Admin", "last_name": "User", "status": "active"}
    return {**names, "email": server.admin_email, "password": hashed, "token": server.admin_token, "role": role}

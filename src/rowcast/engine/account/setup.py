"""The first administrator: whether there is one, what must be there before, and making it by whoever holds the set-up code. Must
not know HTTP or who starts the server."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.account.hashing import hash_password
from rowcast.engine.account.passwords import require_policy
from rowcast.engine.create import create_one
from rowcast.engine.internal import internal_row
from rowcast.engine.mutation.scope import Scope, within
from rowcast.engine.update import update_keys
from rowcast.errors import Forbidden, InvalidCredentials
from rowcast.query.sql import accounts

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

PUBLIC_POLICY = "abf8a154-5b1c-4a46-ac9c-7300570f4f17"
"""The id that clients know the public's policy by. Names that begin with ``$t:`` are translated by the client."""
_BYTES = 10


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """Who sets the platform up."""

    email: str
    password: str
    first_name: str | None = None
    last_name: str | None = None
    project: str | None = None


def setup_code(secret: str) -> str:
    """What shows that somebody sees the server's own output: ``XXXX-XXXX-XXXX-XXXX``, the same for every start."""
    made = hmac.new(secret.encode(), b"rowcast: the first administrator", hashlib.sha256).digest()[:_BYTES]
    text = base64.b32encode(made).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


async def has_admin(engine: Engine) -> bool:
    """Whether any active user has admin access."""
    return bool((await engine.store.read(accounts.ADMIN_IS_LEFT, (True, True)))[0][0])


async def set_up(engine: Engine, place: Actor, code: str, first: FirstAdmin) -> None:
    """Make the first administrator, once: of two who come at the same time, one does. Raises Forbidden (there is one
    already), InvalidCredentials (another code), FailedValidation (password policy), NotUnique (a user with that address)."""
    if await has_admin(engine):
        raise Forbidden
    await _require_code(engine, code)
    await require_policy(engine, first.password)
    hashed = await hash_password(first.password)

    async def work(scope: Scope) -> None:
        if (await scope.tx.fetch(accounts.ADMIN_IS_LEFT, (True, True)))[0][0]:
            raise Forbidden
        role = await administrators(scope)
        names = {"first_name": first.first_name, "last_name": first.last_name}
        user = {**names, "email": first.email, "password": hashed, "status": "active", "role": role}
        await create_one(scope, "directus_users", user)
        await _name_project(scope, first.project)

    await within(engine, SYSTEM.at(place.ip, place.user_agent, place.origin), work, limited=False)


async def administrators(scope: Scope) -> Any:
    """The role with admin access; made, with all else that a new database needs, when there is none."""
    found = await scope.tx.fetch(accounts.ADMIN_ROLE, (True,))
    if found:
        return found[0][0]
    about = {"name": "Administrator", "icon": "verified", "description": "$t:admin_description"}
    role = await create_one(scope, "directus_roles", about)
    policy = await create_one(scope, "directus_policies", {**about, "admin_access": True, "app_access": True})
    await create_one(scope, "directus_access", {"role": role, "policy": policy, "sort": 1})
    await _public(scope)
    if not await scope.tx.fetch(accounts.SETTINGS):
        await create_one(scope, "directus_settings", {})
    return role


async def prepare(engine: Engine) -> None:
    """Make what a new database needs besides the administrator. Nothing, where it is there."""
    if await internal_row(engine, "directus_roles", fields=["id"]) is None:
        await within(engine, SYSTEM, administrators, limited=False)


async def _require_code(engine: Engine, code: str) -> None:
    started = time.monotonic()
    given, wanted = code.replace("-", "").strip().upper(), setup_code(engine.settings.secret).replace("-", "")
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        await asyncio.sleep(max(0.0, started + engine.settings.login_stall_time - time.monotonic()))
        raise InvalidCredentials


async def _public(scope: Scope) -> None:
    if await scope.tx.fetch(accounts.POLICY, (PUBLIC_POLICY,)):
        return
    about = {"id": PUBLIC_POLICY, "name": "$t:public_label", "icon": "public", "description": "$t:public_description"}
    policy = await create_one(scope, "directus_policies", about)
    await create_one(scope, "directus_access", {"role": None, "user": None, "policy": policy, "sort": 1})


async def _name_project(scope: Scope, name: str | None) -> None:
    rows = await scope.tx.fetch(accounts.SETTINGS)
    if name and rows:
        await update_keys(scope, "directus_settings", [rows[0][0]], {"project_name": name})

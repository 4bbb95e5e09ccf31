"""The commands that work on the database without serving it. They may run beside a server on the same database."""

from __future__ import annotations

import secrets
from typing import Any

from rowcast.auth.actor import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.engine import Engine
from rowcast.engine.internal import internal_row
from rowcast.engine.update import update
from rowcast.errors import InvalidPayload
from rowcast.server import greeting
from rowcast.server.bootstrap import Login
from rowcast.server.config import Config, database_file
from rowcast.server.lifespan import running


async def initialize(config: Config) -> None:
    """Make the database and the administrator."""
    async with running(config) as platform:
        database = ("Database", str(database_file(config.engine.database)))
        code = [] if platform.setup is None else [("Set-up code", platform.setup)]
        greeting.tell([database, *code, *greeting.of_login(platform.login)])


async def create_user(config: Config, email: str, password: str | None, role: str | None) -> None:
    """Make an active user. Raises InvalidPayload for an unknown role and NotUnique for a known address."""
    made = None if password else secrets.token_urlsafe(12)
    async with running(config) as platform:
        user: dict[str, Any] = {"email": email, "password": password or made, "status": "active"}
        if role is not None:
            user["role"] = await _role(platform.engine, role)
        keys = await create(platform.engine, SYSTEM, "directus_users", user)
        greeting.tell([("User", str(keys[0])), ("E-mail", email), *greeting.of_login(Login(email, made))[1:]])


async def renew_token(config: Config, email: str) -> None:
    """Give a user a new static token. Raises InvalidPayload for an unknown address."""
    token = secrets.token_urlsafe(32)
    async with running(config) as platform:
        found = await internal_row(platform.engine, "directus_users", filter={"email": {"_eq": email}}, fields=["id"])
        if found is None:
            raise InvalidPayload(f'There is no user with the e-mail address "{email}"')
        await update(platform.engine, SYSTEM, "directus_users", {"token": token}, keys=[found["id"]])
        greeting.tell([("Token", f"{token} (shown only now)")])


async def _role(engine: Engine, role: str) -> Any:
    either = {"_or": [{"id": {"_eq": role}}, {"name": {"_eq": role}}]}
    found = await internal_row(engine, "directus_roles", filter=either, fields=["id"])
    if found is None:
        raise InvalidPayload(f'There is no role "{role}"')
    return found["id"]

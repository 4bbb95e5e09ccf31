"""A platform with people in it, for the tests of everything about who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.account.identify import identify
from rowcast.engine.account.mail import Mailer
from rowcast.engine.create import create
from rowcast.engine.engine import Engine
from rowcast.engine.model.collections import create_collections
from rowcast.engine.settings import Settings
from rowcast.engine.update import update, upsert_singleton
from rowcast.server.bootstrap import first_start
from rowcast.server.config import ServerSettings
from rowcast.store.open import open_store

HERE = Actor(ip="127.0.0.1", user_agent="tests", origin=None)
PASSWORD = "pw-of-everybody-1"
SECRET = "a secret of at least thirty-two bytes"
ARTICLES = {
    "collection": "articles",
    "meta": {},
    "schema": {},
    "fields": [
        {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
        {"field": "title", "type": "string", "meta": {}, "schema": {}},
        {"field": "owner", "type": "uuid", "meta": {}, "schema": {}},
    ],
}


@dataclass
class Postbox:
    """A transport that keeps what it is given."""

    letters: list[EmailMessage] = field(default_factory=list)

    async def send(self, message: EmailMessage) -> None:
        self.letters.append(message)

    def token(self) -> str:
        """The token of the link in the newest letter."""
        link = next(line for line in self.letters[-1].get_content().splitlines() if "token=" in line)
        return parse_qs(urlsplit(link.strip()).query)["token"][0]


class People:
    """One engine with an administrator and a collection ``articles``; makes roles, policies and users by name."""

    def __init__(self, engine: Engine, postbox: Postbox) -> None:
        self.engine, self.postbox = engine, postbox

    async def policy(self, name: str, *permissions: dict[str, Any], **flags: Any) -> str:
        """A policy with these permissions."""
        return await self._new("directus_policies", {"name": name, **flags, "permissions": list(permissions)})

    async def role(self, name: str, *policies: str, parent: str | None = None) -> str:
        """A role with these policies."""
        links = [{"policy": policy} for policy in policies]
        return await self._new("directus_roles", {"name": name, "parent": parent, "policies": links})

    async def user(self, name: str, role: str | None = None, *policies: str, **more: Any) -> str:
        """An active user with the e-mail ``name@example.com``, the static token ``tok-name`` and the common password."""
        row = {"email": f"{name}@example.com", "token": f"tok-{name}", "password": PASSWORD, "status": "active"}
        links = [{"policy": policy} for policy in policies]
        return await self._new("directus_users", {**row, "role": role, "policies": links, **more})

    async def item(self, **values: Any) -> Any:
        """An article."""
        return await self._new("articles", values)

    async def change(self, collection: str, key: Any, **values: Any) -> None:
        """A change by the program itself."""
        await update(self.engine, SYSTEM, collection, values, keys=[key])

    async def settings(self, **values: Any) -> None:
        """A change of the project's settings."""
        await upsert_singleton(self.engine, SYSTEM, "directus_settings", values)

    async def who(self, token: str | None, ip: str = "127.0.0.1") -> Actor:
        """Who asks with that token."""
        return await identify(self.engine, token, ip=ip, user_agent="tests", origin=None)

    async def rows(self, text: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Straight from the database."""
        return await self.engine.store.read(text, args)

    async def _new(self, collection: str, row: dict[str, Any]) -> Any:
        return (await create(self.engine, SYSTEM, collection, row))[0]


def allow(action: str, collection: str = "articles", **more: Any) -> dict[str, Any]:
    """A permission row."""
    return {"collection": collection, "action": action, "permissions": {}, "fields": ["*"], **more}


async def open_people(folder: Path, **settings: Any) -> People:
    """A new platform in that folder."""
    known = Settings(SECRET, public_url="https://data.example.org", login_stall_time=0, register_stall_time=0)
    engine = Engine(open_store(f"sqlite:///{folder}/data.db"), replace(known, **settings))
    postbox = Postbox()
    engine.mail = Mailer(engine.settings.email, postbox)
    await engine.open()
    await first_start(engine, ServerSettings(admin_password=PASSWORD, admin_token="tok-admin"))
    await create_collections(engine, SYSTEM, [ARTICLES])
    return People(engine, postbox)

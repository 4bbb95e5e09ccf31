"""The shop behind the GraphQL door, with rows, and people of several rights."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import argon2
import httpx
import pytest

from rowcast.api.rest.app import Rest
from rowcast.auth import SYSTEM, passwords
from rowcast.engine.create import create
from rowcast.engine.engine import Engine
from rowcast.engine.settings import GraphQL, Settings
from rowcast.server.bootstrap import first_start
from rowcast.server.config import ServerSettings
from rowcast.store.open import open_store
from tests.engine.conftest import _cheap_hashes, empty_shop
from tests.support.patience import PATIENCE

__all__ = ["_cheap_hashes", "empty_shop"]

MINE = {"author": {"name": {"_eq": "Ada"}}}
RULES: dict[str, list[dict[str, Any]]] = {
    "reader": [
        {"collection": "books", "action": "read", "permissions": MINE, "fields": ["id", "title", "author", "reviews"]},
        {"collection": "authors", "action": "read", "permissions": {}, "fields": ["id", "name", "books"]},
        {"collection": "reviews", "action": "read", "permissions": {"stars": {"_gt": 2}}, "fields": ["id", "stars"]},
    ],
    "writer": [
        {"collection": "books", "action": "create", "permissions": {}, "fields": ["title"]},
        {"collection": "books", "action": "update", "permissions": MINE, "fields": ["title"]},
    ],
    "nobody": [],
}
BOOKS = [
    {
        "title": "Engines",
        "pages": 10,
        "author": {"name": "Ada", "email": "ada@example.com"},
        "reviews": [{"stars": 5}, {"stars": 1}],
        "genres": [{"genres_slug": {"slug": "maths", "label": "Maths"}}],
    },
    {"title": "Poems", "pages": 20, "author": {"name": "Byron"}, "reviews": [{"stars": 4}]},
    {"title": "Blank", "pages": 30},
]
LETTER = {
    "subject": "Hello",
    "parts": [{"collection": "quotes", "item": {"words": "w"}}, {"collection": "photos", "item": {"caption": "c"}}],
}


@dataclass
class Asker:
    """Asks over the REST application, without a listener."""

    engine: Engine
    http: httpx.AsyncClient

    async def post(self, who: str | None, query: Any, scope: str = "", **more: Any) -> httpx.Response:
        """The response to a document."""
        headers = {"Authorization": f"Bearer tok-{who}"} if who else {}
        return await self.http.post(f"/graphql{scope}", json={"query": query, **more}, headers=headers)

    async def data(self, who: str | None, query: str, scope: str = "", **variables: Any) -> Any:
        """The data, where nothing is wrong."""
        response = await self.post(who, query, scope, variables=variables)
        body = response.json()
        assert (response.status_code, list(body)) == (200, ["data"]), body
        return body["data"]

    async def errors(self, who: str | None, query: str, scope: str = "", **variables: Any) -> tuple[int, list[str]]:
        """Status and codes, where something is."""
        response = await self.post(who, query, scope, variables=variables)
        return response.status_code, [each["extensions"]["code"] for each in response.json()["errors"]]


def engine_at(path: Path, query_timeout: float = PATIENCE, **settings: Any) -> Engine:
    """The engine of the shop at that path, not open yet."""
    known = Settings("for tests only, thirty-two bytes or more", login_stall_time=0, register_stall_time=0)
    return Engine(open_store(f"sqlite:///{path}", query_timeout=query_timeout), replace(known, **settings))


async def furnish(path: Path) -> None:
    """Rows and people for the shop at that path."""
    engine = engine_at(path)
    await engine.open()
    await first_start(engine, ServerSettings(admin_password="pw", admin_token="tok-admin"))
    for name, rules in RULES.items():
        policy = {"policy": {"name": name, "permissions": rules}}
        user = {"email": f"{name}@example.com", "password": "pw", "token": f"tok-{name}", "policies": [policy]}
        await create(engine, SYSTEM, "directus_users", user)
    await create(engine, SYSTEM, "books", BOOKS)
    await create(engine, SYSTEM, "letters", LETTER)
    await engine.close()


@pytest.fixture(scope="session")
def furnished(empty_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with rows and people, made once; each test works on a copy."""
    path = tmp_path_factory.mktemp("furnished") / "shop.db"
    shutil.copy(empty_shop, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        asyncio.run(furnish(path))
    return path


@pytest.fixture
def graphql() -> GraphQL:
    """The settings of the door; a test may have its own."""
    return GraphQL()


@pytest.fixture
async def ask(furnished: Path, tmp_path: Path, graphql: GraphQL) -> AsyncIterator[Asker]:
    """A client of a fresh shop."""
    path = tmp_path / "shop.db"
    shutil.copy(furnished, path)
    engine = engine_at(path, graphql=graphql)
    await engine.open()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Rest(engine)), base_url="http://testserver") as http:
        yield Asker(engine, http)
    await engine.close()

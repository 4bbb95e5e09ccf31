"""An application of ours on a fresh database with the collection ``messages``, and people who use it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import argon2
import httpx
import pytest

from rowcast import Rowcast
from rowcast.auth import passwords
from tests.support.guide import COLLECTION, FIELDS

ADMIN = {"Authorization": "Bearer tok-admin"}
BEN = {"Authorization": "Bearer tok-ben"}
Open = Callable[[Rowcast], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real hashes, at a cost for tests."""
    monkeypatch.setattr(passwords, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def app(tmp_path: Path) -> Rowcast:
    """An application that was not started."""
    return made(tmp_path)


def made(folder: Path, **settings: Any) -> Rowcast:
    """An application on the database of that folder."""
    given = {"secret": "s" * 40, "admin_password": "pw", "admin_token": "tok-admin", "rowcast_hook_timeout": 60}
    return Rowcast(f"sqlite:///{folder}/data.db", environment={"CONFIG_PATH": "/dev/null"}, **{**given, **settings})


@asynccontextmanager
async def opened(app: Rowcast) -> AsyncIterator[httpx.AsyncClient]:
    """Run it; a client that asks as the administrator. The first time, ``messages``, ``notes`` and Ben are made."""
    async with app.lifespan():
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=ADMIN) as client:
            if (await client.get("/collections/messages")).status_code != 200:
                await furnish(client)
            yield client


async def furnish(client: httpx.AsyncClient) -> None:
    """Collections, and Ben, who may use the messages and nothing else."""
    for name in ("messages", "notes"):
        body = {**COLLECTION, "collection": name, "fields": [*COLLECTION["fields"], *FIELDS]}
        (await client.post("/collections", json=body)).raise_for_status()
    rules = [
        {"collection": "messages", "action": each, "fields": ["id", "text"]} for each in ("create", "read", "update")
    ]
    policy = (await client.post("/policies", json={"name": "Chat", "permissions": rules})).json()["data"]["id"]
    user = {"email": "ben@example.com", "password": "pw", "token": "tok-ben", "policies": [{"policy": policy}]}
    (await client.post("/users", json=user)).raise_for_status()


async def messages(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """What is stored."""
    return (await client.get("/items/messages", params=query)).json()["data"]


def by_hand(folder: Path, text: str, name: str = "data.db") -> None:
    """SQL by another program: a process of its own, as SQLite's locks are per process."""
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    subprocess.run([sys.executable, "-c", program, str(folder / name), text], check=True)

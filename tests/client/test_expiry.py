"""Tokens that expire while they are used: subscriptions and requests go on, the connection stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rowcast.client import Client, create_client
from tests.support.guide import prepare
from tests.support.patience import soon, until
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Server


@pytest.mark.parametrize("way", ["login", "function", "refresh", "strict"])
async def test_new_credentials_are_given_in_time(tmp_path: Path, way: str) -> None:
    with Server(tmp_path, ACCESS_TOKEN_TTL="3s") as server:
        with server.client() as admin:
            prepare(admin)
        closed: list[object] = []
        said: list[str] = []
        client = made(server, way)
        client.on("close", closed.append)
        client.on("message", lambda message: said.append(message["status"]) if message["type"] == "auth" else None)
        async with client, client.subscribe("messages", query={"fields": ["text"]}) as events:
            for text in ("a", "b"):
                await client.rest.items("messages").create({"text": text})
                assert (await soon(anext(events))).rows == [{"text": text}]
                await until(lambda: said[-2:] == ["error", "ok"])  # expired, and renewed
            assert closed == []


def made(server: Server, way: str) -> Client:
    """A client whose tokens are valid for three seconds."""

    def login() -> dict[str, Any]:
        said = {"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
        with server.client(None) as http:
            data: dict[str, Any] = http.post("/auth/login", json=said).json()["data"]
        return data

    if way == "function":
        return create_client(server.base, token=lambda: str(login()["access_token"]))
    if way == "refresh":
        return create_client(server.base, refresh_token=login()["refresh_token"])
    return create_client(
        server.base, email=ADMIN_EMAIL, password=ADMIN_PASSWORD, mode="strict" if way == "strict" else "handshake"
    )

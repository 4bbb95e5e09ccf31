"""The page about the client: its code runs, and prints what the page says; and nothing public is missing on it."""

from __future__ import annotations

import re

import pytest

from rowcast.client import Channel, Client, F, Items, LiveTable
from rowcast.client.client import create_client
from rowcast.client.expression import Path
from tests.client.pages import DOCS, perform
from tests.support.guide import TOKEN, prepare
from tests.support.server import Server

PAGE = (DOCS / "client.md").read_text()


async def test_the_code(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    with server.client() as admin:
        prepare(admin)

    def local(text: str) -> str:
        return text.replace("http://127.0.0.1:8055", server.base).replace("your-access-token", TOKEN)

    await perform("client.md", local, lambda: capsys.readouterr().out)


def test_every_argument_and_verb() -> None:
    arguments = set(create_client.__annotations__) - {"return"}
    told = set(re.findall(r"`(\w+)`", re.split(r"^```", PAGE.partition("| Argument")[2], maxsplit=1, flags=re.M)[0]))
    assert arguments <= told
    for kind in (Items, Client, LiveTable, Channel, Path):
        names = {name for name in vars(kind) if not name.startswith("_")}
        own = {"gate", "is_hosted", "answer_pings", "start", "apply", "take", "become", "room", "end", "version"}
        assert {name for name in names - own if not re.search(rf"\b{name}\b", PAGE)} == set(), kind
    assert F is not None

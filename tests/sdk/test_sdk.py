"""The official JavaScript SDK, unmodified, on Node: what its users write works."""

from __future__ import annotations

import pytest

from tests.support.guide import prepare
from tests.support.node import PROJECT, node
from tests.support.server import Server

pytestmark = pytest.mark.sdk


def test_the_guide_in_node(server: Server) -> None:
    with server.client() as admin:
        token = prepare(admin)
    assert "guide: good" in node(PROJECT / "guide.mjs", server.base, token)


def test_sign_in_and_subscribe(server: Server) -> None:
    with server.client() as admin:
        prepare(admin)
    assert "session: good" in node(PROJECT / "session.mjs", server.base)


@pytest.mark.parametrize("which", ["native", "ws"])
def test_messages_that_come_in_one_go(server: Server, which: str) -> None:
    with server.client() as admin:
        token = prepare(admin)
    assert "burst: good" in node(PROJECT / "burst.mjs", server.base, token, which)

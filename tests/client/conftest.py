"""A real server with the guide's project for the tests of the client, and both event loops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.guide import prepare
from tests.support.server import Server


@pytest.fixture(scope="session")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the collection ``messages`` and Ben, who may read, create and update."""
    with Server(tmp_path_factory.mktemp("guide")) as server:
        with server.client() as admin:
            prepare(admin)
        yield server


@pytest.fixture
def notes(guide: Server) -> Iterator[Path]:
    """A collection ``notes`` of its own for the test: id, text, rank."""
    fields = [
        {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}},
        {"field": "text", "type": "string", "schema": {}},
        {"field": "rank", "type": "integer", "schema": {}},
    ]
    with guide.client() as admin:
        admin.post(
            "/collections", json={"collection": "notes", "schema": {}, "meta": {}, "fields": fields}
        ).raise_for_status()
        yield guide.directory
        admin.delete("/collections/notes").raise_for_status()

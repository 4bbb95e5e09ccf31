"""The client without await."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowcast.client import F, sync
from rowcast.errors import Forbidden
from tests.support.server import ADMIN_TOKEN, Server


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_same_verbs(guide: Server, notes: Path, backend: str) -> None:
    with sync.create_client(guide.base, token=ADMIN_TOKEN, backend=backend) as client:
        rows = client.items("notes")
        made = rows.create({"text": "a", "rank": 1})
        assert rows.read(filter=F.rank == 1) == [made]
        with client.subscribe("notes", event="create") as events:
            assert events.init.rows == []
            other = rows.create({"text": "b", "rank": 2})
            event = events.get(5)
            assert event is not None
            assert event.rows == [other]
            assert events.get(0.01) is None
        with client.live("notes", sort="-rank") as table:
            assert table.rows == [other, made]
            rows.delete(other["id"])
            assert table.until(lambda found: found == [made], 5) == [made]
            change = table.get(5)
            assert change is not None
            assert change.kind == "delete"
        assert client.users.me(fields="email")["email"] == "admin@example.com"
        with pytest.raises(Forbidden):
            rows.read_one(other["id"])


def test_without_a_block(guide: Server) -> None:
    client = sync.create_client(guide.base, token=ADMIN_TOKEN)
    assert client.items("messages").read(limit=0) == []
    client.close()
    client.close()
    assert client.items("messages").read(limit=0) == []
    client.close()

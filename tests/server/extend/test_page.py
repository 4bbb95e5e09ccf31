"""The page about extending the server: its code runs, and does what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from rowcast import Rowcast
from tests.server.extend.conftest import ADMIN, BEN, furnish
from tests.server.extend.test_mount import served
from tests.support.guide import COLLECTION
from tests.support.patience import until

ROOT = Path(__file__).parent.parent.parent.parent
PAGE = (ROOT / "docs" / "extend.md").read_text()


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the page's code leaves, run from top to bottom."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"SECRET": "s" * 40, "ADMIN_PASSWORD": "pw", "ADMIN_TOKEN": "tok-admin"}.items():
        monkeypatch.setenv(name, value)
    space: dict[str, Any] = {"__name__": "main"}
    for text in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        if not text.startswith(EXTENSION):
            exec(compile(text, "extend.md", "exec"), space)
    return space


EXTENSION = "# extensions/shout.py\n"


@pytest.fixture
def extensions(tmp_path: Path) -> str:
    """A folder with the page's extension."""
    folder = tmp_path / "extensions"
    folder.mkdir()
    (folder / "shout.py").write_text(EXTENSION + PAGE.split(EXTENSION)[1].split("```")[0])
    return str(folder)


async def test_the_code(space: dict[str, Any], extensions: str) -> None:
    app: Rowcast = space["app"]
    app.load_extensions(extensions, required=True)
    async with (
        served(space["around"]) as address,
        httpx.AsyncClient(base_url=f"http://{address}/data", headers=ADMIN) as client,
    ):
        await furnish(client)
        await client.post("/fields/messages", json={"field": "pinned", "type": "boolean", "schema": {}})
        texts: list[dict[str, Any]] = [
            {"field": name, "type": "string", "schema": {}} for name in ("what", "row", "told")
        ]
        body = {**COLLECTION, "collection": "audit", "fields": [COLLECTION["fields"][0], *texts]}
        (await client.post("/collections", json=body)).raise_for_status()

        assert (await client.post("/items/messages", json={"text": " !hi "}, headers=BEN)).status_code == 200
        assert (await client.get("/items/messages/1")).json()["data"]["text"] == "!HI"
        for nothing in ({"text": "  "}, {"text": None}, {}):
            assert (await client.post("/items/messages", json=nothing)).status_code == 400
        await client.patch("/items/messages/1", json={"pinned": True})
        assert (await client.delete("/items/messages/1")).json()["errors"][0]["message"] == "Unpin it first."

        await until(lambda: any(each.name == "audit" and each.calls for each in app.hooks))
        noted = (await client.get("/items/audit")).json()["data"]
        assert [(row["what"], row["row"]) for row in noted] == [("items.create", "1")]
        assert (await client.get("/summary")).json() == {"visible": 1, "all": 1, "newest": ["!HI"]}
        assert (await client.get(f"http://{address}/health")).json() == {"messages": 1}

        async with connect(f"ws://{address}/data/websocket", proxy=None) as ws:
            await ws.send(json.dumps({"type": "typing", "who": "Ben", "uid": 1}))
            found = [json.loads(await ws.recv()) for _ in range(3)]
            assert [each["type"] for each in found] == ["welcome", "typing", "typing"]
            assert found[2] == {"type": "typing", "seen_by": 1, "uid": 1}
            await ws.send(json.dumps({"type": "subscribe", "collection": "directus_users"}))
            assert json.loads(await ws.recv())["error"]["message"] == "Not over the socket."
    assert all(each.failures == 0 for each in app.hooks)


def test_the_verbs_are_all_there() -> None:
    from rowcast.server.extend.items import Items

    listed = re.search(r"^(`read`.*?): the verbs of the client", PAGE, re.MULTILINE | re.DOTALL)
    assert listed is not None
    named = set(re.findall(r"`(\w+)`", listed[1]))
    assert named == {name for name in vars(Items) if not name.startswith("_") and name != "collection"}

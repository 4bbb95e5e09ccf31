"""The example of the page about flows, pasted as it stands."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.support.guide import prepare
from tests.support.patience import PATIENCE
from tests.support.server import ADMIN_TOKEN, Server, environment

PAGE = (Path(__file__).parents[2] / "docs" / "flows.md").read_text()


def test_the_example(server: Server) -> None:
    (script,) = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    here = script.replace("http://127.0.0.1:8055", server.base)
    with server.client() as admin:
        prepare(admin)
        done = subprocess.run(
            ["bash", "-e", "-c", here],
            env=environment(ADMIN=ADMIN_TOKEN),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("[1]")
        (row,) = admin.get("/items/messages", params={"fields": "text,user"}).json()["data"]
    assert row == {"text": "What a day", "user": "a guest"}

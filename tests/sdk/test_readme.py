"""The README's chat, pasted as it stands."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.node import NODE, sdk
from tests.support.patience import PATIENCE, wait_until
from tests.support.server import ADMIN_PASSWORD, Server, environment

pytestmark = pytest.mark.sdk
README = (Path(__file__).parents[2] / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The README's blocks in that language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def shell(server: Server, text: str) -> subprocess.CompletedProcess[str]:
    """Have a shell do it, at this server."""
    script = text.replace("http://127.0.0.1:8055", server.base)
    return subprocess.run(
        ["bash", "-e", "-c", script], env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@contextmanager
def pasted(server: Server, folder: Path) -> Iterator[Path]:
    """A program of all JavaScript blocks, running; the file that it writes to."""
    (folder / "node_modules").symlink_to(sdk())
    program, said = folder / "chat.mjs", folder / "said"
    program.write_text("\n".join(blocks("js")).replace("ws://127.0.0.1:8055/websocket", server.socket))
    with said.open("w") as out:
        process = subprocess.Popen([str(NODE), str(program)], stdout=out, stderr=subprocess.STDOUT)
    try:
        yield said
    finally:
        process.kill()
        process.wait()


def wait_for(said: Path, *words: str) -> None:
    """Until all of it is said."""
    wait_until(lambda: all(word in said.read_text() for word in words))


def test_the_chat_pasted_block_after_block(server: Server, tmp_path: Path) -> None:
    preparing, by_hand = blocks("sh")
    made = shell(server, preparing.replace('"password":"…"', f'"password":"{ADMIN_PASSWORD}"'))
    assert made.returncode == 0, made.stderr
    assert "errors" not in made.stdout
    with pasted(server, tmp_path) as said:
        wait_for(said, "init", "create [ { user: 'Rijk', text: 'Hello' } ]")
        found = re.search(r'sqlite3 data/rowcast.db "(.*)"', by_hand)
        assert found is not None
        with closing(sqlite3.connect(server.directory / "data" / "rowcast.db")) as database, database:
            database.execute(found[1])
        wait_for(said, "create [ { user: 'SQL', text: 'by hand' } ]")


def test_a_wrong_password_is_told(server: Server) -> None:
    done = shell(server, blocks("sh")[0].split("call POST /collections")[0])
    assert done.stderr.strip() == "Invalid user credentials."

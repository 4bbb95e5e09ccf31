"""The guide as it is written: its Python runs from top to bottom and prints what the page says; its JavaScript runs on Node."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.client.pages import blocks, perform
from tests.support.guide import TOKEN, prepare
from tests.support.node import PROJECT, node, sdk
from tests.support.server import Server

HEARING = """
const said = [], log = console.log;
console.log = (...words) => { said.push(words.join(' ')); log(...words); };
async function heard(line, count) {
  const there = () => said.filter((each) => each.startsWith(line)).length >= count;
  for (const ends = Date.now() + 60000; !there() && Date.now() < ends;) await new Promise((next) => setTimeout(next, 10));
}
"""
WAITS = {
    "await client.connect();": ("open", 1),
    "subscribe();": ("item init", 1),
    "createItem('Hello Everyone Everywhere All At Once!', 'Kevin');": ("message items", 3),
    "readLatestItem();": ("message items", 4),
    "client.disconnect();": ("close", 1),
}
"""The line that ends a block, and what it has to bring about, how often, before the next block."""


def local(text: str, server: Server) -> str:
    """The block with the test's address and token."""
    return text.replace("ws://127.0.0.1:8055/websocket", server.socket).replace("your-access-token", TOKEN)


async def test_python(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    with server.client() as admin:
        prepare(admin)
    await perform("guide.md", lambda text: local(text, server), lambda: capsys.readouterr().out)


@pytest.mark.sdk
def test_javascript(server: Server, tmp_path: Path) -> None:
    with server.client() as admin:
        prepare(admin)
    script = tmp_path / "guide.mjs"
    parts = [HEARING]
    for _, text in blocks("guide.md", "js"):
        lines = [wait for mark, wait in WAITS.items() if re.search(f"^{re.escape(mark)}$", text, re.MULTILINE)]
        parts += [local(text, server), *(f"await heard({json.dumps(line)}, {count});\n" for line, count in lines)]
    program = "".join([*parts, "process.exit(0);\n"])
    script.write_text(program.replace("'@directus/sdk'", f"'{sdk() / '@directus/sdk/dist/index.js'}'"))
    printed = node(script)
    for line in ["open", "item init null", "close"]:
        assert line in printed.splitlines(), printed
    assert len(re.findall(r'^message items .*"text":"Hello', printed, re.MULTILINE)) == 4, printed


def test_both_languages_at_each_step() -> None:
    """Every block in JavaScript is followed by its twin."""
    order = [language for language, _ in blocks("guide.md", "js", "python")]
    assert order[: 2 * order.count("js")] == ["js", "python"] * order.count("js")
    assert PROJECT.is_dir()

"""The guide as it is written: its Python runs from top to bottom and prints what the page says; its JavaScript runs on Node."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.guide import TOKEN, prepare
from tests.support.node import PROJECT, node, sdk
from tests.support.server import Server

PAGE = (Path(__file__).parent.parent.parent / "docs" / "guide.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(*languages: str) -> list[tuple[str, str]]:
    """The page's blocks in these languages, in order."""
    return [(language, text) for language, text in BLOCK.findall(PAGE) if language in languages]


def local(text: str, server: Server) -> str:
    """The block with the test's address and token."""
    return text.replace("ws://127.0.0.1:8055/websocket", server.socket).replace("your-access-token", TOKEN)


async def test_python(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    with server.client() as admin:
        prepare(admin)
    space: dict[str, Any] = {"__name__": "guide"}
    for language, text in blocks("python", "text"):
        if language == "python":
            code = compile(local(text, server), "guide.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            capsys.readouterr()
            pending = eval(code, space)
            if inspect.isawaitable(pending):
                await pending
        else:
            printed = capsys.readouterr().out
            for line in text.splitlines():
                wanted = re.escape(line).replace("…", ".*")
                assert re.search(f"^{wanted}$", printed, re.MULTILINE), f"{line!r} is not in:\n{printed}"


@pytest.mark.sdk
def test_javascript(server: Server, tmp_path: Path) -> None:
    with server.client() as admin:
        prepare(admin)
    script = tmp_path / "guide.mjs"
    wait = "await new Promise((next) => setTimeout(next, 300));\n"
    text = wait.join(local(text, server) for _, text in blocks("js"))
    text = re.sub(r"^(?=createItem\()", wait, text, flags=re.MULTILINE)  # one after the other, as the page says
    script.write_text(
        text.replace("'@directus/sdk'", f"'{sdk() / '@directus/sdk/dist/index.js'}'") + wait + "process.exit(0);\n"
    )
    printed = node(script)
    for line in ["open", "item init null", "close"]:
        assert line in printed.splitlines(), printed
    assert len(re.findall(r'^message items .*"text":"Hello', printed, re.MULTILINE)) == 4, printed


def test_both_languages_at_each_step() -> None:
    """Every block in JavaScript is followed by its twin."""
    order = [language for language, _ in blocks("js", "python")]
    assert order[: 2 * order.count("js")] == ["js", "python"] * order.count("js")
    assert PROJECT.is_dir()

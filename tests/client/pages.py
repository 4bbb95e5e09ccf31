"""Pages of documentation as programs: their Python runs from top to bottom and prints what the page says. Must not know which
page."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.patience import PATIENCE

DOCS = Path(__file__).parent.parent.parent / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, *languages: str) -> list[tuple[str, str]]:
    """The page's blocks in these languages, in order."""
    return [(language, text) for language, text in _BLOCK.findall((DOCS / page).read_text()) if language in languages]


async def perform(page: str, local: Callable[[str], str], printed: Callable[[], str]) -> None:
    """Run the Python of a page. ``local`` puts addresses and tokens in; ``printed`` gives what was printed since it was last asked;
    a block of text is what must come among that, line by line, … standing for anything, before the page goes on."""
    space: dict[str, Any] = {"__name__": page}
    for language, text in blocks(page, "python", "text"):
        if language == "python":
            printed()
            code = compile(local(text), page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            pending = eval(code, space)
            if inspect.isawaitable(pending):
                await pending
        else:
            await _seen(text, printed)


async def _seen(text: str, printed: Callable[[], str]) -> None:
    found, ends = printed(), time.monotonic() + PATIENCE
    for line in text.splitlines():
        wanted = re.escape(line).replace("…", ".*")
        while not re.search(f"^{wanted}$", found, re.MULTILINE):
            assert time.monotonic() < ends, f"{line!r} is not in:\n{found}"
            await asyncio.sleep(0.02)
            found += printed()

"""Pages of documentation as programs: their Python runs from top to bottom and prints what the page says. Must not know which
page."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent.parent / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, *languages: str) -> list[tuple[str, str]]:
    """The page's blocks in these languages, in order."""
    return [(language, text) for language, text in _BLOCK.findall((DOCS / page).read_text()) if language in languages]


async def perform(page: str, local: Callable[[str], str], printed: Callable[[], str]) -> None:
    """Run the Python of a page. ``local`` puts addresses and tokens in; ``printed`` gives what was printed since it was last asked;
    a block of text is what must be among that, line by line, … standing for anything."""
    space: dict[str, Any] = {"__name__": page}
    for language, text in blocks(page, "python", "text"):
        if language == "python":
            printed()
            code = compile(local(text), page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            pending = eval(code, space)
            if inspect.isawaitable(pending):
                await pending
        else:
            found = printed()
            for line in text.splitlines():
                wanted = re.escape(line).replace("…", ".*")
                assert re.search(f"^{wanted}$", found, re.MULTILINE), f"{line!r} is not in:\n{found}"

"""What the command line tells a person. Must not know how it came about."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rowcast.server.bootstrap import Login
from rowcast.version import __version__

Line = tuple[str, str]


class Made(Protocol):
    """What the start has made, or left to the set-up page."""

    @property
    def login(self) -> Login | None:
        """The administrator, if it was made just now."""

    @property
    def setup(self) -> str | None:
        """The set-up code while there is no administrator."""


def tell(lines: Sequence[Line]) -> None:
    """Print names and values on standard output, in columns; in colour for a person at a terminal."""
    width = max(len(name) for name, _ in lines) + 2
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.text import Text

        console = Console(highlight=False, soft_wrap=True)
        for name, value in lines:
            console.print(Text.assemble((f"  {name:<{width}}", "bold"), (value, "cyan")))
    else:
        sys.stdout.writelines(f"  {name:<{width}}{value}\n" for name, value in lines)
        sys.stdout.flush()


def write(text: str) -> None:
    """Print a text on standard output as it is."""
    sys.stdout.write(text + "\n")


def of_server(address: str, database: Path, made: Made, studio: Path) -> list[Line]:
    """What is worth knowing when the server has started. ``studio``: where its files would be."""
    lines = [("Rowcast", __version__), ("Address", address), ("Database", str(database))]
    if (studio / "index.html").is_file():
        lines.insert(2, ("Studio", f"{address}/admin"))
    if made.setup is not None:
        lines.append(("Set up", f"{address}/admin/setup?code={made.setup}"))
    return lines + of_login(made.login)


def of_login(login: Login | None) -> list[Line]:
    """The administrator that was made just now; a generated password is shown this once."""
    if login is None:
        return []
    password = [] if login.password is None else [("Password", f"{login.password} (shown only now)")]
    return [("Administrator", login.email), *password]

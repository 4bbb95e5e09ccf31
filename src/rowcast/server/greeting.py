"""What the command line tells a person. Must not know how it came about."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rowcast.server.bootstrap import Login
from rowcast.version import __version__

Line = tuple[str, str]


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


def of_server(address: str, database: Path, login: Login | None, studio: Path) -> list[Line]:
    """What is worth knowing when the server has started. ``studio``: where its files would be."""
    lines = [("Rowcast", __version__), ("Address", address), ("Database", str(database))]
    if (studio / "index.html").is_file():
        lines.insert(2, ("Studio", f"{address}/admin"))
    return lines + of_login(login)


def of_login(login: Login | None) -> list[Line]:
    """The administrator that was made just now; a generated password is shown this once."""
    if login is None:
        return []
    password = [] if login.password is None else [("Password", f"{login.password} (shown only now)")]
    return [("Administrator", login.email), *password]

"""The ``rowcast`` command: the server's commands and the client's side by side. Knows both, which know nothing of each other, and
does nothing itself. Either works without the other's packages."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. A package that is missing is told with the extra that brings it."""
    try:
        from rowcast.client.command import register
        from rowcast.server.command import app
        from rowcast.server.command import main as run
    except ModuleNotFoundError as error:
        _missing(error, "cli")
        raise
    register(app)
    try:
        run()
    except ModuleNotFoundError as error:
        _missing(error, "server")
        raise


def _missing(error: ModuleNotFoundError, extra: str) -> None:
    """A package of others that is not installed is a wish; a module of our own would be a fault."""
    if error.name is not None and not error.name.startswith("rowcast"):
        sys.stderr.write(f"rowcast: {error.name} is not installed: pip install 'rowcast[{extra}]'\n")
        sys.exit(2)

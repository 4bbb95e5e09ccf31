"""Spares the process of the command line what it never uses. Must not be used where the process is somebody else's."""

from __future__ import annotations

import sys
from importlib import import_module

UNUSED = "rich.traceback"
"""Tracebacks in colours, which structlog brings along where they are installed, and with them names and rules of every language."""


def load_log() -> None:
    """Load structlog without them: two megabytes, and some milliseconds of each start."""
    if "structlog" in sys.modules or UNUSED in sys.modules:
        return
    sys.modules[UNUSED] = None  # type: ignore[assignment] # what Python takes for a module that is not there
    try:
        import_module("structlog")
    finally:
        del sys.modules[UNUSED]

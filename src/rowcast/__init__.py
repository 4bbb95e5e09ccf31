"""Rowcast: live, permissioned data on your own SQL database. See the rooms' DESIGN.md for the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowcast.client import create_client as create_client

__version__ = "0.1.0"
__all__ = ["__version__", "create_client"]


def __getattr__(name: str) -> Any:
    """The client is loaded when it is asked for, so that the server starts without it."""
    if name == "create_client":
        from rowcast.client import create_client

        return create_client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

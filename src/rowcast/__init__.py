"""Rowcast: live, permissioned data on your own SQL database. See the rooms' DESIGN.md for the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rowcast.version import __version__

if TYPE_CHECKING:
    from rowcast.client import create_client as create_client
    from rowcast.server.extend.after import RowEvent as RowEvent
    from rowcast.server.extend.app import Rowcast as Rowcast
    from rowcast.server.extend.context import BeforeContext as BeforeContext
    from rowcast.server.extend.context import Context as Context
    from rowcast.server.extend.context import SocketContext as SocketContext

__all__ = ["BeforeContext", "Context", "RowEvent", "Rowcast", "SocketContext", "__version__", "create_client"]

_HOMES = {
    "BeforeContext": "rowcast.server.extend.context",
    "Context": "rowcast.server.extend.context",
    "RowEvent": "rowcast.server.extend.after",
    "Rowcast": "rowcast.server.extend.app",
    "SocketContext": "rowcast.server.extend.context",
    "create_client": "rowcast.client",
}


def __getattr__(name: str) -> Any:
    """Client and server are loaded when they are asked for, so that each starts without the other."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        return getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("rowcast"):
            raise
        raise ImportError(f"{error.name} is not installed: pip install 'rowcast[server]' brings the server.") from error

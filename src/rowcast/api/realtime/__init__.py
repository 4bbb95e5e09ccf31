"""The realtime door: messages of the socket ⇄ verbs of the engine. Knows no socket."""

from rowcast.api.realtime.connection import Connection

__all__ = ["Connection"]

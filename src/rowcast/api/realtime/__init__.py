"""The realtime door: messages of the socket ⇄ verbs of the engine. Knows no socket."""

from rowcast.api.realtime.connection import Connection, context_of

__all__ = ["Connection", "context_of"]

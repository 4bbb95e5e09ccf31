"""The session of the door for the server's log: an administrator says from which level on it wants to read. Knows no socket, no
clock and no log; what is said at this door is another language than at the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct

from rowcast.errors import RequestError
from rowcast.protocol import frames
from rowcast.protocol.codec import UNREADABLE
from rowcast.protocol.limit import Limit
from rowcast.protocol.session import Close, Send

LEVELS: Mapping[str, int] = {"trace": 10, "debug": 20, "info": 30, "warn": 40, "error": 50, "fatal": 60}
LogEffect = Send | Close
_encode = msgspec.json.encode


class _Message(Struct):
    type: str
    log_level: Any = None
    uid: Raw = Raw()


_decode = msgspec.json.Decoder(_Message).decode


class LogSession:
    """One reader, whose credentials are good until ``deadline``. ``level`` is that from which on it reads, None for nothing;
    ``allowed`` are those that it may name."""

    __slots__ = ("_is_open", "_limit", "allowed", "deadline", "level")

    def __init__(self, lowest: str, expires: float | None, limit: tuple[int, float] | None = None) -> None:
        self.allowed = allowed(lowest)
        self.deadline = expires
        self.level: int | None = None
        self._limit = Limit(*limit) if limit else None
        self._is_open = True

    def receive(self, text: bytes, now: float) -> Sequence[LogEffect]:
        """A frame has arrived."""
        if not self._is_open or (self._limit is not None and self._limit.take(now)):
            return ()
        try:
            message = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return (Send(frames.error("server", RequestError(UNREADABLE))),)
        uid = bytes(message.uid)
        if message.type == "subscribe":
            return (Send(self._subscribe(message.log_level, uid)),)
        if message.type == "unsubscribe":
            self.level = None
            return (Send(b'{"type":"logs","event":"unsubscribe"' + frames.tail(uid)),)
        return (Send(frames.pong(uid)),) if message.type == "ping" else ()

    def _subscribe(self, name: Any, uid: bytes) -> bytes:
        if not isinstance(name, str) or name not in self.allowed:
            shown = name if isinstance(name, str) else _encode(name).decode()
            return frames.error("logs", RequestError(f'Invalid "{shown[:100]}" log level'), uid)
        self.level = self.allowed[name]
        return b'{"type":"logs","event":"subscribe","log_level":' + _encode(name) + frames.tail(uid)

    def tick(self, now: float) -> Sequence[LogEffect]:
        """Time has passed: call when ``deadline`` is reached."""
        if self.deadline is None or now < self.deadline:
            return ()
        return (Send(frames.EXPIRED), self.close())

    def beat(self) -> Sequence[LogEffect]:
        """The heart beats, but not at this door: its readers have never had to answer."""
        return ()

    def rejected(self) -> Sequence[LogEffect]:
        """Credentials come with the upgrade alone."""
        return (self.close(),)

    def close(self, code: int | None = None, reason: str = "") -> Close:
        """From now on nothing is taken. Returns the effect."""
        self._is_open, self.deadline, self.level = False, None, None
        return Close(code, reason)


def allowed(lowest: str) -> dict[str, int]:
    """The levels that may be read, where that is the lowest one. (``silent`` is above all.)"""
    least = LEVELS.get(lowest, max(LEVELS.values()) + 1)
    return {name: level for name, level in LEVELS.items() if level >= least}


def line(data: Mapping[str, Any], node: str) -> bytes:
    """A line of the log; ``node`` names the process that wrote it."""
    return b'{"type":"logs","data":' + _encode(data, enc_hook=str) + b',"uid":' + _encode(node) + b"}"

"""The life of one connection of the sub-protocol ``graphql-transport-ws``: which message may come when, and what is due. Knows no
socket, no clock and no GraphQL: time is handed in, effects are handed out.

    phase      message                                       time is up
    GREETING   connection_init: check credentials            4408
    CHECKING   ping                                          4408
    OPEN       subscribe: begin; complete: stop; ping        4403: the credentials have expired
    CLOSED     nothing

A message that does not belong where it stands closes the connection with the code that the sub-protocol has for it.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Literal

import msgspec
from msgspec import Struct

from rowcast.protocol.limit import Limit
from rowcast.protocol.session import Close, Mode, Send

SUBPROTOCOL = "graphql-transport-ws"
BAD_MESSAGE, UNAUTHORIZED, FORBIDDEN, INIT_TIMEOUT, TAKEN, TOO_MANY_INITS, TOO_FAST = (
    4400, 4401, 4403, 4408, 4409, 4429, 4429
)  # fmt: skip
ACK = b'{"type":"connection_ack"}'
PING = b'{"type":"ping"}'
PONG = b'{"type":"pong"}'
MOST_OPEN = 1000
"""Operations that one connection may have open."""


class Authenticate(Struct, frozen=True):
    """Find out who this token belongs to (None: keep who came with the upgrade), then call ``accepted`` or ``rejected``."""

    token: str | None


class Begin(Struct, frozen=True):
    """Run this operation."""

    id: str
    payload: dict[str, Any]


class Stop(Struct, frozen=True):
    """The client does not want to hear of this operation any more."""

    id: str


GraphEffect = Send | Close | Authenticate | Begin | Stop
GraphEffects = tuple[GraphEffect, ...]


class GraphRules(Struct, frozen=True):
    """What all sessions share. Times are seconds. ``limit`` is (operations, seconds) or None."""

    mode: Mode = "handshake"
    auth_timeout: float = 10.0
    limit: tuple[int, float] | None = None


class GraphPhase(Enum):
    """See the module's table."""

    GREETING = "greeting"
    CHECKING = "checking"
    OPEN = "open"
    CLOSED = "closed"


class _Message(Struct):
    type: Literal["connection_init", "ping", "pong", "subscribe", "complete"]
    id: str | None = None
    payload: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(_Message).decode
_encode = msgspec.json.encode


class GraphSession:
    """One connection. ``deadline`` is when ``tick`` is due, None for never; ``open`` are the ids of operations that go on."""

    def __init__(self, rules: GraphRules, now: float, *, known: bool = False) -> None:
        """``known``: credentials came with the upgrade."""
        self.rules, self._known = rules, known
        self.phase = GraphPhase.GREETING
        self.deadline: float | None = now + rules.auth_timeout
        self.open: set[str] = set()
        self._limit = Limit(*rules.limit) if rules.limit else None
        self._pinged = False

    # ---- messages -----------------------------------------------------------------------------------------------------

    def receive(self, text: bytes, now: float) -> GraphEffects:
        """A message has arrived."""
        self._pinged = False
        if self.phase is GraphPhase.CLOSED:
            return ()
        try:
            message = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return (self.close(BAD_MESSAGE, "Invalid message received"),)
        return self._take(message, now)

    def _take(self, message: _Message, now: float) -> GraphEffects:
        match message.type:
            case "connection_init":
                return self._greet(message.payload or {})
            case "ping":
                return (Send(PONG),)
            case "pong":
                return ()
            case "subscribe":
                return self._begin(message, now)
            case "complete":
                return self._stop(message)

    def _greet(self, payload: dict[str, Any]) -> GraphEffects:
        if self.phase is not GraphPhase.GREETING:
            return (self.close(TOO_MANY_INITS, "Too many initialisation requests"),)
        token = payload.get("access_token") if self.rules.mode == "handshake" else None
        if self.rules.mode == "handshake" and not self._known and not (isinstance(token, str) and token):
            return (self.close(FORBIDDEN, "Forbidden"),)
        self.phase = GraphPhase.CHECKING
        return (Authenticate(token if isinstance(token, str) and token else None),)

    def _begin(self, message: _Message, now: float) -> GraphEffects:
        if self.phase is not GraphPhase.OPEN:
            return (self.close(UNAUTHORIZED, "Unauthorized"),)
        if not message.id or message.payload is None or not isinstance(message.payload.get("query"), str):
            return (self.close(BAD_MESSAGE, "Invalid message received"),)
        if message.id in self.open:
            return (self.close(TAKEN, f"Subscriber for {message.id[:60]} already exists"),)
        if len(self.open) >= MOST_OPEN or (self._limit is not None and self._limit.take(now)):
            return (self.close(TOO_FAST, "Too many requests"),)
        self.open.add(message.id)
        return (Begin(message.id, message.payload),)

    def _stop(self, message: _Message) -> GraphEffects:
        if not message.id:
            return (self.close(BAD_MESSAGE, "Invalid message received"),)
        if message.id not in self.open:
            return ()
        self.open.discard(message.id)
        return (Stop(message.id),)

    # ---- credentials and time -----------------------------------------------------------------------------------------

    def accepted(self, expires: float | None = None) -> GraphEffects:
        """The token is good until ``expires`` (None: for ever)."""
        if self.phase is not GraphPhase.CHECKING:
            return ()
        self.phase, self.deadline = GraphPhase.OPEN, expires
        return (Send(ACK),)

    def rejected(self) -> GraphEffects:
        """It is not."""
        return () if self.phase is GraphPhase.CLOSED else (self.close(FORBIDDEN, "Forbidden"),)

    def tick(self, now: float) -> GraphEffects:
        """Time has passed: call when ``deadline`` is reached."""
        if self.deadline is None or now < self.deadline or self.phase is GraphPhase.CLOSED:
            return ()
        if self.phase is GraphPhase.OPEN:
            return (self.close(FORBIDDEN, "Forbidden"),)
        return (self.close(INIT_TIMEOUT, "Connection initialisation timeout"),)

    def beat(self) -> GraphEffects:
        """The heart beats: ping, or close if the last ping was followed by nothing."""
        if self.phase is not GraphPhase.OPEN:
            return ()
        if self._pinged:
            return (self.close(None),)
        self._pinged = True
        return (Send(PING),)

    def close(self, code: int | None = None, reason: str = "") -> Close:
        """From now on nothing is taken. Returns the effect."""
        self.phase, self.deadline = GraphPhase.CLOSED, None
        return Close(code, reason)


# ---- messages that we send ------------------------------------------------------------------------------------------------


def following(name: str, body: bytes) -> bytes:
    """``next``: a result of the operation, as finished JSON."""
    return b'{"id":' + _encode(name) + b',"type":"next","payload":' + body + b"}"


def finished(name: str) -> bytes:
    """``complete``: the operation is over."""
    return b'{"id":' + _encode(name) + b',"type":"complete"}'


def failed(name: str, errors: list[dict[str, Any]]) -> bytes:
    """``error``: the operation could not begin, or may not go on."""
    return b'{"id":' + _encode(name) + b',"type":"error","payload":' + _encode(errors) + b"}"

"""The life of one connection as a table of states: what is due when a frame arrives, credentials are judged or time passes.
Knows no socket, no clock and no database: time is handed in, effects are handed out.

    phase     frame                      credentials good   bad                              time is up
    GREETING  auth: check; else: close   OPEN               "handshake failed", close        "handshake failed", close
    OPEN      run, check, answer ping    OPEN               public; close unless public      TOKEN_EXPIRED, public, EXPIRED
    EXPIRED   as OPEN                    OPEN               as OPEN                          AUTH_TIMEOUT; close unless public
    CLOSED    nothing

All frames take effect in the order sent: while one is suspended (credentials are checked, the database is asked), those that
arrive wait in the session. Writes alone need not wait for each other: once a write stands in the database's queue, those that
follow it directly are handed out too and stand behind it, so that they can share a commit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from enum import Enum
from typing import Literal, TypeGuard

from msgspec import Struct

from rowcast.errors import RequestError, RequestsExceeded
from rowcast.protocol import frames
from rowcast.protocol.codec import decode, decode_custom
from rowcast.protocol.limit import Limit
from rowcast.protocol.messages import Auth, Invalid, Items, Ping, Pong, Request

Mode = Literal["public", "handshake", "strict"]


class Send(Struct, frozen=True):
    """Send this frame."""

    frame: bytes


class Check(Struct, frozen=True):
    """Judge these credentials, then call ``accepted`` or ``rejected``."""

    message: Auth


class Run(Struct, frozen=True):
    """Do what the message asks, and answer it."""

    message: Request


class Demote(Struct, frozen=True):
    """From now on the connection has the rights of the public."""


class Close(Struct, frozen=True):
    """Close the connection; without code: an empty close frame."""

    code: int | None = None
    reason: str = ""


Effect = Send | Check | Run | Demote | Close
Effects = Sequence[Effect]
NOTHING: Effects = ()


class Phase(Enum):
    """See the module's table."""

    GREETING = "greeting"
    OPEN = "open"
    EXPIRED = "expired"
    CLOSED = "closed"


class Rules(Struct, frozen=True):
    """What all sessions of one door share. Times are seconds. ``limit`` is (messages, seconds) or None;
    ``custom`` are the types of messages that extensions have added."""

    mode: Mode = "handshake"
    auth_timeout: float = 10.0
    answer_pings: bool = True
    limit: tuple[int, float] | None = None
    custom: frozenset[str] = frozenset()


class Session:
    """One connection. All times are seconds of one clock, whichever. ``deadline`` is when ``tick`` is due, None for never."""

    __slots__ = ("_checking", "_limit", "_outstanding", "_pinged", "_queue", "_writing", "deadline", "phase", "rules")

    def __init__(self, rules: Rules, now: float, *, known: bool = False, expires: float | None = None) -> None:
        """``known``: credentials came with the upgrade and were good until ``expires``."""
        self.rules = rules
        greeting = rules.mode != "public" and not known
        self.phase = Phase.GREETING if greeting else Phase.OPEN
        self.deadline = now + rules.auth_timeout if greeting else expires
        self._limit = Limit(*rules.limit) if rules.limit else None
        self._queue: deque[bytes] | None = None  # an empty one would be most of what a session at rest takes
        self._checking: bytes | None = None
        self._outstanding, self._writing, self._pinged = 0, False, False

    # ---- frames -------------------------------------------------------------------------------------------------------

    def receive(self, text: bytes, now: float) -> Effects:
        """A frame has arrived. At most the last effect is a Check or Run."""
        self._pinged = False
        if self._limit is not None and self.phase is not Phase.GREETING and (wait := self._limit.take(now)):
            return self._exceeded(text, wait)
        if not self._outstanding:
            return self._take(text, now)
        if self._writing and not self._queue and is_write(message := decode(text)):
            return (Run(message),)
        if self._queue is None:
            self._queue = deque()
        self._queue.append(text)
        return NOTHING

    def suspend(self, *, queued: bool = False) -> None:
        """The Run or Check just handed out needs time: later frames wait until ``resume``. ``queued``: it is a write that stands in
        the database's queue already, so that later writes may follow it there."""
        self._writing = queued and (self._writing or not self._outstanding)
        self._outstanding += 1

    def resume(self) -> None:
        """One that needed time is done; ask ``following`` for what waits."""
        self._outstanding -= 1

    @property
    def waiting(self) -> int:
        """The number of frames that wait."""
        return len(self._queue) if self._queue else 0

    def following(self, now: float) -> Effects | None:
        """What is due for the next waiting frame; None if there is none or it must wait on."""
        if not self._queue:
            return None
        if not self._outstanding:
            return self._take(self._queue.popleft(), now)
        if self._writing and is_write(message := decode(self._queue[0])):
            self._queue.popleft()
            return (Run(message),)
        return None

    def _take(self, text: bytes, now: float) -> Effects:
        if self.phase is Phase.CLOSED:
            return NOTHING
        message = decode(text)
        if self.phase is Phase.GREETING:
            return self._greet(message)
        if isinstance(message, Request):
            return (Run(message),)
        if isinstance(message, Ping):
            return (Send(frames.pong(bytes(message.uid))),) if self.rules.answer_pings else NOTHING
        if isinstance(message, Auth):
            return self._check(message)
        if isinstance(message, Invalid):
            return (Send(frames.error(message.context, RequestError(message.reason), message.uid)),)
        custom = decode_custom(text, self.rules.custom) if self.rules.custom else None
        return NOTHING if custom is None else (Run(custom),)

    def _exceeded(self, text: bytes, wait: float) -> Effects:
        message = decode(text)
        fault = RequestsExceeded(f"Too many messages, retry after {max(1, round(wait * 1000))}ms.")
        return (Send(frames.error("server", fault, bytes(message.uid) if message else b"")),)

    # ---- credentials --------------------------------------------------------------------------------------------------

    def accepted(self, expires: float | None, refresh_token: str | None, now: float) -> Effects:
        """The credentials are good until ``expires`` (None: for ever)."""
        uid, self._checking = self._checking or b"", None
        if self.phase is Phase.CLOSED:
            return NOTHING
        self.phase, self.deadline = Phase.OPEN, expires
        return (Send(frames.authenticated(uid, refresh_token)),)

    def rejected(self) -> Effects:
        """The credentials are not good."""
        uid, self._checking = self._checking or b"", None
        if self.phase is Phase.CLOSED:
            return NOTHING
        if self.phase is Phase.GREETING:
            return self._failed()
        self.phase, self.deadline = Phase.OPEN, None
        effects = (Demote(), Send(frames.refused(uid)))
        return effects if self.rules.mode == "public" else (*effects, self.close())

    def _greet(self, message: object) -> Effects:
        return self._check(message) if isinstance(message, Auth) else self._failed()

    def _check(self, message: Auth) -> Effects:
        self._checking = bytes(message.uid)
        return (Check(message),)

    def _failed(self) -> Effects:
        return (Send(frames.HANDSHAKE_FAILED), self.close())

    # ---- time ---------------------------------------------------------------------------------------------------------

    def tick(self, now: float) -> Effects:
        """Time has passed: call when ``deadline`` is reached."""
        if self.deadline is None or now < self.deadline or self.phase is Phase.CLOSED:
            return NOTHING
        if self._checking is not None:  # what is found out about the credentials decides
            self.deadline = None
            return NOTHING
        if self.phase is Phase.GREETING:
            return self._failed()
        if self.phase is Phase.OPEN:
            self.phase, self.deadline = Phase.EXPIRED, now + self.rules.auth_timeout
            return (Send(frames.EXPIRED), Demote())  # why, before what comes of it
        self.phase, self.deadline = Phase.OPEN, None
        timed_out = Send(frames.TIMED_OUT)
        return (timed_out,) if self.rules.mode == "public" else (timed_out, self.close())

    def beat(self) -> Effects:
        """The heart beats: ping, or close if the last ping was followed by nothing."""
        if self.phase in (Phase.GREETING, Phase.CLOSED):
            return NOTHING
        if self._pinged:
            return (self.close(),)
        self._pinged = True
        return (Send(frames.PING),)

    def close(self, code: int | None = None, reason: str = "") -> Close:
        """From now on nothing is taken. Returns the effect."""
        self.phase, self.deadline = Phase.CLOSED, None
        self._queue = None
        return Close(code, reason)


def is_write(message: object) -> TypeGuard[Items]:
    """Whether the message changes items and does nothing else."""
    return isinstance(message, Items) and message.action != "read"


__all__ = [
    "Check", "Close", "Demote", "Effect", "Effects", "Mode", "Phase", "Pong", "Rules", "Run", "Send", "Session",
]  # fmt: skip

"""The client's side of a connection as a table of states: what is due when a frame arrives, the connection opens or is lost, or
time passes. It outlives connections: requests and subscriptions are carried from one to the next. Knows no socket and no clock.

    phase      opened                        frame                            lost
    CLOSED     GREETING: send credentials;   –                                –
               none to send: OPEN
    GREETING   –                             auth ok: OPEN; error: refused    CLOSED
    OPEN       –                             answer, event, ping …            CLOSED, see ``lost``

On becoming OPEN all subscriptions are (again) asked for, then the requests that wait. Of the requests that a cut leaves without
an answer, reads are asked again; of a change nobody knows whether it was made, so it fails with ``sent`` set.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from rowcast.client.effects import Answer, Deliver, Effect, Granted, Held, Opened, Refused, Renew, Request, Unplaced
from rowcast.client.faults import Fault, error_of
from rowcast.client.frames import PONG, Frame, message
from rowcast.client.pulse import Pulse
from rowcast.client.wanted import Wanted
from rowcast.errors import AuthTimeout, ConnectionLost, RowcastError
from rowcast.protocol import Close, Send

EVENTS: Final = frozenset({"create", "update", "delete"})
ON_CHANNELS: Final = frozenset({"join", "joined", "changed", "left", "message", "closed"})
"""What one is told of a channel, by the uid with which one has joined it."""


class Phase(Enum):
    """See the module's table."""

    CLOSED = "closed"
    GREETING = "greeting"
    OPEN = "open"


class Session:
    """All times are seconds of one clock, whichever. ``heartbeat``: after that long a silence the server is asked whether it is
    there; ``pong``: its own pings are answered."""

    __slots__ = (
        "_greeted",
        "_last",
        "_pulse",
        "_renewing",
        "_wanted",
        "auth_timeout",
        "phase",
        "pong",
        "requests",
        "subscriptions",
    )

    def __init__(self, *, heartbeat: float | None = 30.0, pong: bool = True, auth_timeout: float = 10.0) -> None:
        self.pong, self.auth_timeout = pong, auth_timeout
        self.phase = Phase.CLOSED
        self._wanted, self._pulse = Wanted(), Pulse(heartbeat)
        self.requests, self.subscriptions = self._wanted.requests, self._wanted.subscriptions
        self._last = 0
        self._greeted = 0.0
        self._renewing = False

    def uid(self) -> str:
        """A mark that no message of this session has had."""
        self._last += 1
        return str(self._last)

    # ---- the connection -----------------------------------------------------------------------------------------------

    def opened(self, credentials: Mapping[str, Any] | None, now: float) -> list[Effect]:
        """A connection stands. ``credentials``: members of the auth message to begin with; None if there is none to send."""
        self._pulse.heard(now)
        self._greeted, self._renewing = now, False
        if credentials is None:
            return self._open()
        self.phase = Phase.GREETING
        return [Send(message("auth", None, credentials))]

    def lost(self, why: str = "it was cut off", *, too_large: bool = False) -> list[Effect]:
        """The connection is gone; another may follow. ``too_large``: a message was, so that nothing is asked for again that might
        bring it about again."""
        self.phase = Phase.CLOSED
        error = ConnectionLost(f"The connection is lost: {why}.", sent=True)
        if too_large:
            error.retry = False  # type: ignore[misc]
        return self._wanted.lost(error, too_large=too_large)

    def abandoned(self, error: RowcastError, *, wanted: bool = False) -> list[Effect]:
        """No other connection follows: all that waits fails with ``error``. ``wanted``: the user has ended it, so that
        subscriptions just end."""
        self.phase = Phase.CLOSED
        return self._wanted.abandoned(error, wanted=wanted)

    def _open(self) -> list[Effect]:
        self.phase = Phase.OPEN
        return [*self._send(), Opened()]

    @property
    def _is_ready(self) -> bool:
        """Whether what is asked is sent at once: while credentials are renewed it would be asked by the public."""
        return self.phase is Phase.OPEN and not self._renewing

    def _send(self) -> list[Effect]:
        """Send what waits, if now is the time."""
        return list(self._wanted.due()) if self._is_ready else []

    # ---- what the user asks -------------------------------------------------------------------------------------------

    def request(
        self, members: Mapping[str, Any], *, repeatable: bool, kind: str = "items"
    ) -> tuple[Request, list[Effect]]:
        """A message that is answered once. ``repeatable``: it may be sent twice, as it changes nothing."""
        uid = self.uid()
        request = Request(uid, message(kind, uid, members), repeatable, sent=self._is_ready)
        self.requests[uid] = request
        return request, ([Send(request.text)] if request.sent else [])

    def forget(self, uid: str) -> list[Effect]:
        """Nobody waits for that answer any more."""
        self.requests.pop(uid, None)
        return list(self._wanted.settled(uid))

    def subscribe(self, held: Held) -> list[Effect]:
        """Ask for a subscription, or to be on a channel, now or when the connection is open. Raises InvalidPayload for what JSON
        has not, RuntimeError for a channel that one is on."""
        if held.place is not None and any(each.place == held.place for each in self.subscriptions.values()):
            raise RuntimeError(f"The client is on the channel {held.place!r} already.")
        text = held.message()  # what cannot be said is refused here, not when the connection opens again
        self.subscriptions[held.uid] = held
        held.asked = self._is_ready
        return [Send(text)] if held.asked else []

    def unsubscribe(self, uid: str) -> list[Effect]:
        """End a subscription; an unknown one is no error."""
        known = self.subscriptions.pop(uid, None)
        effects = list(self._wanted.settled(uid))
        return [*effects, Send(known.farewell())] if known and self.phase is Phase.OPEN else effects

    def authenticate(self, credentials: Mapping[str, Any]) -> list[Effect]:
        """Be somebody else from now on, or the same with newer credentials."""
        return [Send(message("auth", None, credentials))] if self.phase is Phase.OPEN else []

    # ---- time ---------------------------------------------------------------------------------------------------------

    def heard(self, now: float) -> None:
        """Something has arrived."""
        self._pulse.heard(now)

    @property
    def heartbeat(self) -> float | None:
        """See the class."""
        return self._pulse.heartbeat

    @property
    def deadline(self) -> float | None:
        """When ``tick`` is due; None for never."""
        if self.phase is Phase.GREETING:
            return self._greeted + self.auth_timeout
        return None if self.phase is Phase.CLOSED else self._pulse.deadline

    def tick(self, now: float) -> list[Effect]:
        """Time has passed."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return []
        if self.phase is Phase.GREETING:
            return [Refused(AuthTimeout()), Close()]
        if self._pulse.is_gone:
            return [Close()]
        self._pulse.asked(now)
        return [Send(message("ping", self.uid(), {}))]

    # ---- frames -------------------------------------------------------------------------------------------------------

    def event(self, frame: Frame) -> Held | None:
        """The short way for what arrives most: the subscription that this frame is an event of, its position noted. None: it is
        something else, which ``receive`` is for."""
        if frame.type != "subscription" or frame.event not in EVENTS:
            return None
        held = self.subscriptions.get(frame.uid)  # type: ignore[arg-type]
        if held is not None and frame.position is not None:
            held.position = frame.position
        return held

    def receive(self, frame: Frame) -> list[Effect]:
        """A frame has arrived."""
        if frame.type == "subscription":
            return self._event(frame)
        if frame.type in ("ping", "pong"):
            self._pulse.answers = True
            if frame.type == "pong":
                return self._answered(str(frame.uid), frame)
            return [Send(PONG)] if self.pong else []
        if frame.type == "auth":
            return self._judged(frame)
        fault = frame.fault
        if fault is not None:
            return self._faulty(frame, fault)
        if frame.type == "channel" and frame.event in ON_CHANNELS:
            return self._on_channel(frame)
        return [] if frame.uid is None else self._answered(str(frame.uid), frame)

    def _event(self, frame: Frame) -> list[Effect]:
        held = None if frame.uid is None else self.subscriptions.get(str(frame.uid))
        if held is None:
            return []
        if frame.position is not None:
            held.position = frame.position
        if frame.event in EVENTS:
            return [Deliver(held, frame.event or "", frame)]
        return self._begun(held, frame) if frame.event in ("init", "resumed") else []

    def _on_channel(self, frame: Frame) -> list[Effect]:
        held = None if frame.uid is None else self.subscriptions.get(str(frame.uid))
        if held is None:
            return []
        if frame.event == "join":
            return self._begun(held, frame)
        if frame.event != "closed":
            return [Deliver(held, str(frame.event), frame)]
        if self._renewing:  # as the public one may not be there
            self._wanted.ask_again(held.uid)
            return []
        return [self._wanted.place(held.uid, frame.error or Fault())]

    def _begun(self, held: Held, frame: Frame) -> list[Effect]:
        """A subscription stands. If it stood before and its events were not replayed, some may be missing."""
        kind = "gap" if held.begun and frame.event in ("init", "join") else str(frame.event)
        held.begun, held.waiting = True, False
        return [Deliver(held, kind, frame), *self._wanted.settled(held.uid)]

    def _judged(self, frame: Frame) -> list[Effect]:
        fault = frame.fault
        self._renewing = fault is not None and fault.code == "TOKEN_EXPIRED"
        if fault is not None:
            return [Renew() if self._renewing else Refused(error_of(fault))]
        granted: list[Effect] = [Granted(frame.refresh_token)]
        return granted + (self._open() if self.phase is Phase.GREETING else self._send())

    def _answered(self, uid: str, frame: Frame) -> list[Effect]:
        if self._renewing and self._wanted.asked_by_nobody(uid):
            return []
        request = self.requests.pop(uid, None)
        if request is None:
            return []
        return [Answer(request, frame), *self._wanted.settled(uid)]

    def _faulty(self, frame: Frame, fault: Fault) -> list[Effect]:
        uid = None if frame.uid is None else str(frame.uid)
        if self._renewing and frame.type == "subscribe":
            self._wanted.ask_again(uid)
            return []
        if self._renewing and uid is not None and self._wanted.asked_by_nobody(uid, fault):
            return []
        effects = self._wanted.faulty(frame.type, uid, fault)
        return [Unplaced(error_of(fault))] if effects is None else list(effects)

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

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from rowcast.client.effects import (
    Answer,
    Deliver,
    Effect,
    Ended,
    Failed,
    Granted,
    Held,
    Opened,
    Refused,
    Renew,
    Request,
    Unplaced,
)
from rowcast.client.faults import Fault, error_of
from rowcast.client.frames import PONG, Frame, message
from rowcast.client.orphans import Orphans
from rowcast.errors import AuthTimeout, ConnectionLost, Forbidden, RowcastError
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
        "_answers",
        "_asked",
        "_greeted",
        "_heard",
        "_last",
        "_orphans",
        "_renewing",
        "auth_timeout",
        "heartbeat",
        "phase",
        "pong",
        "requests",
        "subscriptions",
    )

    def __init__(self, *, heartbeat: float | None = 30.0, pong: bool = True, auth_timeout: float = 10.0) -> None:
        self.heartbeat, self.pong, self.auth_timeout = heartbeat, pong, auth_timeout
        self.phase = Phase.CLOSED
        self.requests: dict[str, Request] = {}
        self.subscriptions: dict[str, Held] = {}
        self._orphans = Orphans()
        self._last = 0
        self._heard = self._greeted = 0.0
        self._asked: float | None = None
        self._answers = self._renewing = False

    def uid(self) -> str:
        """A mark that no message of this session has had."""
        self._last += 1
        return str(self._last)

    # ---- the connection -----------------------------------------------------------------------------------------------

    def opened(self, credentials: Mapping[str, Any] | None, now: float) -> list[Effect]:
        """A connection stands. ``credentials``: members of the auth message to begin with; None if there is none to send."""
        self._heard = self._greeted = now
        self._asked, self._renewing = None, False
        if credentials is None:
            return self._open()
        self.phase = Phase.GREETING
        return [Send(message("auth", None, credentials))]

    def lost(self, why: str = "it was cut off", *, too_large: bool = False) -> list[Effect]:
        """The connection is gone; another may follow. ``too_large``: a message was, so that nothing is asked for again that might
        bring it about again."""
        self.phase = Phase.CLOSED
        self._orphans.clear()
        error = ConnectionLost(f"The connection is lost: {why}.", sent=True)
        begun = [each for each in self.subscriptions.values() if not (too_large and each.asked and each.waiting)]
        effects: list[Effect] = [Ended(each, error) for each in self.subscriptions.values() if each not in begun]
        self.subscriptions = {held.uid: held for held in begun}
        for held in begun:
            held.waiting, held.asked = True, False
        lost = [each for each in self.requests.values() if each.sent and (too_large or not each.repeatable)]
        effects += [self._fail(request.uid, error) for request in lost]
        for request in self.requests.values():
            request.sent = False
        return effects

    def abandoned(self, error: RowcastError, *, wanted: bool = False) -> list[Effect]:
        """No other connection follows: all that waits fails with ``error``. ``wanted``: the user has ended it, so that
        subscriptions just end."""
        self.phase = Phase.CLOSED
        effects: list[Effect] = [self._fail(uid, error) for uid in list(self.requests)]
        effects += [Ended(held, None if wanted else error) for held in self.subscriptions.values()]
        self.subscriptions.clear()
        return effects

    def _open(self) -> list[Effect]:
        self.phase = Phase.OPEN
        return [*self._send(), Opened()]

    @property
    def _is_ready(self) -> bool:
        """Whether what is asked is sent at once: while credentials are renewed it would be asked by the public."""
        return self.phase is Phase.OPEN and not self._renewing

    def _send(self) -> list[Effect]:
        """Send what waits, if now is the time: subscriptions, then requests."""
        effects: list[Effect] = []
        if not self._is_ready:
            return effects
        for held in self.subscriptions.values():
            if not held.asked:
                held.asked = True
                effects.append(Send(held.message()))
        for request in self.requests.values():
            if not request.sent:
                request.sent = True
                effects.append(Send(request.text))
        return effects

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
        return list(self._settled(self._orphans.answered(uid)))

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
        effects = list(self._settled(self._orphans.answered(uid)))
        return [*effects, Send(known.farewell())] if known and self.phase is Phase.OPEN else effects

    def authenticate(self, credentials: Mapping[str, Any]) -> list[Effect]:
        """Be somebody else from now on, or the same with newer credentials."""
        return [Send(message("auth", None, credentials))] if self.phase is Phase.OPEN else []

    # ---- time ---------------------------------------------------------------------------------------------------------

    def heard(self, now: float) -> None:
        """Something has arrived."""
        self._heard, self._asked = now, None

    @property
    def deadline(self) -> float | None:
        """When ``tick`` is due; None for never."""
        if self.phase is Phase.GREETING:
            return self._greeted + self.auth_timeout
        if self.phase is Phase.CLOSED or self.heartbeat is None:
            return None
        return (self._heard if self._asked is None else self._asked) + self.heartbeat

    def tick(self, now: float) -> list[Effect]:
        """Time has passed. A server that has never answered a ping is not taken for dead when it does not."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return []
        if self.phase is Phase.GREETING:
            return [Refused(AuthTimeout()), Close()]
        if self._asked is not None and self._answers:
            return [Close()]
        self._asked = now
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
            self._answers = True
            if frame.type == "pong":
                return self._answered(str(frame.uid), frame)
            return [Send(PONG)] if self.pong else []
        if frame.type == "auth":
            return self._judged(frame)
        fault = frame.fault
        if fault is not None:
            return list(self._faulty(frame, fault))
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
        if self._renewing:  # as the public one may not be there: join again when the credentials are renewed
            held.asked, held.waiting = False, True
            return []
        return [self._place(held.uid, frame.error or Fault())]

    def _begun(self, held: Held, frame: Frame) -> list[Effect]:
        """A subscription stands. If it stood before and its events were not replayed, some may be missing."""
        kind = "gap" if held.begun and frame.event in ("init", "join") else str(frame.event)
        held.begun, held.waiting = True, False
        return [Deliver(held, kind, frame), *self._settled(self._orphans.answered(held.uid))]

    def _judged(self, frame: Frame) -> list[Effect]:
        fault = frame.fault
        self._renewing = fault is not None and fault.code == "TOKEN_EXPIRED"
        if fault is not None:
            return [Renew() if self._renewing else Refused(error_of(fault))]
        granted: list[Effect] = [Granted(frame.refresh_token)]
        return granted + (self._open() if self.phase is Phase.GREETING else self._send())

    def _answered(self, uid: str, frame: Frame) -> list[Effect]:
        if self._asked_by_nobody(uid):
            return []
        request = self.requests.pop(uid, None)
        if request is None:
            return []
        return [Answer(request, frame), *self._settled(self._orphans.answered(uid))]

    # ---- errors -------------------------------------------------------------------------------------------------------

    def _faulty(self, frame: Frame, fault: Fault) -> Iterator[Effect]:
        if self._renewing and frame.type == "subscribe":
            self._ask_again(frame.uid)
        elif self._asked_by_nobody(str(frame.uid), fault):
            pass
        elif frame.uid is not None:
            uid = str(frame.uid)
            if uid in self.requests or uid in self.subscriptions:
                yield self._place(uid, fault)
            yield from self._settled(self._orphans.answered(uid))
        elif candidates := self._candidates(frame.type):
            yield from self._settled(self._orphans.add(fault, candidates))
        elif frame.type == "subscribe" and len(self.subscriptions) == 1:
            yield self._place(next(iter(self.subscriptions)), fault)
        else:
            yield Unplaced(error_of(fault))

    def _asked_by_nobody(self, uid: str, fault: Fault | None = None) -> bool:
        """Whether that is the answer which the public got, as the credentials had just expired. If the request has changed nothing
        it is sent again when they are renewed."""
        request = self.requests.get(uid)
        if not self._renewing or request is None:
            return False
        is_unchanged = request.repeatable if fault is None else fault.code == Forbidden.code
        request.sent = request.sent and not is_unchanged
        return is_unchanged

    def _ask_again(self, uid: str | float | None) -> None:
        """An event came while the credentials were expired, and the public may not see it: when they are renewed the subscription
        (without uid: each) is asked for again from its position."""
        for held in self.subscriptions.values():
            if held.begun and uid in (None, held.uid):
                held.asked, held.waiting = False, True

    def _candidates(self, context: str) -> list[str]:
        """Who an error without uid can be for."""
        asked = [request.uid for request in self.requests.values() if request.sent] if context != "subscribe" else []
        begun = (
            [held.uid for held in self.subscriptions.values() if held.asked and held.waiting]
            if context != "items"
            else []
        )
        return asked + begun

    def _settled(self, certain: Iterator[tuple[str, Fault]]) -> Iterator[Effect]:
        for uid, fault in certain:
            yield self._place(uid, fault)

    def _place(self, uid: str, fault: Fault) -> Effect:
        held = self.subscriptions.pop(uid, None)
        return Ended(held, error_of(fault)) if held is not None else self._fail(uid, error_of(fault))

    def _fail(self, uid: str, error: RowcastError) -> Failed:
        return Failed(self.requests.pop(uid), error)

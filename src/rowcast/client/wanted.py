"""What users wait for: requests and subscriptions, over all connections; what becomes of them when one is lost, and whom an error
is for. Must not know the state of the connection, nor what arrives on it besides errors."""

from __future__ import annotations

from collections.abc import Iterator

from rowcast.client.effects import Effect, Ended, Failed, Held, Request
from rowcast.client.faults import Fault, error_of
from rowcast.client.orphans import Orphans
from rowcast.errors import Forbidden, RowcastError
from rowcast.protocol import Send


class Wanted:
    """By their uids, in the order in which they were asked for."""

    __slots__ = ("_orphans", "requests", "subscriptions")

    def __init__(self) -> None:
        self.requests: dict[str, Request] = {}
        self.subscriptions: dict[str, Held] = {}
        self._orphans = Orphans()

    def due(self) -> Iterator[Effect]:
        """Send what is not sent yet: subscriptions, then requests."""
        for held in self.subscriptions.values():
            if not held.asked:
                held.asked = True
                yield Send(held.message())
        for request in self.requests.values():
            if not request.sent:
                request.sent = True
                yield Send(request.text)

    def settled(self, uid: str) -> Iterator[Effect]:
        """That uid has got its own answer, or is given up: errors that are certain now."""
        for found, fault in self._orphans.answered(uid):
            yield self.place(found, fault)

    # ---- the end of a connection --------------------------------------------------------------------------------------

    def lost(self, error: RowcastError, *, too_large: bool) -> list[Effect]:
        """The connection is gone, another may follow: what may be asked for again waits for it. ``too_large``: a message was."""
        self._orphans.clear()
        over = [each for each in self.subscriptions.values() if too_large and each.asked and each.waiting]
        lost = [each for each in self.requests.values() if each.sent and (too_large or not each.repeatable)]
        effects: list[Effect] = [Ended(self.subscriptions.pop(held.uid), error) for held in over]
        effects += [Failed(self.requests.pop(request.uid), error) for request in lost]
        for held in self.subscriptions.values():
            held.waiting, held.asked = True, False
        for request in self.requests.values():
            request.sent = False
        return effects

    def abandoned(self, error: RowcastError, *, wanted: bool) -> list[Effect]:
        """No other follows. ``wanted``: the user has ended it, so that subscriptions just end."""
        effects: list[Effect] = [Failed(request, error) for request in self.requests.values()]
        effects += [Ended(held, None if wanted else error) for held in self.subscriptions.values()]
        self.requests.clear()
        self.subscriptions.clear()
        return effects

    # ---- while credentials are renewed --------------------------------------------------------------------------------

    def asked_by_nobody(self, uid: str, fault: Fault | None = None) -> bool:
        """Whether that may be the answer which the public got, as the credentials had just expired, and the request has changed
        nothing: then it is due again."""
        request = self.requests.get(uid)
        if request is None or not (request.repeatable if fault is None else fault.code == Forbidden.code):
            return False
        request.sent = False
        return True

    def ask_again(self, uid: str | None) -> None:
        """The public may not see an event, or be on a channel: the subscription (without uid: each) is due again, from its
        position."""
        for held in self.subscriptions.values():
            if held.begun and uid in (None, held.uid):
                held.asked, held.waiting = False, True

    # ---- errors -------------------------------------------------------------------------------------------------------

    def faulty(self, context: str, uid: str | None, fault: Fault) -> Iterator[Effect] | None:
        """An error to a message of that type, whomever it is for. None if nobody can know."""
        if uid is not None:
            return self._owned(uid, fault)
        if candidates := self._candidates(context):
            return (self.place(found, each) for found, each in self._orphans.add(fault, candidates))
        if context == "subscribe" and len(self.subscriptions) == 1:
            return iter([self.place(next(iter(self.subscriptions)), fault)])
        return None

    def _owned(self, uid: str, fault: Fault) -> Iterator[Effect]:
        if uid in self.requests or uid in self.subscriptions:
            yield self.place(uid, fault)
        yield from self.settled(uid)

    def _candidates(self, context: str) -> list[str]:
        """Who an error without uid can be for."""
        asked = [each.uid for each in self.requests.values() if each.sent] if context != "subscribe" else []
        begun = [each.uid for each in self.subscriptions.values() if each.asked and each.waiting]
        return asked + (begun if context != "items" else [])

    def place(self, uid: str, fault: Fault) -> Effect:
        """That error is for this one."""
        held, error = self.subscriptions.pop(uid, None), error_of(fault)
        return Ended(held, error) if held is not None else Failed(self.requests.pop(uid), error)

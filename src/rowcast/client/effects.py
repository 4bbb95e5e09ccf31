"""What the session wants done, as values, and the two things that it keeps: requests and subscriptions. Must not do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from rowcast.client.frames import Frame, message
from rowcast.errors import RowcastError
from rowcast.protocol import Close, Send

SET: Final = "set"


class Request:
    """An ``items`` message on its way. ``sink`` belongs to whoever waits for the answer."""

    __slots__ = ("repeatable", "sent", "sink", "text", "uid")

    def __init__(self, uid: str, text: bytes, repeatable: bool, sent: bool) -> None:
        self.uid, self.text, self.repeatable, self.sent = uid, text, repeatable, sent
        self.sink: Any = None


class Held:
    """A subscription that is carried over cuts. ``members``: collection, event, item, query, live … as they are sent;
    ``position``: up to where its events have come; ``waiting``: it is asked for and not begun on this connection; ``begun``: it
    stood at least once; ``asked``: it is asked for on this connection. ``sink`` belongs to whoever takes the events."""

    place: str | None = None
    """What only one on a connection may hold."""

    __slots__ = ("asked", "begun", "members", "position", "resume", "sink", "uid", "waiting")

    def __init__(self, uid: str, members: Mapping[str, Any], *, resume: bool = True, sink: Any = None) -> None:
        self.uid, self.members, self.resume, self.sink = uid, members, resume, sink
        self.position: str | None = None
        self.waiting, self.begun, self.asked = True, False, False

    def message(self) -> bytes:
        """The frame that asks for it, from its position on if it has one."""
        more: dict[str, Any] = {"resume": True} if self.resume else {}
        if self.position is not None:
            more["since"] = self.position
        return message("subscribe", self.uid, {**self.members, **more})

    def farewell(self) -> bytes:
        """The frame that ends it."""
        return message("unsubscribe", self.uid, {})


class Joined(Held):
    """A channel that one is on, carried over cuts likewise. ``state``: what the others see of one."""

    __slots__ = ("place", "state")

    def __init__(self, channel: str, state: Any) -> None:
        super().__init__("", {}, resume=False)
        self.place, self.state = channel, state

    def message(self) -> bytes:
        """See Held."""
        return self._action("join", state=self.state)

    def farewell(self) -> bytes:
        """See Held."""
        return self._action("leave")

    def _action(self, action: str, **more: Any) -> bytes:
        return message("channel", self.uid, {"action": action, "channel": self.place, **more})


class Opened(Struct, frozen=True):
    """The connection can be used; subscriptions and waiting requests are on their way."""


class Granted(Struct, frozen=True):
    """The credentials were good; the next time ``refresh_token`` will do, if there is one."""

    refresh_token: str | None


class Refused(Struct, frozen=True):
    """The credentials were not good."""

    error: RowcastError


class Renew(Struct, frozen=True):
    """The credentials have expired: get newer ones and call ``authenticate``."""


class Answer(Struct, frozen=True):
    """The answer to a request."""

    request: Request
    frame: Frame


class Failed(Struct, frozen=True):
    """A request failed."""

    request: Request
    error: RowcastError


class Deliver(Struct, frozen=True):
    """An event of a subscription: ``init``, ``create``, ``update``, ``delete``, ``resumed``, or ``gap``: events may be missing
    before it (its frame is the new ``init``). Of a channel: ``join``, ``joined``, ``changed``, ``left``, ``message``, or ``gap``
    (its frame is the new ``join``)."""

    held: Held
    kind: str
    frame: Frame


class Ended(Struct, frozen=True):
    """A subscription is over, since the server refused it or cannot be reached any more; without error: as it was wanted."""

    held: Held
    error: RowcastError | None


class Unplaced(Struct, frozen=True):
    """An error that nobody knows the cause of."""

    error: RowcastError


Effect = Send | Close | Opened | Granted | Refused | Renew | Answer | Failed | Deliver | Ended | Unplaced

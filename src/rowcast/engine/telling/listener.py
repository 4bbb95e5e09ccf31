"""Those who listen, and what each has asked for. Must not know how they are reached."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Protocol

from rowcast.auth import Actor
from rowcast.errors import RowcastError
from rowcast.feed import Kind
from rowcast.live import Outbox, Subscription
from rowcast.query.parse import Query
from rowcast.query.written import query_of

if TYPE_CHECKING:
    from rowcast.engine.telling.moves import Move


@dataclass(frozen=True, slots=True)
class Wish:
    """What a subscription asks for. ``asked``: the question, or its JSON text, which takes less room. ``item``: the key of the one
    row it is about, as it was given. ``is_exact``: it holds what a fresh question would give, and is told what enters and leaves.
    ``is_placed``: its frames carry positions. ``since``: the position from which on it wants to be told what it missed."""

    collection: str
    asked: Query | bytes
    only: Kind | None = None
    item: str | int | None = None
    is_exact: bool = False
    is_placed: bool = False
    since: str | None = None

    @property
    def query(self) -> Query:
        """The question."""
        return self.asked if isinstance(self.asked, Query) else query_of(self.asked)


class Watch:
    """One open subscription. ``refused``: why it shows nothing at present, though it did once; ``depends`` names the collections
    whose changes may change what its variables stand for; ``move``: its rows are on the way to another view (see ``moves``)."""

    __slots__ = ("depends", "move", "refused", "subscription", "uid", "wish")

    def __init__(self, wish: Wish, uid: bytes, subscription: Subscription) -> None:
        self.wish, self.uid, self.subscription = wish, uid, subscription
        self.refused: RowcastError | None = None
        self.depends: frozenset[str] = frozenset()
        self.move: Move | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a connection has carried so far: frames that came, answers that left (subscriptions count their events), and the
    bytes that wait to leave."""

    frames_in: int
    answers: int
    waiting: int


class Carrier(Protocol):
    """What carries a listener's frames. ``kind``: ``websocket`` or ``sse``."""

    @property
    def kind(self) -> str:
        """See above."""

    def traffic(self) -> Traffic:
        """What it has carried."""


@dataclass(eq=False, slots=True)
class Listener:
    """One connection as the engine sees it. ``dismiss`` ends it: its actor may not ask any more."""

    actor: Actor
    outbox: Outbox
    dismiss: Callable[[RowcastError], None]
    watches: dict[str | int, Watch] = field(default_factory=dict)
    """By uid as text; those without uid by a number."""
    anonymous: int = 0
    is_open: bool = True
    carrier: Carrier | None = None
    """None: nobody who could be inspected."""
    number: int = field(default_factory=count(1).__next__)
    since: float = field(default_factory=time.time)
    refused: Callable[[RowcastError], None] | None = None
    """Is told when a subscription may show nothing any more; None: it hears so at the next event."""
    ended: int = 0
    """Events of subscriptions that have ended."""
    opening: Watch | None = None
    """A subscription that is not shown anything yet."""

    @property
    def all_watches(self) -> list[Watch]:
        """All subscriptions, the one that is being opened among them."""
        return [*self.watches.values()] if self.opening is None else [*self.watches.values(), self.opening]

    @property
    def events(self) -> int:
        """How many events it was told."""
        return self.ended + sum(watch.subscription.events for watch in self.watches.values())

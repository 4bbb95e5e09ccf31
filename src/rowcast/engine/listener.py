"""Those who listen, and what each has asked for. Must not know how they are reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rowcast.auth import Actor
from rowcast.errors import RowcastError
from rowcast.feed import Kind
from rowcast.live import Outbox, Subscription
from rowcast.query.parse import Query


@dataclass(frozen=True, slots=True)
class Wish:
    """What a subscription asks for. ``item``: the key of the one row it is about, as it was given."""

    collection: str
    query: Query
    only: Kind | None = None
    item: str | int | None = None


class Watch:
    """One open subscription. ``refused``: why it shows nothing at present, though it did once; ``depends`` names the collections
    whose changes may change what its variables stand for."""

    __slots__ = ("depends", "refused", "subscription", "uid", "wish")

    def __init__(self, wish: Wish, uid: bytes, subscription: Subscription) -> None:
        self.wish, self.uid, self.subscription = wish, uid, subscription
        self.refused: RowcastError | None = None
        self.depends: frozenset[str] = frozenset()


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

"""What a subscriber has missed, as the events that it would have heard. Must not know who it is.

Only what the changes themselves tell can be told again: a view that takes the database has no past.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rowcast.feed import Commit, Position
from rowcast.live.audience import Audience
from rowcast.live.event import Event
from rowcast.live.live import Live
from rowcast.live.outbox import Outbox
from rowcast.live.subscription import Subscription


def replay(
    audience: Audience,
    commits: Sequence[Commit],
    start: Position,
    is_folded: Callable[[Commit], bool] = lambda _: False,
) -> list[Event] | None:
    """The events of the audience's view in these commits, which are all after ``start``; None if they cannot be told.
    ``is_folded``: which of them were told as one unit."""
    if audience.view.is_exact and audience.form.moves_with_time:
        return None
    counting = {audience.view.collection, *audience.related}
    missed = [commit for commit in commits if not commit.collections.isdisjoint(counting)]
    if not missed:
        return []
    if audience.held is not None or audience.related or not audience.decides or audience.encode is None:
        return None
    return _replay(audience, commits, start, is_folded)


def _replay(
    audience: Audience, commits: Sequence[Commit], start: Position, is_folded: Callable[[Commit], bool]
) -> list[Event] | None:
    live = Live(start)
    witness = Subscription(Outbox(_drop, _ignore), b"")
    witness.hold()
    live.join(audience.view, audience.primary, witness)
    for commit in commits:
        if live.publish(commit, folded=is_folded(commit)):
            return None
    return witness.held


def _drop(frame: bytes) -> None:
    """Nobody listens."""


def _ignore() -> None:
    """Nothing can overflow."""
